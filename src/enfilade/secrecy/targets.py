"""Targets of requests and addresses (RFC 3986, RFC 9112 section 3.2) without their secrets."""

import re
from collections.abc import Container
from urllib.parse import unquote_plus

from enfilade.secrecy.names import HIDDEN, is_secret
from enfilade.secrecy.text import hide_text
from enfilade.secrecy.tokens import hide_tokens, is_token

DECODINGS = 3
"""How often a value may have been percent-encoded and is still looked into."""

_parts = re.compile(
    r"(?s)(?P<start>(?:[A-Za-z][A-Za-z0-9+.-]{0,30}+:)?+//)?+(?P<userinfo>[^/?#]*@)?+"
    r"(?P<path>[^?#]*+)(?:\?(?P<query>[^#]*+))?+(?:\#(?P<fragment>.*+))?+"
)
_between = re.compile(r"([&;])")


def hide_target(target: str, also: Container[str] = ()) -> str:
    """*target* without user and password, without the secrets in its query and its fragment, and
    without what looks like a token in its path."""
    found = _parts.fullmatch(target)
    assert found is not None, "the pattern takes any text"
    start, userinfo, path, query, fragment = found.groups()
    if userinfo and start:
        userinfo = f"{HIDDEN}@"
    shown = f"{start or ''}{userinfo or ''}{hide_tokens(path)}"
    if query is not None:
        shown += "?" + hide_query(query, also)
    if fragment is not None:
        shown += "#" + hide_query(fragment, also)
    return shown


def hide_query(query: str, also: Container[str] = ()) -> str:
    """*query* with its names, but without the values that are called or look like secrets."""
    pieces = _between.split(query)
    return "".join(
        piece if number % 2 else _hide_pair(piece, also) for number, piece in enumerate(pieces)
    )


def _hide_pair(pair: str, also: Container[str]) -> str:
    name, equals, value = pair.partition("=")
    plain = unquote_plus(name)
    if _holds_secret(plain, also):
        name = HIDDEN
    if value and (is_secret(plain, also) or _holds_secret(unquote_plus(value), also)):
        value = HIDDEN
    return name + equals + value


def _holds_secret(value: str, also: Container[str]) -> bool:
    """Whether *value*, decoded as often as that changes it, is one or speaks of one."""
    for _ in range(DECODINGS):
        if is_token(value) or hide_text(value, also) != value:
            return True
        decoded = unquote_plus(value)
        if decoded == value:
            return False
        value = decoded
    return "%" in value
