"""What an application may put into the head of its response, checked and encoded.

A carriage return in a value would let whoever chose the value write a response of their own
(response splitting), so the whole head is proved free of control characters in one pass.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from enfilade.protocol.errors import ProtocolError, ResponseError
from enfilade.protocol.framing import parse_content_length
from enfilade.protocol.grammar import is_text, is_token
from enfilade.protocol.memo import Memo
from enfilade.protocol.policy import HOP_BY_HOP

SPECIAL = frozenset(("content-length", "date", "server"))

KNOWN_NAMES = """
    Accept-Ranges Access-Control-Allow-Credentials Access-Control-Allow-Headers
    Access-Control-Allow-Methods Access-Control-Allow-Origin Age Allow Cache-Control
    Content-Disposition Content-Encoding Content-Language Content-Length Content-Range
    Content-Security-Policy Content-Type Cross-Origin-Opener-Policy Date ETag Expires
    Last-Modified Link Location Referrer-Policy Retry-After Server Set-Cookie
    Strict-Transport-Security Vary WWW-Authenticate X-Content-Type-Options X-Frame-Options
"""

_match_status = re.compile(r"([1-9][0-9]{2}) [^\r\n]*").fullmatch
_is_latin_1_text = re.compile(r"[\t\x20-\x7e\x80-\xff]*").fullmatch


class PreparedHead(NamedTuple):
    """A checked head: ``lines`` are the status line and the fields, each with its CRLF, but
    without Content-Length, which belongs to the framing."""

    status: int
    lines: bytes
    content_length: int | None
    has_date: bool
    has_server: bool


def prepare_head(status: str, headers: Iterable[tuple[str, str]]) -> PreparedHead:
    """Check and encode *status* (``"200 OK"``) and *headers*; :exc:`ResponseError` says which
    of them is wrong, and how."""
    code, status_line = _status(status)
    lines = [status_line]
    special: dict[str, str] = {}
    for name, value in _pairs(headers):
        if kind := _NAMES[name]:
            if kind in special:
                raise ResponseError(f"the application set {name} twice")
            special[kind] = value
            if kind == "content-length":
                continue
        lines.append(f"{name}: {value}\r\n")
    length = special.get("content-length")
    return PreparedHead(
        code,
        _encode(lines),
        None if length is None else _parse_length(length),
        "date" in special,
        "server" in special,
    )


def _status(status: str) -> tuple[int, str]:
    if not isinstance(status, str):
        raise ResponseError(f"the status is not a str: {status!r}", hint="write it as '200 OK'")
    return _STATUSES[status]


def _status_line(status: str) -> tuple[int, str]:
    match = _match_status(status)
    if match is None:
        raise ResponseError(
            f"the status is malformed: {status!r}",
            hint="PEP 3333 wants three digits, a space and a reason, as in '200 OK'.",
        )
    code = int(match[1])
    if code < 200:
        raise ResponseError(
            f"{status!r} is an informational status, not the answer to a request",
            hint="Only a final status, 200 or more, can be given to start_response.",
        )
    return code, f"HTTP/1.1 {status}\r\n"


_STATUSES = Memo(_status_line, ["200 OK", "302 Found", "304 Not Modified", "404 Not Found"])


def _pairs(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """*headers* as a list; :exc:`ResponseError` unless it is made of pairs of text."""
    pairs = list(headers)
    for pair in pairs:
        try:
            name, value = pair
        except (TypeError, ValueError):
            raise ResponseError(f"a header is not a (name, value) tuple: {pair!r}") from None
        if not (isinstance(name, str) and isinstance(value, str)):
            raise ResponseError(
                f"a header is not made of two str: {pair!r}",
                hint="PEP 3333 wants native strings; decode bytes as latin-1, format numbers.",
            )
    return pairs


def _kind(name: str) -> str:
    """Return *name* in lower case if the server has an interest in it, else ``""``."""
    if not is_token(name):
        raise ResponseError(f"a header name is not a token: {name!r}")
    lower = name.lower()
    if lower in HOP_BY_HOP:
        raise ResponseError(
            f"{name} belongs to the connection, which the server alone manages",
            hint="PEP 3333 forbids hop-by-hop headers to applications; leave it out.",
        )
    return lower if lower in SPECIAL else ""


_NAMES = Memo(_kind, (KNOWN_NAMES + KNOWN_NAMES.lower()).split())


def _parse_length(text: str) -> int:
    try:
        return parse_content_length(text)
    except ProtocolError:
        raise ResponseError(f"Content-Length is not a number of bytes: {text!r}") from None


def _encode(lines: list[str]) -> bytes:
    """Return *lines* as latin-1 (PEP 3333, "Unicode Issues"), if they are nothing but text."""
    try:
        data = "".join(lines).encode("latin-1")
    except UnicodeEncodeError:
        _refuse(lines, "has a character beyond latin-1", "Encode it, as RFC 8187 or a URL does.")
    if not is_text(data, len(lines)):
        _refuse(lines, "has a control character", "Is user input written into a header?")
    return data


def _refuse(lines: list[str], what: str, hint: str) -> NoReturn:
    """Say which of *lines* is at fault."""
    texts = (line.removesuffix("\r\n") for line in lines)
    culprit = next(text for text in texts if not _is_latin_1_text(text))
    raise ResponseError(f"{culprit!r} {what}", hint=hint)
