"""Cookies (RFC 6265): the ``Cookie`` field as a dict, and what ``Set-Cookie`` says."""

import datetime
import re
import time
from collections.abc import Iterable
from http.cookies import Morsel, SimpleCookie
from typing import TypedDict

from enfilade.conf import settings
from enfilade.http.dates import http_date
from enfilade.http.headers import check_text

__all__ = [
    "CookieAttributes",
    "SimpleCookie",
    "check_prefix",
    "cookie_attributes",
    "parse_cookie",
    "parse_cookie_field",
    "set_cookie",
    "set_cookie_lines",
    "set_lifetime",
]

# A backslash and three octal digits, or a backslash and what it protects.
_ESCAPED = re.compile(r"\\(?:([0-3][0-7][0-7])|(.))")


def parse_cookie(cookie: str) -> dict[str, str]:
    """The names and values of a ``Cookie`` field.

    Of two with one name the first counts, since browsers send the one with the more specific
    path first (RFC 6265, 5.4). A value without name is dropped: it could pass for another
    cookie, ``__Host-`` and all, on its way through a browser.

    >>> parse_cookie('theme=dark; quoted="a b"; lonely; theme=light')
    {'theme': 'dark', 'quoted': 'a b'}
    """
    cookies: dict[str, str] = {}
    for part in cookie.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if equals and name and name not in cookies:
            value = value.strip()
            cookies[name] = _unquote(value) if value[:1] == '"' else value
    return cookies


def parse_cookie_field(field_value: str) -> dict[str, str]:
    """The same for a field as WSGI and ASGI give it, its UTF-8 in latin-1 disguise."""
    if not field_value.isascii():
        field_value = field_value.encode("iso-8859-1").decode(errors="replace")
    return parse_cookie(field_value)


def _unquote(value: str) -> str:
    if len(value) < 2 or value[-1] != '"':
        return value
    return _ESCAPED.sub(lambda m: chr(int(m[1], 8)) if m[1] else m[2], value[1:-1])


class CookieAttributes(TypedDict, total=False):
    """What a cookie says besides its value and how long it lives; ``path`` is "/" by default."""

    path: str | None
    domain: str | None
    secure: bool | None
    httponly: bool
    samesite: str | None


def cookie_attributes(kind: str) -> CookieAttributes:
    """Those of the settings ``<kind>_COOKIE_PATH`` and so on; *kind* is ``"CSRF"``,
    ``"LANGUAGE"`` or ``"SESSION"``."""
    return {
        "path": getattr(settings, f"{kind}_COOKIE_PATH"),
        "domain": getattr(settings, f"{kind}_COOKIE_DOMAIN"),
        "secure": getattr(settings, f"{kind}_COOKIE_SECURE"),
        "httponly": getattr(settings, f"{kind}_COOKIE_HTTPONLY"),
        "samesite": getattr(settings, f"{kind}_COOKIE_SAMESITE"),
    }


def set_cookie(cookies: SimpleCookie, key: str, value: str, attributes: CookieAttributes) -> None:
    """Put a cookie in *cookies*; :exc:`ValueError` for an unknown ``samesite`` and for a name
    whose prefix asks for other attributes,
    :exc:`~enfilade.exceptions.BadHeaderError` for a line break in an attribute."""
    unknown = attributes.keys() - CookieAttributes.__annotations__.keys()
    if unknown:
        raise TypeError(f"set_cookie() got an unexpected keyword argument {min(unknown)!r}")
    samesite = attributes.get("samesite")
    if samesite and samesite.lower() not in ("lax", "none", "strict"):
        raise ValueError('samesite must be "lax", "none", or "strict".')
    for place in (attributes.get("path"), attributes.get("domain")):
        check_text(place or "")
    check_prefix(key, attributes)
    cookies[key] = value
    cookie = cookies[key]
    chosen = {
        "path": attributes.get("path", "/"),
        "domain": attributes.get("domain"),
        "secure": attributes.get("secure") or None,
        "httponly": attributes.get("httponly") or None,
        "samesite": samesite or None,
    }
    for name, text in chosen.items():
        if text is not None:
            cookie[name] = text


def check_prefix(name: str, attributes: CookieAttributes) -> None:
    """Raise :exc:`ValueError` for a ``__Secure-`` or ``__Host-`` name that browsers would drop
    with these *attributes* (RFC 6265bis, 4.1.3)."""
    lowered = name.lower()
    if lowered.startswith("__secure-") and not attributes.get("secure"):
        raise ValueError(f"The cookie {name!r} needs secure=True, else browsers drop it.")
    if lowered.startswith("__host-") and not (
        attributes.get("secure")
        and attributes.get("path", "/") == "/"
        and not attributes.get("domain")
    ):
        raise ValueError(
            f"The cookie {name!r} needs secure=True, path='/' and no domain, else browsers drop it."
        )


def set_lifetime(
    cookie: "Morsel[str]",
    max_age: float | datetime.timedelta | None,
    expires: str | datetime.datetime | None,
) -> None:
    """Set ``Max-Age`` and ``Expires``, each worked out from the other: some clients know only
    one. :exc:`ValueError` where both are given and might differ."""
    if isinstance(expires, datetime.datetime):
        if max_age is not None:
            raise ValueError("'expires' and 'max_age' can't be used together.")
        max_age = _seconds_until(expires)
        expires = None
    if isinstance(max_age, datetime.timedelta):
        max_age = max_age.total_seconds()
    cookie["expires"] = expires or ""
    if max_age is not None:
        cookie["max-age"] = int(max_age)
        cookie["expires"] = expires or http_date(time.time() + max_age)


def _seconds_until(moment: datetime.datetime) -> int:
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    left = moment - datetime.datetime.now(tz=datetime.UTC)
    # The second makes up for the fraction that is lost before the date is written.
    return max(0, left.days * 86400 + left.seconds + 1)


def set_cookie_lines(cookies: "Iterable[Morsel[str]]") -> list[tuple[str, str]]:
    """``Set-Cookie`` fields for *cookies*.

    Text beyond latin-1 is sent as UTF-8, which is how it is read when it comes back. A line
    break in an attribute raises :exc:`~enfilade.exceptions.BadHeaderError`.
    """
    lines = []
    for cookie in cookies:
        line = cookie.OutputString()
        check_text(line)  # set_cookie() is not the only way to make one
        if not line.isascii():
            line = line.encode().decode("latin-1")
        lines.append(("Set-Cookie", line))
    return lines
