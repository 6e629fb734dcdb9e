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
THREE_FORMS = (
    "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
)
POLISH = """
msgid "%(n)d apple"
msgid_plural "%(n)d apples"
msgstr[0] "%(n)d jabłko"
msgstr[1] "%(n)d jabłka"
msgstr[2] "%(n)d jabłek"
"""


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
