"""h11 as the oracle of framing: where both take a request, both must see the same one.

Enfilade refuses more; that is no disagreement. Two parsers that read different requests from
the same bytes would be one (RFC 9112, 11.2).
"""

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver

Seen = tuple[str, str, bytes]

LINES = [
    b"Host: a", b"Content-Length: 5", b"Content-Length: 0", b"Content-Length: 05",
    b"Content-Length: 5, 5", b"Content-Length: +5", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: Chunked ", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding:\t chunked",
    b"Transfer-Encoding : chunked", b"Connection: close", b"Connection: keep-alive",
    b"Content-Length:\x0b5", b"X: \x80", b" folded", b"X_Y: z", b"Expect: 100-continue",
]  # fmt: skip
BODIES = [
    b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"5;a=b\r\nhello\r\n0\r\n\r\n",
    b'5;a="b;"\r\nhello\r\n0\r\nX: y\r\n\r\n', b"5\nhello\r\n0\r\n\r\n",
    b"05\r\nhello\r\n00\r\n\r\n",
    b"0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n", b"0\r\n", b"5\r\nhelloX\r\n0\r\n\r\n",
]  # fmt: skip
START = [b"GET / HTTP/1.1", b"POST /a?b HTTP/1.1", b"HEAD / HTTP/1.0", b"PUT http://a/ HTTP/1.1"]

requests = st.builds(
    lambda start, lines, body: b"\r\n".join((start, *lines, b"", body)),
    st.sampled_from(START),
    st.lists(st.sampled_from(LINES), max_size=4).map(lambda lines: [b"Host: a", *lines]),
    st.sampled_from(BODIES),
)


def seen_by_enfilade(data: bytes) -> list[Seen]:
    receiver = RequestReceiver(Policy())
    receiver.feed(data)
    receiver.feed_eof()
    seen: list[Seen] = []
    try:
        while head := receiver.next_head():
            body = b""
            while not receiver.body_complete:
                body += receiver.read_body()
            seen.append((head.method, head.target, body))
            if not head.keep_alive:
                break
            receiver.next()
    except ProtocolError:
        pass
    return seen


def seen_by_h11(data: bytes) -> list[Seen]:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    connection.receive_data(b"")
    seen: list[Seen] = []
    try:
        while isinstance(head := connection.next_event(), h11.Request):
            body = b""
            while isinstance(event := connection.next_event(), h11.Data):
                body += bytes(event.data)
            assert isinstance(event, h11.EndOfMessage)
            seen.append((head.method.decode(), head.target.decode(), body))
            connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                break
            connection.start_next_cycle()
    except h11.RemoteProtocolError:
        pass
    return seen


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(requests, min_size=1, max_size=3).map(b"".join))
def test_enfilade_and_h11_read_the_same_requests(data: bytes) -> None:
    ours, theirs = seen_by_enfilade(data), seen_by_h11(data)
    shorter = min(len(ours), len(theirs))
    assert ours[:shorter] == theirs[:shorter]
