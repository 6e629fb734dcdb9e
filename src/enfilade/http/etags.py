"""Entity tags (RFC 9110, 8.8.3): ``"strong"`` and ``W/"weak"``, and how they are compared."""

import re

__all__ = ["matches_strongly", "matches_weakly", "parse_etags", "quote_etag"]

# A comma may be part of a tag. So may a space here: RFC 9110, 8.8.3, has none, but sites make such.
_ETAG = r'(?:W/)?"[^"]*"'
_IS_ETAG = re.compile(_ETAG).fullmatch
_ELEMENTS = re.compile(rf"(?:^|,)[ \t]*({_ETAG})[ \t]*(?=,|$)").findall


def quote_etag(etag: str) -> str:
    """*etag* itself if it is one, else a strong tag made of the text.

    Raises :exc:`ValueError` for a text with a quotation mark, which would end the tag early.

    >>> quote_etag("v1"), quote_etag('W/"v1"')
    ('"v1"', 'W/"v1"')
    """
    if _IS_ETAG(etag):
        return etag
    if '"' in etag:
        raise ValueError(f"{etag!r} is neither an entity tag nor the content of one")
    return f'"{etag}"'


def parse_etags(field_value: str) -> list[str]:
    """The tags of ``If-Match`` or ``If-None-Match``, ``["*"]`` for an asterisk; what is no tag is
    left out.

    >>> parse_etags('"a,b", W/"c", d')
    ['"a,b"', 'W/"c"']
    """
    if field_value.strip() == "*":
        return ["*"]
    return _ELEMENTS(field_value)


def matches_strongly(one: str, other: str) -> bool:
    """The same, byte for byte, and neither of them weak (RFC 9110, 8.8.3.2)."""
    return one == other and not one.startswith("W/")


def matches_weakly(one: str, other: str) -> bool:
    """The same, weak or not (RFC 9110, 8.8.3.2)."""
    return one.removeprefix("W/") == other.removeprefix("W/")
