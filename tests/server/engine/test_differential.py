"""The same bytes to a plain loop and to a compiled one get the same answers and the same end."""

import re
import socket
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfilade.server.engine.loop import CompiledLoop
from enfilade.server.loop import Loop
from enfilade.server.options import Options


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    path = environ["PATH_INFO"]
    headers = [("X-Path", path)] if path.isascii() and path.isprintable() else []
    start_response("204 No Content" if path == "/none" else "200 OK", headers)
    if path == "/raise":
        raise ValueError(path)
    if path == "/pieces":
        return (piece for piece in (b"one", b"", b"two"))
    return [environ["REQUEST_METHOD"].encode(), environ["QUERY_STRING"].encode("latin-1"), body]


METHODS = st.sampled_from([b"GET", b"HEAD", b"POST", b"PUT", b"OPTIONS", b"get", b"BREW", b"G E"])
TARGETS = st.sampled_from(
    [
        b"/",
        b"/a?b=c",
        b"/none",
        b"/pieces",
        b"/raise",
        b"/%41%ff",
        b"*",
        b"http://a/b",
        b"/ b",
        b"//x",
    ]
)
VERSIONS = st.sampled_from([b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"http/1.1"])
FIELDS = st.sampled_from(
    [
        b"Connection: close", b"Connection: keep-alive", b"Content-Length: 3", b"Content-Length: 0",
        b"Content-Length: +3", b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"X-A: 1",
        b"X-A: 2", b"Cookie: a=b", b"Host: b", b"X_B: 3", b"Bad : space", b" folded",
        b"X-C: \xe9", b"X-D: a\rb", b"Content-Length: 20000", b"Upgrade: h2c",
        b"X-E:" + b"y" * 9000,
    ]
)  # fmt: skip
BODIES = st.sampled_from([b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n", b"x" * 20000, b"\r\n", b"\0"])


@st.composite
def requests(draw):
    fields = [b"Host: a"] * draw(st.sampled_from([1, 1, 1, 1, 0, 2]))
    fields += draw(st.lists(FIELDS, max_size=3))
    line = b" ".join((draw(METHODS), draw(TARGETS), draw(VERSIONS)))
    end = draw(st.sampled_from([b"\r\n"] * 8 + [b"\n"]))
    return end.join([line, *fields, b"", draw(BODIES)])


@st.composite
def streams(draw):
    data = b"".join(draw(st.lists(requests(), min_size=1, max_size=4)))
    if draw(st.booleans()):
        data = data[: draw(st.integers(1, len(data)))]
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def start(kind):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    loop = kind([listener], echo, Options(threads=2))
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    return loop, thread, listener


@pytest.fixture(scope="module")
def loops():
    started = [start(Loop), start(CompiledLoop)]
    yield [listener.getsockname() for _, _, listener in started]
    for loop, thread, listener in started:
        loop.drain(patience=0)
        thread.join(10)
        listener.close()


def exchange(address, pieces):
    """All that comes back, and how it ends."""
    received = b""
    with socket.create_connection(address, timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        try:
            for piece in pieces:
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has ended it before we did
        try:
            while data := sock.recv(1 << 16):
                received += data
        except ConnectionResetError:
            return received, "reset"
    return received, "end"


def comparable(answers):
    """Without the date, and without the words of a refusal at the end: which of several faults is
    seen first depends on how the bytes arrive."""
    answers = re.sub(rb"Date: [^\r]*\r\n", b"", answers)
    return re.sub(rb"HTTP/1.1 4\d\d (?:(?!HTTP/1.1).)*\Z", b"refused", answers, flags=re.DOTALL)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(streams())
def test_both_loops_say_the_same(loops, pieces):
    (plain, plain_end), (compiled, compiled_end) = (exchange(address, pieces) for address in loops)
    plain, compiled = comparable(plain), comparable(compiled)
    if "reset" in (plain_end, compiled_end):  # what came before is lost or not, as it happens
        shorter, longer = sorted((plain, compiled), key=len)
        assert longer.startswith(shorter)
    else:
        assert compiled == plain
