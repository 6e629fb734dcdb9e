"""One connection, driven by hypothesis with valid, broken and hostile bytes in any pieces.

The bytes are made here, so what they mean is known without parsing them: that is the model.
``HYPOTHESIS_PROFILE=long`` has many more examples of it.
"""

import http.client
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver, State
from enfilade.protocol.response import ResponseWriter
from enfilade.types import Environ, StartResponse
from wire import Client, serving

pytestmark = pytest.mark.slow

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
LONG = b"x" * 9000
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

# What is wrong is certain with the last byte, not always before.
FAULTS = {
    "a TLS greeting": (b"\x16\x03\x01", 400),
    "NUL": (b"\0", 400),
    "bare LF": (b"GET / HTTP/1.1\n", 400),
    "bare CR": (b"GET / HTTP/1.1\rX", 400),
    "two empty lines": (b"\r\n\r\n" + SMUGGLED, 400),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "HTTP/2": (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    "a long request line": (b"GET /" + LONG + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a long field": (HEAD + b"X: " + LONG + b"\r\n\r\n", 431),
    "two Host": (HEAD + b"Host: a\r\n\r\n", 400),
    "space before colon": (HEAD + b"X : y\r\n\r\n", 400),
    "a folded field": (HEAD + b"X: y\r\n z\r\n\r\n", 400),
    "a signed length": (HEAD + b"Content-Length: +5\r\n\r\n", 400),
    "two lengths": (HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400),
    "CL and TE": (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "another coding": (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "a body beyond the limit": (HEAD + b"Content-Length: 1073741825\r\n\r\n", 413),
    "another expectation": (HEAD + b"Content-Length: 1\r\nExpect: tea\r\n\r\n", 417),
    "TE in HTTP/1.0": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "no chunk size": (CHUNKED + b"x\r\n", 400),
    "space after a chunk size": (CHUNKED + b"5 \r\n", 400),
    "an empty chunk extension": (CHUNKED + b"5;\r\n", 400),
    "LF after a chunk size": (CHUNKED + b"5\nhello", 400),
    "a chunk size of 17 digits": (CHUNKED + b"10000000000000000\r\n", 400),
    "a chunk too long": (CHUNKED + b"1\r\nab", 400),
    "Host in the trailers": (CHUNKED + b"1\r\na\r\n0\r\nHost: b\r\n\r\n", 400),
}


@dataclass(frozen=True)
class Message:
    """A valid request; ``closes`` whether it asks for the end of the connection."""

    method: str
    version: str
    connection: str
    body: bytes
    framing: str
    blank_line: bool
    cuts: tuple[int, ...]

    @property
    def closes(self) -> bool:
        options = self.connection.lower().split(", ")
        return "close" in options or (self.version == "1.0" and "keep-alive" not in options)

    def wire(self, target: str) -> bytes:
        lines = [f"{self.method} {target} HTTP/{self.version}", "Host: a"]
        if self.connection:
            lines.append(f"Connection: {self.connection}")
        if self.framing == "length":
            lines.append(f"Content-Length: {len(self.body)}")
        if self.framing == "chunked":
            lines.append("transfer-encoding:\tCHUNKED ")
        head = "\r\n".join([*lines, "", ""]).encode()
        return head + (self._chunks() if self.framing == "chunked" else self.body)

    def _chunks(self) -> bytes:
        edges = [0, *sorted(cut % (len(self.body) + 1) for cut in self.cuts), len(self.body)]
        pieces = [self.body[start:end] for start, end in pairwise(edges)]
        chunks = (b'%x;a="\\""\r\n%b\r\n' % (len(piece), piece) for piece in pieces if piece)
        return b"".join(chunks) + b"000\r\nX-Trailer: y\r\n\r\n"


@st.composite
def messages(draw: Callable[..., Any]) -> Message:
    version = draw(st.sampled_from(["1.1", "1.1", "1.0"]))
    framing = draw(st.sampled_from(["none", "length", "chunked"][: 3 if version == "1.1" else 2]))
    body = b"" if framing == "none" else draw(st.sampled_from([SMUGGLED, b"0\r\n\r\n"]) | BINARY)
    return Message(
        draw(st.sampled_from(["GET", "HEAD", "POST", "DELETE", "purge"])),
        version,
        draw(st.sampled_from(["", "", "keep-alive", "Keep-Alive, te", "close", "te, CLOSE"])),
        body,
        framing,
        draw(st.booleans()),
        tuple(draw(st.lists(st.integers(0, 50), max_size=3))),
    )


BINARY = st.binary(max_size=60)
PIECES = st.one_of(st.integers(1, 3), st.integers(1, 80), st.just(1 << 20))


@dataclass
class Model:
    """What the bytes in ``wire`` mean, of which ``delivered`` have gone out.

    ``requests`` are (message, target, where it ends); ``fault`` is (start, end, status).
    """

    wire: bytes = b""
    delivered: int = 0
    requests: list[tuple[Message, str, int]] = field(default_factory=list)
    fault: tuple[int, int, int] | None = None
    final: bool = False
    borders: set[int] = field(default_factory=lambda: {0})

    def add(self, message: Message) -> None:
        target = f"/{len(self.requests)}"
        if message.blank_line:
            self.wire += b"\r\n"
            self.borders.add(len(self.wire))
        self.wire += message.wire(target)
        self.requests.append((message, target, len(self.wire)))
        self.borders.add(len(self.wire))
        self.final = message.closes

    def add_fault(self, name: str) -> None:
        start = len(self.wire)
        data, status = FAULTS[name]
        self.wire += data
        self.fault = start, len(self.wire), status
        self.final = True

    def deliver(self, size: int) -> bytes:
        piece = self.wire[self.delivered : self.delivered + size]
        self.delivered += len(piece)
        return piece

    @property
    def due(self) -> list[tuple[Message, str, int]]:
        return [request for request in self.requests if request[2] <= self.delivered]

    @property
    def fault_is_due(self) -> bool:
        return self.fault is not None and self.fault[1] <= self.delivered

    @property
    def method_under_way(self) -> str:
        """The method of a request whose head has gone out and whose body has not, or GET."""
        for message, target, end in self.requests[len(self.due) :][:1]:
            data = message.wire(target)
            if b"\r\n\r\n" in data[: max(self.delivered - end + len(data), 0)]:
                return message.method
        return "GET"

    def errors_after_end(self) -> set[int]:
        """The statuses one of which an end of input here must give; none if it is clean."""
        if self.due and self.due[-1][0].closes:
            return set()
        if self.fault and self.fault[0] < self.delivered:
            return {self.fault[2]} if self.fault_is_due else {self.fault[2], 400}
        return set() if self.delivered in self.borders else {400}


@dataclass(frozen=True)
class Reply:
    """What an application answers; ``declared`` is how much Content-Length is beside the truth."""

    status: str
    chunks: list[bytes]
    declared: int | None


replies = st.builds(
    Reply,
    st.sampled_from(["200 OK", "204 No Content", "304 Not Modified", "404 Not Found"]),
    st.lists(BINARY, max_size=3),
    st.sampled_from([None, None, 0, 0, 1, -1]),
)


class Bytes(BytesIO):
    """A socket for ``http.client``, which is the judge of what the writer has written."""

    def makefile(self, mode: str) -> "Bytes":
        return self

    def close(self) -> None:
        pass


def read_reply(data: bytes, method: str) -> tuple[int, bytes, bool, bool]:
    """(status, body, whether it is whole, whether it announces the end); all is consumed."""
    wire = Bytes(data)
    response = http.client.HTTPResponse(wire, method=method)  # type: ignore[arg-type]
    response.begin()
    try:
        body, whole = response.read(), True
    except http.client.IncompleteRead as error:
        body, whole = error.partial, False
    assert wire.read() == b"", "bytes follow the response"
    return response.status, body, whole, response.will_close


class Wire(RuleBasedStateMachine):
    """The rules that make bytes; what becomes of them is for the subclasses."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()

    @precondition(lambda self: not self.model.final)
    @rule(message=messages())
    def add_request(self, message: Message) -> None:
        self.model.add(message)

    @precondition(lambda self: not self.model.final)
    @rule(name=st.sampled_from(list(FAULTS)))
    def add_fault(self, name: str) -> None:
        self.model.add_fault(name)

    @precondition(lambda self: self.model.final)
    @rule(data=st.sampled_from([SMUGGLED, CHUNKED]) | BINARY)
    def add_what_must_be_ignored(self, data: bytes) -> None:
        self.model.wire += data


class Protocol(Wire):
    """One receiver and its writers, without a socket."""

    def __init__(self) -> None:
        super().__init__()
        self.receiver = RequestReceiver(Policy())
        self.head: RequestHead | None = None
        self.body = b""
        self.seen: list[tuple[str, str, bytes]] = []
        self.answered = 0
        self.error: ProtocolError | None = None
        self.ended = self.closed = False

    @precondition(lambda self: not (self.ended or self.closed))
    @rule(size=PIECES)
    def deliver(self, size: int) -> None:
        self.receiver.feed(self.model.deliver(size))
        self.take()

    @precondition(lambda self: not (self.ended or self.closed))
    @rule()
    def end(self) -> None:
        self.ended = True
        self.receiver.feed_eof()
        self.take()

    @precondition(lambda self: len(self.seen) > self.answered)
    @rule(reply=replies)
    def answer(self, reply: Reply) -> None:
        assert self.head is not None
        message = self.model.requests[self.answered][0]
        writer = ResponseWriter(self.head, date=lambda: b"Sun, 06 Nov 1994 08:49:37 GMT")
        body = b"".join(reply.chunks)
        length = max(0, len(body) + reply.declared) if reply.declared is not None else None
        fields = [] if length is None else [("Content-Length", str(length))]
        data = writer.start(reply.status, fields, None)
        data += b"".join([writer.data(chunk) for chunk in reply.chunks]) + writer.end()

        status, got, whole, announced = read_reply(data, message.method)
        bodiless = message.method == "HEAD" or status in (204, 304)
        honest = bodiless or length in (None, len(body))
        assert reply.status.startswith(str(status))
        assert got == (b"" if bodiless else body[:length])
        assert whole == writer.complete == (bodiless or length is None or length <= len(body))
        by_close = message.version == "1.0" and length is None and not bodiless
        assert writer.keep_alive == (not message.closes and honest and not by_close)
        assert announced == (not writer.keep_alive) or not honest
        self.go_on(writer.keep_alive)

    def go_on(self, keep_alive: bool) -> None:
        self.answered += 1
        self.head = None
        self.closed = not keep_alive
        if keep_alive:
            self.receiver.next()
            self.take()

    def take(self) -> None:
        """Take what there is of the current request."""
        if len(self.seen) > self.answered or self.closed:
            return
        try:
            if self.head is None:
                self.head, self.body = self.receiver.next_head(), b""
            if self.head is not None:
                self.body += self.receiver.read_body()
        except ProtocolError as error:
            assert self.error in (None, error)
            self.error = error
        else:
            if self.head is not None and self.receiver.body_complete:
                self.seen.append((self.head.method, self.head.target, self.body))

    @invariant()
    def the_requests_are_those_that_were_sent(self) -> None:
        due = self.model.due[: self.answered + (not self.closed)]
        expected = [(message.method, target, message.body) for message, target, _ in due]
        assert self.seen == expected

    @invariant()
    def an_error_comes_in_time_and_is_the_last_thing(self) -> None:
        at_the_end = not self.closed and self.answered == len(self.model.due)
        if self.error is not None:
            assert at_the_end
            assert self.error.status in self.model.errors_after_end()
            assert self.receiver.state is State.FAILED
            assert self.receiver.buffered == 0
        elif at_the_end:
            assert not self.model.fault_is_due
            if self.ended:
                assert not self.model.errors_after_end()
                assert self.receiver.closed


class Connection(Wire):
    """A real server, which must answer what was sent and call the application for no more."""

    options: dict[str, Any] = {}

    def __init__(self) -> None:
        super().__init__()
        self.called: list[tuple[str, str, bytes]] = []
        self.answered = 0
        self.refused = False
        self.stack = ExitStack()
        site = self.stack.enter_context(serving(self.application, **self.options))
        self.client: Client = self.stack.enter_context(site.client())

    def application(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        body = environ["wsgi.input"].read()
        self.called.append((environ["REQUEST_METHOD"], environ["RAW_URI"], body))
        start_response("200 OK", [])
        return [environ["RAW_URI"].encode(), body]

    @rule(size=PIECES)
    def send(self, size: int) -> None:
        if self.is_over:  # a server that closes may reset, so the answers are taken first
            self.receive()
        try:
            self.client.send(self.model.deliver(size))
        except ConnectionError:
            assert self.is_over

    @property
    def is_over(self) -> bool:
        due = self.model.due
        return self.model.fault_is_due or bool(due and due[-1][0].closes)

    @rule()
    def receive(self) -> None:
        for message, target, _ in self.model.due[self.answered :]:
            answer = self.client.answer(message.method)
            expected = b"" if message.method == "HEAD" else target.encode() + message.body
            assert (answer.status, answer.body) == (200, expected)
            assert answer.closes == message.closes
            self.answered += 1
        if self.model.fault_is_due:
            self.read_refusal(self.model.errors_after_end())

    def read_refusal(self, statuses: set[int]) -> None:
        if not self.refused:
            answer = self.client.answer(self.model.method_under_way)
            assert answer.status in statuses
            assert answer.closes
            self.refused = True

    def teardown(self) -> None:
        with self.stack:
            self.receive()
            if not self.is_over:
                self.client.half_close()
                if statuses := self.model.errors_after_end():
                    self.read_refusal(statuses)
                assert self.client.rest() == b""
        due = self.model.due
        assert self.called == [(message.method, target, message.body) for message, target, _ in due]


class OnDemand(Connection):
    """The same where bodies are received while the application reads them."""

    options = {"buffer_body": 0, "spool_body": 0}


# Of each profile's number of examples; a real connection costs more than its protocol.
TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=settings().max_examples, stateful_step_count=30, deadline=None
)
TestConnection = Connection.TestCase
TestOnDemand = OnDemand.TestCase
TestConnection.settings = TestOnDemand.settings = settings(
    max_examples=settings().max_examples // 4,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
