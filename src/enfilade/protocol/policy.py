"""The one policy table: which limits hold, and what is refused with which status and why.

Every build of the parser reads this file, so that they cannot drift apart, and every
:class:`Rule` has a test of its own in ``tests/spec/test_rfc9112.py``.
"""

from dataclasses import dataclass
from enum import Enum

KIB = 1024


@dataclass(frozen=True, slots=True)
class Policy:
    """How much one request may be; ``0`` means "no limit".

    ``line``, ``field``, ``head``, ``body``, ``chunk_line`` and ``chunk_extensions`` are in
    bytes, lines without their CRLF, ``fields`` is a count. Trailer sections have the limits of
    heads. ``chunk_extensions`` is the sum over one body.
    """

    line: int = 8 * KIB
    field: int = 8 * KIB
    fields: int = 100
    head: int = 64 * KIB
    body: int = KIB**3
    chunk_line: int = 256
    chunk_extensions: int = 16 * KIB
    refuse_underscores: bool = False


class Rule(Enum):
    """What is refused: the status, the source and the reason that the client is told.

    A request that breaks a rule is answered with ``status`` and the connection is closed.
    """

    # Lines
    BARE_LF = 400, "RFC 9112, 2.2", "a line ends in LF without CR"
    BARE_CR = 400, "RFC 9112, 2.2", "CR is not followed by LF"
    CONTROL_CHARACTER = 400, "RFC 9110, 5.5", "a control character stands in the head"
    LEADING_WHITESPACE = 400, "RFC 9112, 2.2", "white space before the first header field"
    TRUNCATED_HEAD = 400, "RFC 9112, 8", "the connection ended inside the head"

    # Request line
    REQUEST_LINE = 400, "RFC 9112, 3", "the request line is not METHOD SP TARGET SP VERSION"
    REQUEST_LINE_TOO_LONG = 414, "RFC 9112, 3", "the request line is too long"
    VERSION = 400, "RFC 9112, 2.3", "the version is not HTTP/1.0 or HTTP/1.1"
    VERSION_UNSUPPORTED = 505, "RFC 9110, 15.6.6", "only HTTP/1.0 and HTTP/1.1 are spoken here"
    METHOD = 400, "RFC 9112, 3.1", "the method is not a token"
    TARGET_CHARACTER = 400, "RFC 9112, 3.2", "the request target has a forbidden character"
    TARGET_FORM = 400, "RFC 9112, 3.2", "the form of the request target does not fit the method"
    TARGET_AUTHORITY = 400, "RFC 9112, 3.2.2", "the authority of the request target is invalid"
    CONNECT = 501, "RFC 9110, 9.3.6", "an origin server makes no tunnels"

    # Host
    HOST_MISSING = 400, "RFC 9112, 3.2", "an HTTP/1.1 request needs a Host field"
    HOST_REPEATED = 400, "RFC 9112, 3.2", "more than one Host field"
    HOST_INVALID = 400, "RFC 9112, 3.2", "the Host field is not a host with an optional port"

    # Fields
    FIELD_WITHOUT_COLON = 400, "RFC 9112, 5", "a header line has no colon"
    FIELD_NAME = 400, "RFC 9112, 5", "a field name is empty or not a token"
    SPACE_BEFORE_COLON = 400, "RFC 9112, 5.1", "white space between field name and colon"
    OBS_FOLD = 400, "RFC 9112, 5.2", "a field value is folded over several lines"
    UNDERSCORE = 400, "RFC 3875, 4.1.18", "a field name has an underscore"
    SINGLETON_REPEATED = 400, "RFC 9110, 5.3", "a field that may stand only once is repeated"
    FIELD_TOO_LONG = 431, "RFC 6585, 5", "a header field is too long"
    TOO_MANY_FIELDS = 431, "RFC 6585, 5", "too many header fields"
    HEAD_TOO_LARGE = 431, "RFC 6585, 5", "the head is too large"

    # Framing
    LENGTH_AND_CODING = 400, "RFC 9112, 6.1", "both Content-Length and Transfer-Encoding"
    CODING_IN_1_0 = 400, "RFC 9112, 6.1", "Transfer-Encoding in an HTTP/1.0 request"
    CODING_REPEATED = 400, "RFC 9112, 6.1", "more than one Transfer-Encoding field"
    CHUNKED_NOT_LAST = 400, "RFC 9112, 6.3", "chunked is not the last transfer coding, once"
    CODING_UNKNOWN = 501, "RFC 9112, 6.1", "chunked is the only transfer coding known here"
    LENGTH = 400, "RFC 9112, 6.2", "Content-Length is not a plain number"
    LENGTH_REPEATED = 400, "RFC 9112, 6.3", "more than one Content-Length field"
    BODY_TOO_LARGE = 413, "RFC 9110, 15.5.14", "the body is too large"
    TRUNCATED_BODY = 400, "RFC 9112, 8", "the connection ended inside the body"

    # Chunks
    CHUNK_SIZE = 400, "RFC 9112, 7.1", "a chunk size is not 1 to 16 hexadecimal digits"
    CHUNK_SIZE_OVERFLOW = 400, "RFC 9112, 7.1", "a chunk size is beyond 63 bits"
    CHUNK_LINE_TOO_LONG = 400, "RFC 9112, 7.1.1", "a chunk line is too long"
    CHUNK_EXTENSION = 400, "RFC 9112, 7.1.1", "a chunk extension is malformed"
    CHUNK_EXTENSIONS_TOO_LARGE = 400, "RFC 9112, 7.1.1", "the chunk extensions are too large"
    CHUNK_END = 400, "RFC 9112, 7.1", "chunk data does not end in CRLF"
    TRAILER_FORBIDDEN = 400, "RFC 9110, 6.5.1", "a field that may not stand in a trailer"

    # Conversation
    EXPECTATION = 417, "RFC 9110, 10.1.1", "100-continue is the only expectation known here"
    TOO_SLOW = 408, "RFC 9110, 15.5.9", "the request took too long to arrive"

    # Other doors
    UWSGI_PACKET = 400, "The uwsgi Protocol", "the uwsgi packet is malformed"

    def __init__(self, status: int, section: str, reason: str) -> None:
        self.status = status
        self.section = section
        self.reason = reason


SINGLETONS = {
    "host": Rule.HOST_REPEATED,
    "content-length": Rule.LENGTH_REPEATED,
    "transfer-encoding": Rule.CODING_REPEATED,
} | dict.fromkeys(
    (
        "authorization",
        "content-location",
        "content-range",
        "content-type",
        "date",
        "expect",
        "from",
        "if-modified-since",
        "if-range",
        "if-unmodified-since",
        "max-forwards",
        "origin",
        "proxy-authorization",
        "range",
        "referer",
        "user-agent",
    ),
    Rule.SINGLETON_REPEATED,
)
"""Fields whose grammar is one value: a second one is an attack or a fault (RFC 9110, 5.3)."""

FORBIDDEN_TRAILERS = frozenset(
    (
        "age",
        "authorization",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "max-forwards",
        "origin",
        "pragma",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
    )
)
"""Framing, routing, modifiers and credentials, which a trailer may not carry (RFC 9110, 6.5.1)."""

HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailers",
        "transfer-encoding",
        "upgrade",
    )
)
"""Fields that belong to the connection, so that an application may not send them (PEP 3333,
"Other HTTP Features")."""
