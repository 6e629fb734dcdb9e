"""Which language a request wants: the path says it, or a cookie, or ``Accept-Language``."""

import functools
import re
from collections.abc import Mapping
from typing import Any, Protocol

from enfilade.conf import settings
from enfilade.dispatch import setting_changed
from enfilade.translation.catalogues import DEPENDS_ON
from enfilade.translation.codes import LONGEST, is_language_code
from enfilade.translation.languages import (
    MOST,
    check_for_language,
    get_languages,
    get_supported_language_variant,
)

_PREFIX = re.compile(r"/(\w+(?:[@-]\w+){0,2})(?:/|\Z)")
_LANGUAGE_RANGE = re.compile(
    r"(?P<range>[a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)"
    r"(?:\s*;\s*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
    r"(?:\s*,\s*|\Z)"
)


class _Request(Protocol):
    path_info: str

    @property
    def META(self) -> Mapping[str, Any]: ...

    @property
    def COOKIES(self) -> Mapping[str, str]: ...


def get_language_from_path(path: str) -> str | None:
    """The language of the site that the first segment of *path* names."""
    if not settings.USE_I18N:
        return None
    found = _PREFIX.match(path)
    return _variant_or_none(found[1]) if found else None


def get_language_from_request(request: _Request, check_path: bool = False) -> str:
    """The language that *request* wants, of those that the site has: with *check_path* that of
    its path, else of its cookie, else of ``Accept-Language``, else ``LANGUAGE_CODE``."""
    if not settings.USE_I18N:
        code: str = settings.LANGUAGE_CODE
        return code
    return (
        (check_path and get_language_from_path(request.path_info))
        or _from_cookie(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        or _from_header(_shortened(request.META.get("HTTP_ACCEPT_LANGUAGE", "")))
        or _variant_or_none(settings.LANGUAGE_CODE)
        or settings.LANGUAGE_CODE
    )


def parse_accept_lang_header(lang_string: str) -> tuple[tuple[str, float], ...]:
    """The language ranges of ``Accept-Language`` with their weights, the heaviest first; none if
    the field is malformed. RFC 9110, 12.5.4."""
    return _parsed(_shortened(lang_string))


def _shortened(field: str) -> str:
    """*field* up to a comma that is near enough."""
    return field if len(field) <= LONGEST else field[: max(field.rfind(",", 0, LONGEST), 0)]


def _parsed(field: str) -> tuple[tuple[str, float], ...]:
    field = field.lower()
    place = 0
    ranges = []
    while place < len(field):
        found = _LANGUAGE_RANGE.match(field, place)
        if found is None:
            return ()
        place = found.end()
        ranges.append((found["range"], float(found["weight"] or 1)))
    return tuple(sorted(ranges, key=lambda each: each[1], reverse=True))


def _from_cookie(code: str | None) -> str | None:
    if code is not None and code in get_languages() and check_for_language(code):
        return code
    return _variant_or_none(code)


@functools.lru_cache(maxsize=MOST)
def _from_header(field: str) -> str | None:
    for wanted, weight in _parsed(field):
        if wanted == "*" or weight == 0:  # anything, or nothing more (RFC 9110, 12.4.2)
            return None
        if is_language_code(wanted) and (found := _variant_or_none(wanted)):
            return found
    return None


def _variant_or_none(code: str | None) -> str | None:
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return None


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting in DEPENDS_ON:
        _from_header.cache_clear()


setting_changed.connect(_forget, dispatch_uid="enfilade.translation.negotiation")
