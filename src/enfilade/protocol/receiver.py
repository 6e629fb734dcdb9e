"""The requests of one connection, taken from its bytes one after the other.

The caller feeds what it has read and asks for heads and bodies; nothing is decoded before it
is asked for, so a caller that stops asking can stop reading (:attr:`RequestReceiver.buffered`
says how much lies here). After an error nothing more is looked at.
"""

from collections.abc import Callable
from enum import StrEnum

from enfilade.protocol.chosen import ChunkedDecoder, parse_request_head
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.grammar import CRLF, HEAD_END, check_octets
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy, Rule


class State(StrEnum):
    """What the next byte of the connection belongs to."""

    HEAD = "a request head"
    LENGTH = "a body with Content-Length"
    CHUNKED = "a chunked body"
    COMPLETE = "the next request, which next() admits"
    FAILED = "nothing: the client broke a rule"
    CLOSED = "nothing: the client closed between two requests"


class Event(StrEnum):
    """What moves the receiver from state to state."""

    HEAD_ALONE = "a head without body was read"
    HEAD_LENGTH = "a head with Content-Length was read"
    HEAD_CHUNKED = "a head with Transfer-Encoding was read"
    BODY_END = "the last byte of the body was decoded"
    NEXT = "the caller is ready for the next request"
    END = "the client closed between two requests"
    FAULT = "the client broke a rule"


# As plain names: on Python 3.11 a member costs four times as much to look up on its class.
HEAD, LENGTH, CHUNKED, COMPLETE, FAILED, CLOSED = State
HEAD_ALONE, HEAD_LENGTH, HEAD_CHUNKED, BODY_END, NEXT, END, FAULT = Event

TRANSITIONS: dict[State, dict[Event, State]] = {
    HEAD: {
        HEAD_ALONE: COMPLETE,
        HEAD_LENGTH: LENGTH,
        HEAD_CHUNKED: CHUNKED,
        END: CLOSED,
        FAULT: FAILED,
    },
    LENGTH: {BODY_END: COMPLETE, FAULT: FAILED},
    CHUNKED: {BODY_END: COMPLETE, FAULT: FAILED},
    COMPLETE: {NEXT: HEAD},
    FAILED: {},
    CLOSED: {},
}


