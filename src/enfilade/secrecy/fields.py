"""Header fields, of requests and of responses, without their secrets."""

import re
from collections.abc import Callable, Container, Iterable

from enfilade.secrecy.names import HIDDEN, is_secret
from enfilade.secrecy.targets import hide_target
from enfilade.secrecy.text import hide_text

# https://www.iana.org/assignments/http-authschemes, and those that are not registered but met.
SCHEMES = frozenset(
    ("basic", "bearer", "concealed", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate",
     "oauth", "privatetoken", "scram-sha-1", "scram-sha-256", "vapid", "ntlm", "token", "apikey",
     "hmac", "jwt", "signature", "aws4-hmac-sha256")
)  # fmt: skip
# RFC 6265, and what browsers have added.
ATTRIBUTES = frozenset(
    ("expires", "max-age", "domain", "path", "secure", "httponly", "samesite", "partitioned",
     "priority")
)  # fmt: skip
# Random, as it may look, but no secret.
SHOWN = frozenset(
    ("traceparent", "x-request-id", "x-correlation-id", "etag", "if-match", "if-none-match",
     "content-type", "user-agent", "content-digest", "repr-digest", "content-md5", "date",
     "last-modified")
)  # fmt: skip

_cookie = re.compile(r'(?:^|;)\s*+([^=;\s]++)\s*+=\s*+(?:"[^"]*+"?+)?+[^;]*+')
_link = re.compile(r"<([^>]*+)(>?)")  # also without an end, or the rest is looked at again
_url = re.compile(r"(?i)(;?\s*+url\s*+=\s*+)(.*)", re.DOTALL)


def hide_fields(
    pairs: Iterable[tuple[str | bytes, str | bytes]], also: Container[str] = ()
) -> tuple[tuple[str, str], ...]:
    """The fields with their names, in their order, and as much of their values as may be shown:
    of credentials the scheme, of cookies the names and attributes, of addresses what
    :func:`~enfilade.secrecy.hide_target` leaves."""
    texts = ((_text(name), _text(value)) for name, value in pairs)
    return tuple((name, _hide_value(name, value, also)) for name, value in texts)


def _text(said: str | bytes) -> str:
    return said.decode("latin-1") if isinstance(said, bytes) else said


def _hide_value(name: str, value: str, also: Container[str]) -> str:
    lower = name.lower()
    if hide := _KINDS.get(lower):
        return hide(value)
    if is_secret(name, also):
        return HIDDEN
    if lower in SHOWN:
        return value
    return hide_text(value, also)


def _hide_credentials(value: str) -> str:
    scheme, space, rest = value.strip().partition(" ")
    if scheme.lower() not in SCHEMES:
        return HIDDEN
    return f"{scheme} {HIDDEN}" if space and rest else scheme


def _hide_cookies(value: str) -> str:
    return "; ".join(f"{name}={HIDDEN}" for name in _cookie.findall(value)) or HIDDEN


def _hide_set_cookie(value: str) -> str:
    found = _cookie.match(value)
    if found is None:
        return HIDDEN
    attributes = (each.strip() for each in value[found.end() :].split(";"))
    shown = (each for each in attributes if each.partition("=")[0].strip().lower() in ATTRIBUTES)
    return "; ".join([f"{found[1]}={HIDDEN}", *shown])


def _hide_links(value: str) -> str:
    return _link.sub(lambda found: f"<{hide_target(found[1])}{found[2]}", value)


def _hide_refresh(value: str) -> str:
    return _url.sub(lambda found: found[1] + hide_target(found[2]), value)


_KINDS: dict[str, Callable[[str], str]] = {
    "authorization": _hide_credentials,
    "proxy-authorization": _hide_credentials,
    "www-authenticate": _hide_credentials,
    "proxy-authenticate": _hide_credentials,
    "cookie": _hide_cookies,
    "set-cookie": _hide_set_cookie,
    "link": _hide_links,
    "refresh": _hide_refresh,
    **dict.fromkeys(
        ("location", "referer", "content-location", "origin", "x-original-url", "x-rewrite-url",
         "x-forwarded-uri", "x-accel-redirect", "sourcemap"),
        hide_target,
    ),
}  # fmt: skip
