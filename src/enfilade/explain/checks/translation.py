"""Checks of the languages of a site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from enfilade.conf import settings
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.used import is_used
from enfilade.translation import get_supported_language_variant
from enfilade.translation.codes import is_language_code
from enfilade.translation.sources import is_stale, sources
from enfilade.urls.resolvers import get_locale_prefix

LOCALE = "enfilade.middleware.locale.LocaleMiddleware"
FORM = "A code is one of RFC 5646, such as 'de', 'pt-br' or 'zh-hans'."


def check_codes() -> Iterator[Finding]:
    """translation.E001: LANGUAGE_CODE is no code of a language. translation.E002: nor is one of
    LANGUAGES. translation.E003: nor is one of LANGUAGES_BIDI."""
    if not _is_code(settings.LANGUAGE_CODE):
        yield _no_code("translation.E001", "LANGUAGE_CODE", settings.LANGUAGE_CODE, FORM)
    for entry in settings.LANGUAGES:
        if not isinstance(entry, (list, tuple)) or len(entry) != 2 or not _is_code(entry[0]):
            yield _no_code(
                "translation.E002", "LANGUAGES", entry, f"Write a pair of a code and a name. {FORM}"
            )
    for code in settings.LANGUAGES_BIDI:
        if not _is_code(code):
            yield _no_code("translation.E003", "LANGUAGES_BIDI", code, FORM)


def check_consistent() -> Iterator[Finding]:
    """translation.E004: LANGUAGES does not have LANGUAGE_CODE."""
    if any(check_codes()):
        return
    try:
        get_supported_language_variant(settings.LANGUAGE_CODE)
    except LookupError:
        yield Finding(
            "translation.E004",
            f"LANGUAGE_CODE is {settings.LANGUAGE_CODE!r}, which LANGUAGES does not have.",
            f"Add it to LANGUAGES, or name one of {', '.join(dict(settings.LANGUAGES))}.",
            "LANGUAGE_CODE",
        )


def check_folders() -> Iterator[Finding]:
    """translation.W006: a folder of LOCALE_PATHS is not there."""
    for path in settings.LOCALE_PATHS:
        if not Path(path).is_dir():
            yield Finding(
                "translation.W006",
                f"There is no folder {path}, so nothing is translated by it.",
                "Begin a language there: enfilade makemessages -l de",
                "LOCALE_PATHS",
            )


def check_prefix_is_spoken() -> Iterator[Finding]:
    """translation.E005: i18n_patterns() is used without LocaleMiddleware."""
    if get_locale_prefix() is not None and not is_used(LOCALE):
        yield Finding(
            "translation.E005",
            "i18n_patterns() is used and nothing reads the language of a path, so only those of "
            "LANGUAGE_CODE are found.",
            f"Add {LOCALE!r} to MIDDLEWARE.",
            "MIDDLEWARE",
        )


def check_compiled() -> Iterator[Finding]:
    """translation.W007: what translators wrote is not compiled."""
    for po in filter(is_stale, sources()):
        yield Finding(
            "translation.W007",
            f"{po} was written later than what the site reads of it.",
            "enfilade compilemessages",
            str(po),
        )


def _is_code(code: Any) -> bool:
    return isinstance(code, str) and bool(is_language_code(code))


def _no_code(identifier: str, setting: str, value: object, hint: str) -> Finding:
    verb = "is" if setting == "LANGUAGE_CODE" else "has"
    return Finding(identifier, f"{setting} {verb} {value!r}, which is no language.", hint, setting)