class RequestReceiver:
    """Feed bytes; take ``next_head``, ``read_body`` until ``body_complete``, then go ``next``.

    ``next_head`` and ``read_body`` raise :exc:`ProtocolError`, and raise the same one again if
    they are asked again. All times are the caller's business.
    """

    __slots__ = (
        "_blank_line_skipped",
        "_buffer",
        "_decoder",
        "_ended",
        "_error",
        "_left",
        "_line_start",
        "_policy",
        "_scanned",
        "state",
    )

    def __init__(self, policy: Policy) -> None:
        self.state = HEAD
        self._policy = policy
        self._buffer = bytearray()
        self._ended = False
        self._error: ProtocolError | None = None
        self._decoder = ChunkedDecoder(policy)
        self._left = 0  # bytes of a body with Content-Length still to come
        self._start_head()

    def _start_head(self) -> None:
        self._scanned = 0  # bytes of the buffer known to have no end of a head
        self._line_start = 0  # where the last line begun so far starts
        self._blank_line_skipped = False

    @property
    def body_complete(self) -> bool:
        """Whether the body of the current request has been read to its end."""
        return self.state is COMPLETE

    @property
    def closed(self) -> bool:
        """Whether the client closed in good order, between two requests."""
        return self.state is CLOSED

    @property
    def head_started(self) -> bool:
        """Whether some bytes of a head, but not all, have come."""
        return self.state is HEAD and bool(self._buffer)

    @property
    def buffered(self) -> int:
        """How many bytes lie here undelivered."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take *data* from the connection; after an error it is thrown away."""
        if self.state is not FAILED:
            self._buffer += data

    def take_head(self, data: bytes) -> RequestHead | None:
        """:meth:`feed` and :meth:`next_head` in one, faster for a head that comes whole and alone.

        Raises :exc:`ProtocolError`.
        """
        is_whole = data.find(HEAD_END) == len(data) - len(HEAD_END)
        if not is_whole or self._buffer or self.state is not HEAD or data.startswith(CRLF):
            self.feed(data)
            return self.next_head()
        try:
            head = parse_request_head(data, self._policy)
            self._start_body(head)
        except ProtocolError as error:
            self._fail(error)
            raise
        return head

    def take_rest(self) -> bytes:
        """What has come and belongs to another protocol from here on."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest

    def feed_eof(self) -> None:
        """Note that nothing more will come; what is cut off by that is a :exc:`ProtocolError`
        when it is next asked for, never the end of a body."""
        self._ended = True

    def next_head(self) -> RequestHead | None:
        """Return the head of the current request once it is here, and once only."""
        if self.state is not HEAD:
            self._raise_again()
            return None
        try:
            return self._take_head()
        except ProtocolError as error:
            self._fail(error)
            raise

    def read_body(self) -> bytes:
        """Return what has come of the body since the last call; ``b""`` is its end only if
        :attr:`body_complete`."""
        try:
            data = _READERS[self.state](self)
            if not data and self._ended and self.state in (LENGTH, CHUNKED):
                raise ProtocolError(Rule.TRUNCATED_BODY)
        except ProtocolError as error:
            self._fail(error)
            raise
        return data

    def next(self) -> None:
        """Go on to the next request; the current one must be complete."""
        self._move(NEXT)
        self._start_head()

    def _move(self, event: Event) -> None:
        try:
            self.state = TRANSITIONS[self.state][event]
        except KeyError:
            raise RuntimeError(f"{event.name} is impossible in {self.state.name}") from None

    def _fail(self, error: ProtocolError) -> None:
        if self.state is not FAILED:
            self._move(FAULT)
            self._error = error
            self._buffer.clear()

    def _raise_again(self) -> None:
        if self._error is not None:
            raise self._error

    # Heads -----------------------------------------------------------------------------------

    def _take_head(self) -> RequestHead | None:
        buffer = self._buffer
        if not self._blank_line_skipped and buffer.startswith(CRLF):
            # RFC 9112, 2.2: one empty line before the request line is overlooked.
            self._blank_line_skipped = True
            del buffer[:2]
            self._scanned = 0
        end = buffer.find(HEAD_END, self._scanned)
        if end < 0:
            self._check_prefix(buffer)
            return None
        end += len(HEAD_END)
        data = buffer[:end]
        del buffer[:end]
        head = parse_request_head(data, self._policy)
        self._start_body(head)
        return head

    def _check_prefix(self, buffer: bytearray) -> None:
        """Refuse at once what no further byte can mend, so that nobody waits for a deadline."""
        if self._ended:
            self._check_end()
            return
        check_octets(buffer, self._scanned)
        size = len(buffer)
        if 0 < self._policy.head < size:
            raise ProtocolError(Rule.HEAD_TOO_LARGE)
        line_end = buffer.find(CRLF, self._scanned)
        while line_end >= 0:
            self._check_line(line_end - self._line_start)
            self._line_start = line_end + 2
            line_end = buffer.find(CRLF, self._line_start)
        self._check_line(size - self._line_start - buffer.endswith(b"\r"))
        self._scanned = max(size - 3, 0)

    def _check_end(self) -> None:
        if self._buffer:
            raise ProtocolError(Rule.TRUNCATED_HEAD)
        self._move(END)

    def _check_line(self, length: int) -> None:
        if self._line_start:
            limit, rule = self._policy.field, Rule.FIELD_TOO_LONG
        else:
            limit, rule = self._policy.line, Rule.REQUEST_LINE_TOO_LONG
        if 0 < limit < length:
            raise ProtocolError(rule)

    # Bodies ----------------------------------------------------------------------------------

    def _start_body(self, head: RequestHead) -> None:
        if head.chunked:
            self._decoder = ChunkedDecoder(self._policy)
            self._move(HEAD_CHUNKED)
        elif head.content_length:
            self._left = head.content_length
            self._move(HEAD_LENGTH)
        else:
            self._move(HEAD_ALONE)

    def _read_length(self) -> bytes:
        data = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(data)
        if not self._left:
            self._move(BODY_END)
        return data

    def _read_chunked(self) -> bytes:
        data = self._decoder.decode(self._buffer)
        if self._decoder.complete:
            self._move(BODY_END)
        return data

    def _read_nothing(self) -> bytes:
        self._raise_again()
        return b""


_READERS: dict[State, Callable[[RequestReceiver], bytes]] = {
    HEAD: RequestReceiver._read_nothing,
    LENGTH: RequestReceiver._read_length,
    CHUNKED: RequestReceiver._read_chunked,
    COMPLETE: RequestReceiver._read_nothing,
    FAILED: RequestReceiver._read_nothing,
    CLOSED: RequestReceiver._read_nothing,
}
