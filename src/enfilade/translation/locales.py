"""What Babel knows of a language: its names, and which way it is written."""

from typing import TYPE_CHECKING, Any

from enfilade.translation.active import get_language
from enfilade.translation.babel import need_babel
from enfilade.translation.codes import is_language_code, lineage, to_locale
from enfilade.translation.lazy import LazyTranslation

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["active_locale", "get_language_info", "locale"]


def locale(language: str) -> "Locale":
    """Babel's ``Locale`` of *language*, or of the nearest more general one.

    Raises :exc:`KeyError` for what is no language,
    :exc:`~enfilade.exceptions.ImproperlyConfigured` without Babel.
    """
    need_babel("Languages are described")
    from babel import Locale, UnknownLocaleError

    for code in lineage(language) if is_language_code(language) else ():
        try:
            return Locale.parse(to_locale(code).replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    raise KeyError(f"Unknown language code {language}.")


def active_locale() -> "Locale":
    """The ``Locale`` of the active language; English if there is none."""
    return locale(get_language() or "en")


def get_language_info(lang_code: str) -> dict[str, Any]:
    """``code``, ``name`` (in English), ``name_local``, ``name_translated`` (in the language that
    is active when it is looked at) and ``bidi`` of a language.

    Raises :exc:`KeyError` for an unknown one.
    """
    found = locale(lang_code)
    return {
        "bidi": found.text_direction == "rtl",
        "code": str(found).replace("_", "-").lower(),
        "name": found.get_display_name("en"),
        "name_local": found.get_display_name(),
        "name_translated": LazyTranslation(_display_name, lang_code),
    }


def _display_name(language: str) -> str:
    return locale(language).get_display_name(active_locale()) or language
