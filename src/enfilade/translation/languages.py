"""Which languages the site has: what ``LANGUAGES`` lists.

Where the site lists none, they are ``LANGUAGE_CODE`` and whatever has a catalogue in
``LOCALE_PATHS``: a site promises no language that it does not have.
"""

import functools
from typing import Any

from enfilade.conf import settings
from enfilade.dispatch import setting_changed
from enfilade.exceptions import ImproperlyConfigured
from enfilade.translation import catalogues
from enfilade.translation.codes import LONGEST, is_language_code, lineage
from enfilade.translation.locales import get_language_info

MOST = 1000
"""Answers that are remembered: the questions come from outside."""


@functools.cache
def get_languages() -> dict[str, str]:
    """The name of each language by its code in lower case, in the order of preference."""
    if settings.LANGUAGES:
        return {code.lower(): name for code, name in settings.LANGUAGES}
    codes = dict.fromkeys([settings.LANGUAGE_CODE.lower(), *catalogues.languages()])
    return {code: _name(code) for code in codes}


def _name(code: str) -> str:
    try:
        return str(get_language_info(code)["name"])
    except (ImproperlyConfigured, KeyError):  # without Babel, or nothing that it knows
        return code


def check_for_language(lang_code: str | None) -> bool:
    """Whether the site has *lang_code*: in ``LANGUAGES``, or as a catalogue."""
    if not settings.USE_I18N:
        return True
    return lang_code is not None and len(lang_code) <= LONGEST and _exists(lang_code)


@functools.lru_cache(maxsize=MOST)
def _exists(code: str) -> bool:
    if not is_language_code(code):
        return False
    return code.lower() in get_languages() or bool(catalogues.folders(code))


def get_supported_language_variant(lang_code: str | None, *, strict: bool = False) -> str:
    """The language of the site that is nearest to *lang_code*: itself, a more general one, or,
    unless *strict*, one of another region.

    Of an overlong code the beginning counts. Raises :exc:`LookupError` if there is none.
    """
    if not settings.USE_I18N:
        return _the_only_language(lang_code)
    if not lang_code:
        raise LookupError(lang_code)
    if len(lang_code) > LONGEST:
        lang_code = lang_code[: max(lang_code.rfind("-", 0, LONGEST), 0)]
        if strict or not lang_code:
            raise LookupError("The language code is too long.")
    variant = _variant(lang_code, strict)
    if variant is None:
        raise LookupError(lang_code)
    return variant


def _the_only_language(code: str | None) -> str:
    if code and code.lower() == settings.LANGUAGE_CODE.lower():
        return code
    raise LookupError(code)


@functools.lru_cache(maxsize=MOST)
def _variant(code: str, strict: bool) -> str | None:
    languages = get_languages()
    candidates = lineage(code)
    for candidate in candidates:
        if candidate.lower() in languages and is_language_code(candidate):
            return candidate
    if strict:
        return None
    beginning = f"{candidates[-1]}-"
    return next((other for other in languages if other.startswith(beginning)), None)


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting in catalogues.DEPENDS_ON:
        for remembered in (get_languages, _exists, _variant):
            remembered.cache_clear()


setting_changed.connect(_forget, dispatch_uid="enfilade.translation.languages")
