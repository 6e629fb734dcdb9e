"""The head of a request: request line and header fields (RFC 9112, 2.1, 3 and 5).

The whole head is decoded and split once, then each line is looked up rather than examined;
only what is unusual takes the slower, exact way.
"""

from dataclasses import dataclass

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.fields import Field, check_field_lengths, combine, parse_fields
from enfilade.protocol.framing import (
    HTTP_1_0,
    HTTP_1_1,
    Version,
    body_framing,
    expects_continue,
    keeps_alive,
)
from enfilade.protocol.grammar import (
    AUTHORITIES,
    HEAD_END,
    check_octets,
    is_text,
    is_token,
)
from enfilade.protocol.policy import Policy, Rule

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))
VERSIONS: dict[str, Version] = {"HTTP/1.1": HTTP_1_1, "HTTP/1.0": HTTP_1_0}


@dataclass(slots=True)
class RequestHead:
    """One request head that broke no rule.

    Texts are latin-1: one character an octet. ``target`` is as it was sent; ``path`` is its
    path, still percent-encoded (``*`` for ``OPTIONS *``), and ``query`` what follows the
    ``?``. ``headers`` has lower-case names in the order of arrival, ``fields`` one combined
    value a name. ``host`` is the authority of the target if it has one, else the Host field,
    or ``""`` in an HTTP/1.0 request without either.
    """

    method: str
    target: str
    path: str
    query: str
    version: Version
    headers: list[Field]
    fields: dict[str, str]
    host: str
    content_length: int | None
    chunked: bool
    keep_alive: bool
    expect_continue: bool


def parse_request_head(data: bytes | bytearray, policy: Policy) -> RequestHead:
    """Parse *data*, a complete head up to and with its empty line.

    Raises :exc:`ProtocolError` for anything that the policy refuses, and nothing else.
    """
    if not data.endswith(HEAD_END):
        raise ProtocolError(Rule.TRUNCATED_HEAD)
    lines = data[:-4].decode("latin-1").split("\r\n")
    check_size(data, lines, policy)
    if not is_text(data, len(lines) + 1):
        check_octets(data)
    method, target, version = parse_request_line(lines.pop(0))
    if lines and lines[0][:1] in (" ", "\t"):
        raise ProtocolError(Rule.LEADING_WHITESPACE)
    headers = parse_fields(lines, policy)
    fields = combine(headers)
    host = parse_host(fields, version)
    path, query, authority = parse_target(method, target)
    if authority:
        host = fields["host"] = authority
        headers = [("host", host), *(field for field in headers if field[0] != "host")]
    length, chunked = body_framing(fields, version, policy)
    return RequestHead(
        method,
        target,
        path,
        query,
        version,
        headers,
        fields,
        host,
        length,
        chunked,
        keeps_alive(fields, version),
        expects_continue(fields, version, chunked or bool(length)),
    )


def check_size(data: bytes | bytearray, lines: list[str], policy: Policy) -> None:
    """Raise :exc:`ProtocolError` for a head, request line or field line beyond its limit.

    A head that is shorter than the limit of one line has no line that is longer.
    """
    size = len(data)
    if 0 < policy.head < size:
        raise ProtocolError(Rule.HEAD_TOO_LARGE)
    if 0 < policy.line < size and len(lines[0]) > policy.line:
        raise ProtocolError(Rule.REQUEST_LINE_TOO_LONG)
    if 0 < policy.field < size:
        check_field_lengths(lines[1:], policy)


def parse_request_line(line: str) -> tuple[str, str, Version]:
    """Return (method, target, version) of ``method SP request-target SP HTTP-version``."""
    words = line.split(" ")
    if len(words) != 3:
        raise ProtocolError(Rule.REQUEST_LINE)
    method, target, protocol = words
    version = VERSIONS.get(protocol)
    if version is None:
        raise ProtocolError(_version_fault(protocol))
    if method not in METHODS and not is_token(method):
        raise ProtocolError(Rule.METHOD)
    return method, target, version


def _version_fault(protocol: str) -> Rule:
    name, _, number = protocol.partition("/")
    well_formed = name == "HTTP" and len(number) == 3 and number[1] == "."
    major, minor = number[:1], number[2:]
    if well_formed and major in "023456789" and minor in "0123456789":
        return Rule.VERSION_UNSUPPORTED
    return Rule.VERSION


def parse_target(method: str, target: str) -> tuple[str, str, str]:
    """Return (path, query, authority) of *target*; RFC 9112, 3.2.

    The authority is ``""`` unless *target* is in absolute-form.
    """
    if not (target.isascii() and target.isprintable()) or "#" in target or not target:
        raise ProtocolError(Rule.TARGET_CHARACTER)
    if method == "CONNECT":
        raise ProtocolError(Rule.CONNECT if _is_host_and_port(target) else Rule.TARGET_FORM)
    if target[0] == "/":
        path, _, query = target.partition("?")
        return path, query, ""
    if target == "*" and method == "OPTIONS":
        return "*", "", ""
    return _parse_absolute_form(method, target)


def _is_host_and_port(target: str) -> bool:
    _, _, port = target.rpartition(":")
    return port.isdigit() and AUTHORITIES[target]


def _parse_absolute_form(method: str, target: str) -> tuple[str, str, str]:
    scheme, _, rest = target.partition("://")
    if scheme.lower() not in ("http", "https"):
        raise ProtocolError(Rule.TARGET_FORM)
    hierarchy, mark, query = rest.partition("?")
    authority, slash, path = hierarchy.partition("/")
    if not AUTHORITIES[authority]:
        raise ProtocolError(Rule.TARGET_AUTHORITY)
    # RFC 9112, 3.2.4: a bare authority with OPTIONS means the server as a whole.
    if method == "OPTIONS" and not slash and not mark:
        return "*", "", authority
    return f"/{path}", query, authority


def parse_host(fields: dict[str, str], version: Version) -> str:
    """Return the Host field's value; RFC 9112, 3.2, refuses a request without a valid one."""
    host = fields.get("host")
    if host is None:
        if version >= HTTP_1_1:
            raise ProtocolError(Rule.HOST_MISSING)
        return ""
    if not AUTHORITIES[host]:
        raise ProtocolError(Rule.HOST_INVALID)
    return host
