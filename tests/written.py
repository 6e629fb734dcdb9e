"""Catalogues of translations, written as translators write them and compiled."""

from pathlib import Path
from textwrap import dedent

from enfilade.translation import to_locale
from enfilade.translation.sources import compiled, read

HEAD = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {locale}\\n"
"Plural-Forms: {plural}\\n"
"""
TWO_FORMS = "nplurals=2; plural=(n != 1);"


def write(folder: Path, language: str, texts: str, plural: str = TWO_FORMS) -> Path:
    """Write *texts* as ``messages.po`` of *language* below *folder*."""
    locale = to_locale(language)
    po = folder / locale / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(HEAD.format(locale=locale, plural=plural) + dedent(texts), encoding="utf-8")
    return po


def write_compiled(folder: Path, language: str, texts: str, plural: str = TWO_FORMS) -> None:
    """The same, compiled, under the name that Django reads as well."""
    po = write(folder, language, texts, plural)
    data = compiled(read(po))
    po.with_suffix(".mo").write_bytes(data)
    po.with_name("django.mo").write_bytes(data)
