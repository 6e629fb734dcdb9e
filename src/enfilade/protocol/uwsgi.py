"""The uwsgi protocol: a request as a packet of variables, then its body.

    modifier1 (1 octet, 0) | size (2, little-endian) | modifier2 (1) | size octets of variables
    a variable: length (2, little-endian), key, length (2), value

Source: "The uwsgi Protocol" of the uWSGI documentation. What is answered is HTTP without
chunks, and the connection ends with the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.framing import HTTP_1_0, HTTP_1_1, parse_content_length
from enfilade.protocol.grammar import is_token
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy, Rule
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter

_HEADER = 4
_LENGTH = 2
_FIELDS = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


@dataclass(slots=True, kw_only=True)
class UwsgiHead(RequestHead):
    """A request head whose ``variables`` are those that the proxy has sent, latin-1 texts."""

    variables: dict[str, str] = field(default_factory=dict)


class UwsgiReceiver(RequestReceiver):
    """Reads one request of the uwsgi protocol; otherwise as its base."""

    __slots__ = ()

    def _take_head(self) -> RequestHead | None:
        buffer = self._buffer
        _check_modifier(buffer)
        end = _HEADER + _size(buffer)
        if len(buffer) < end:
            if self._ended:
                self._check_end()
            return None
        packet = bytes(buffer[_HEADER:end])
        del buffer[:end]
        head = build_uwsgi_head(parse_variables(packet), self._policy)
        self._start_body(head)
        return head


class UwsgiResponseWriter(ResponseWriter):
    """A response of which only the end of the connection says where it ends, if its length is
    not known."""

    __slots__ = ()

    def _frame(self, status: int, length: int | None) -> bytes:
        self._persistent = self.keep_alive = False
        return super()._frame(status, length)


def _size(buffer: bytearray) -> int:
    return int.from_bytes(buffer[1:3], "little")


def _check_modifier(buffer: bytearray) -> None:
    """Raise :exc:`ProtocolError` unless the packet is one for Python: others mean other things."""
    if buffer and buffer[0]:
        raise ProtocolError(Rule.UWSGI_PACKET)


def parse_variables(packet: bytes) -> dict[str, str]:
    """Return the variables of *packet*, the last of each name; :exc:`ProtocolError` if they do
    not end where it does."""
    texts = list(_texts(packet))
    if len(texts) % 2:
        raise ProtocolError(Rule.UWSGI_PACKET)
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _texts(packet: bytes) -> Iterator[str]:
    at, size = 0, len(packet)
    while at < size:
        start = at + _LENGTH
        at = start + int.from_bytes(packet[at:start], "little")
        if start > size or at > size:
            raise ProtocolError(Rule.UWSGI_PACKET)
        yield packet[start:at].decode("latin-1")


def build_uwsgi_head(variables: dict[str, str], policy: Policy) -> UwsgiHead:
    """The head that *variables* stand for; :exc:`ProtocolError` for one that cannot be."""
    method = variables.get("REQUEST_METHOD", "")
    if not is_token(method):
        raise ProtocolError(Rule.UWSGI_PACKET)
    length = parse_content_length(variables.get("CONTENT_LENGTH") or "0")
    if 0 < policy.body < length:
        raise ProtocolError(Rule.BODY_TOO_LARGE)
    path = variables.get("PATH_INFO", "")
    query = variables.get("QUERY_STRING", "")
    target = variables.get("REQUEST_URI") or f"{path}?{query}".removesuffix("?")
    fields = dict(_fields(variables))
    return UwsgiHead(
        method=method,
        target=target,
        path=target.partition("?")[0],
        query=query,
        version=HTTP_1_0 if variables.get("SERVER_PROTOCOL") == "HTTP/1.0" else HTTP_1_1,
        headers=list(fields.items()),
        fields=fields,
        host=fields.get("host", ""),
        content_length=length,
        chunked=False,
        keep_alive=False,
        expect_continue=False,
        variables=variables,
    )


def _fields(variables: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in variables.items():
        if key.startswith("HTTP_"):
            yield key[5:].lower().replace("_", "-"), value
        elif key in _FIELDS and value:
            yield _FIELDS[key], value
