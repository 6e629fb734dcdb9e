"""The plain parts and the compiled ones, side by side: what one gives, the other must give.

Each function raises AssertionError, which says what differs.
"""

import io
from collections.abc import Callable, Iterable

from enfilade.gateway import environ as plain_environ
from enfilade.protocol import chunked, head, response_head
from enfilade.protocol.errors import ProtocolError, ResponseError
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter

try:
    from enfilade.gateway import _environ
    from enfilade.protocol import _chunked, _head, _response
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"
BASE = plain_environ.base_environ(
    server_name="a", server_port=80, url_scheme="http", multithread=True, multiprocess=False
)


def outcome(function: Callable[..., object], *arguments: object) -> object:
    """What *function* returns, or the fault that it finds."""
    try:
        return function(*arguments)
    except ProtocolError as error:
        return error.rule
    except ResponseError as error:
        return str(error), error.hint


def compare(data: bytes, policy: Policy | None = None) -> None:
    """Compare all that reads, with the first bytes of a connection."""
    policy = policy or Policy()
    compare_heads(data, policy)
    end = data.find(b"\r\n\r\n") + 4
    if end > 4:
        compare_heads(data[:end], policy)
        compare_bodies([data[end:]], policy)
        compare_bodies([bytes([octet]) for octet in data[end:]], policy)


def compare_heads(data: bytes, policy: Policy) -> None:
    """*data* may be a head, a part of one, one and more, or none at all."""
    plain = outcome(head.parse_request_head, data, policy)
    compiled = outcome(_head.parse_request_head, data, policy)
    assert compiled == plain, f"heads differ: {compiled} is not {plain}"
    size = _head.scan(data, policy)
    if size > 0:
        assert data.find(b"\r\n\r\n") + 4 == size, f"a head of {size} bytes"
        compare_environs(data[:size], policy)
    elif size == 0:
        assert _waits(data, policy), "waits for the rest of what is refused already"
        if data.endswith(b"\r\n\r\n"):
            assert data in (b"", b"\r\n\r\n"), "waits for the rest of a whole head"


def _waits(data: bytes, policy: Policy) -> bool:
    receiver = RequestReceiver(policy)
    receiver.feed(data)
    return outcome(receiver.next_head) is None


def compare_cuts(data: bytes, policy: Policy) -> None:
    """Cut *data*, a head that is simple, at every byte; what was scanned is not scanned again."""
    assert _head.scan(data, policy) == len(data)
    for cut in range(len(data)):
        assert _head.scan(data[:cut], policy) == 0, f"cut at {cut}"
        assert _head.scan(data, policy, cut) == len(data), f"cut at {cut}"


def compare_environs(data: bytes, policy: Policy) -> None:
    """*data* is a head that is simple."""
    request, body = head.parse_request_head(data, policy), io.BytesIO()
    for peer in (None, ("192.0.2.1", 5000)):
        plain = plain_environ.build_environ(BASE, request, peer, body)
        compiled = _environ.build_environ(BASE, request, peer, body)
        assert list(compiled.items()) == list(plain.items()), "environs of a head differ"
        address, port = (peer[0], str(peer[1])) if peer else (None, None)
        read = _environ.EnvironReader(BASE, policy).read(data, address, port, body)
        assert read is not None
        assert list(read.items()) == list(plain.items()), f"environs differ: {read} not {plain}"


def compare_bodies(pieces: Iterable[bytes], policy: Policy) -> None:
    """*pieces* are those of a chunked body, as they arrive."""
    plain, compiled = chunked.ChunkedDecoder(policy), _chunked.ChunkedDecoder(policy)
    buffers = bytearray(), bytearray()
    for piece in pieces:
        for buffer in buffers:
            buffer += piece
        expected = outcome(plain.decode, buffers[0])
        found = outcome(compiled.decode, buffers[1])
        assert found == expected, f"bodies differ: {found!r} is not {expected!r}"
        if not isinstance(expected, bytes):
            break
        assert buffers[0] == buffers[1], "another part of the body was taken"
        assert compiled.state is plain.state


def compare_response_heads(
    status: str,
    headers: list[tuple[str, str]],
    length: int | None,
    request: str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    keep_alive: bool = True,
) -> bytes | None:
    """What the compiled writer writes, None where it declines."""
    plain = outcome(response_head.prepare_head, status, headers)
    compiled = outcome(_response.prepare_head, status, headers)
    assert compiled == plain, f"response heads differ: {compiled} is not {plain}"
    asked = head.parse_request_head(request.encode("latin-1"), Policy())
    written = _response.write_head(
        status,
        headers,
        -1 if length is None else length,
        asked.method == "HEAD",
        asked.version[1],
        keep_alive and asked.keep_alive,
        b"Date: %b\r\n" % DATE,
    )
    if written is not None:
        writer = ResponseWriter(asked, date=lambda: DATE, keep_alive_allowed=keep_alive)
        expected = writer.start(status, headers, length)
        assert written == expected, f"response heads differ: {written!r} is not {expected!r}"
    return written
