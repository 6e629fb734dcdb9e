"""The ``.po`` files that translators write, by way of Babel."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING

from enfilade.atomic import replacing
from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.translation.babel import need_babel
from enfilade.translation.codes import is_language_code, to_language, to_locale

if TYPE_CHECKING:
    from babel.messages import Catalog, Message

DOMAIN = "messages"
"""The name of the files, which is Babel's."""

IN_PYTHON = {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "pgettext_lazy": ((1, "c"), 2),
}
"""What marks texts, beside what Babel knows; which arguments are the context and the texts."""

IN_TEMPLATES = {
    "newstyle_gettext": "true",
    "silent": "false",
}
TEMPLATES = (".html", ".jinja", ".jinja2", ".j2", ".txt")
FOREIGN = frozenset({"__pycache__", "node_modules", "site-packages"})


def folders() -> list[Path]:
    """Every ``<LOCALE_PATHS>/<locale>/LC_MESSAGES``."""
    return [each for path in settings.LOCALE_PATHS for each in Path(path).glob("*/LC_MESSAGES")]


def sources() -> list[Path]:
    """Every ``.po`` file of the site."""
    return sorted(po for folder in folders() if (po := folder / f"{DOMAIN}.po").is_file())


def begun() -> dict[str, Path]:
    """The ``.po`` of each language in the first of ``LOCALE_PATHS``. What the others have may be
    texts of other people's code, which are not found in the site's."""
    own = Path(settings.LOCALE_PATHS[0]) if settings.LOCALE_PATHS else None
    return {to_language(po.parts[-3]): po for po in sources() if po.parents[2] == own}


def source_of(language: str) -> Path:
    """Where the texts of *language* are, or should be.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` without ``LOCALE_PATHS``, and
    :exc:`ValueError` for what is no language.
    """
    if not settings.LOCALE_PATHS:
        raise ImproperlyConfigured(
            "There is no place for translations: LOCALE_PATHS is empty.",
            hint='LOCALE_PATHS = [HERE / "locale"]',
        )
    if not is_language_code(language):
        raise ValueError(f"{language!r} is no language: write de, pt-br or zh-hans.")
    return Path(settings.LOCALE_PATHS[0], to_locale(language), "LC_MESSAGES", f"{DOMAIN}.po")


def is_stale(po: Path) -> bool:
    """Whether *po* was written later than what was compiled of it."""
    mo = po.with_suffix(".mo")
    return po.is_file() and (not mo.is_file() or po.stat().st_mtime > mo.stat().st_mtime)


def read(po: Path) -> "Catalog":
    """The texts of *po*.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` without Babel, or for a file that
    it cannot read.
    """
    need_babel(f"{po} is read")
    from babel.messages.pofile import PoFileError, read_po

    try:
        with po.open("rb") as file:
            return read_po(file, domain=DOMAIN, abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        raise ImproperlyConfigured(
            f"{po} cannot be read: {error}", hint="Mend the line that is named."
        ) from error


def compiled(source: "Catalog") -> bytes:
    """What belongs into a ``.mo``; texts marked fuzzy are left out."""
    from babel.messages.mofile import write_mo

    target = BytesIO()
    write_mo(target, source)
    return target.getvalue()


def extract(folder: Path, extensions: Iterable[str] = (), ignored: Iterable[str] = ()) -> "Catalog":
    """The texts that are marked in the Python files and templates below *folder*, by their
    places. *extensions* are the import paths of Jinja2's that templates use, *ignored* patterns
    of paths to leave out, ``**`` standing for folders.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for a file that it cannot read.
    """
    need_babel("Texts are looked for")
    from babel.messages import Catalog, extract
    from jinja2 import TemplateSyntaxError

    found = Catalog(domain=DOMAIN, charset="utf-8")
    options = {**IN_TEMPLATES, "extensions": ",".join(extensions)}
    reading: list[str] = []
    marked = extract.extract_from_dir(
        folder,
        [*((each, "ignore") for each in ignored), ("**.py", "python"), *_methods()],
        {f"**{suffix}": options for suffix in TEMPLATES},
        {**extract.DEFAULT_KEYWORDS, **IN_PYTHON},
        ("Translators:",),
        callback=lambda name, *_: reading.append(name),
        strip_comment_tags=True,
        directory_filter=_is_own,
    )
    try:
        for name, line, texts, comments, context in marked:
            found.add(texts, None, [(name, line)], auto_comments=comments, context=context)
    except (SyntaxError, TemplateSyntaxError, TokenError, ValueError) as error:
        raise ImproperlyConfigured(
            f"No texts can be read in {_place(reading[-1], error)}",
            hint="Correct the file, or leave it out with --ignore.",
        ) from error
    return found


def _methods() -> list[tuple[str, str]]:
    return [(f"**{suffix}", "jinja2") for suffix in TEMPLATES]


def _place(name: str, error: Exception) -> str:
    if isinstance(error, TokenError):
        what, (line, _) = error.args
        return f"{name}, line {line}: {what}"
    line = getattr(error, "lineno", None)
    what = getattr(error, "msg", None) or getattr(error, "message", None) or error
    return f"{name}, line {line}: {what}" if line else f"{name}: {what}"


def _is_own(folder: str) -> bool:
    path = Path(folder)
    foreign = path.name in FOREIGN or (path / "pyvenv.cfg").is_file()
    return not foreign and not path.name.startswith(".")


def merge(found: "Catalog", po: Path, language: str) -> "Catalog":
    """Write *found* to *po*, which is made if it is new, and keep what was translated."""
    from babel.messages import Catalog
    from babel.messages.pofile import write_po

    merged = read(po) if po.exists() else Catalog(to_locale(language), DOMAIN, fuzzy=False)
    merged.update(found)
    merged.revision_date = datetime.now().astimezone()
    target = BytesIO()
    write_po(target, merged, sort_by_file=True)
    write(po, target.getvalue())
    return merged


def write(path: Path, content: bytes) -> None:
    """Put *content* into the file at *path* at once: neither a site that reads it nor a run that
    is stopped ever meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, 0o666) as file:
        file.write(content)


def progress(source: "Catalog") -> tuple[int, int]:
    """How many texts are translated, and how many there are."""
    texts = [message for message in source if message.id]
    return sum(map(_is_translated, texts)), len(texts)


def _is_translated(message: "Message") -> bool:
    text = message.string
    forms = text if isinstance(text, (list, tuple)) else [text]
    return all(forms) and not message.fuzzy


def mistakes(source: "Catalog") -> Iterator[str]:
    """Where a translation does not fit its text: a placeholder that is missing, say."""
    for message, errors in source.check():
        for error in errors:
            yield f"line {message.lineno}: {error}"
