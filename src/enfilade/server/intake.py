"""Reading one request after another out of the bytes of a connection, each to its last byte.

An :class:`Intake` does no I/O on sockets. It says when a request is whole, and by when more of
it has to be here.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver
from enfilade.server.deadlines import NEVER
from enfilade.server.options import Options
from enfilade.server.spool import Spool
from enfilade.trace import Trace, begin

BODY_START = 5.0
"""Seconds before the slowest accepted rate of a body counts."""

STALL = 30.0
"""Seconds for which a body may stop arriving, however fast it came before."""


@dataclass(slots=True)
class Request:
    """A whole request; ``body`` is at its start."""

    head: RequestHead
    body: BinaryIO
    trace: Trace | None


class Intake:
    """The receiving half of a connection, which was accepted at *now* from *peer*."""

    __slots__ = ("_began", "_head", "_options", "_peer", "_receiver", "_spool", "_trace")

    def __init__(self, policy: Policy, options: Options, peer: str, now: float) -> None:
        self._options = options
        self._peer = peer
        self._receiver = RequestReceiver(policy)
        self._head: RequestHead | None = None
        self._spool: Spool | None = None
        self._began: float | None = now
        self._trace = self._begin_trace()

    @property
    def started(self) -> bool:
        """Whether some of a request is here, but not all of it."""
        return self._head is not None or self._receiver.head_started

    @property
    def head(self) -> RequestHead | None:
        """The head whose body is still arriving."""
        return self._head

    @property
    def buffered(self) -> int:
        """Bytes that belong to requests after the one that was taken last."""
        return self._receiver.buffered

    def take(self, data: bytes, now: float) -> Request | None:
        """Add *data*, which may be empty, and return the next request if it is whole.

        Raises :exc:`ProtocolError`, and :exc:`OSError` if the body does not fit on the disk.
        """
        if self._began is None and (data or self._receiver.buffered):
            self._began = now
            self._trace = self._begin_trace()
        self._receiver.feed(data)
        if self._head is None:
            head = self._receiver.next_head()
            if head is None:
                return None
            if not head.chunked and not head.content_length:
                return self._whole(head, BytesIO())
            self._head = head
            self._began = now
            self._spool = Spool(self._options.buffer_body)
        return self._take_body(self._head)

    def take_expectation(self) -> bool:
        """Whether the client waits for a 100 before it sends the body; true once."""
        head = self._head
        if head is None or not head.expect_continue or self._received or self._receiver.buffered:
            return False
        head.expect_continue = False
        return True

    def deadline(self, now: float) -> float:
        """By when more has to be here: the whole head, or enough of the body."""
        if self._began is None:
            return NEVER
        if self._head is None:
            limit = self._options.head_timeout
            return self._began + limit if limit else NEVER
        rate = self._options.body_rate
        if not rate:
            return NEVER
        return min(self._began + BODY_START + self._received / rate, now + STALL)

    def end(self) -> None:
        """The client has ended its sending half: :meth:`take` raises for what that cuts off."""
        self._receiver.feed_eof()

    def close(self) -> None:
        """Drop what has been received."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    @property
    def _received(self) -> int:
        return self._spool.size if self._spool is not None else 0

    def _take_body(self, head: RequestHead) -> Request | None:
        spool = self._spool
        assert spool is not None
        block = self._receiver.read_body()
        if block:
            spool.write(block)
        if not self._receiver.body_complete:
            return None
        body = spool.rewound()  # may find the disk full; until then the spool is ours to close
        self._spool = None
        return self._whole(head, body)

    def _whole(self, head: RequestHead, body: BinaryIO) -> Request:
        trace = self._trace
        if trace is not None:
            trace.mark("read", head.method, head.target)
        self._head = self._began = self._trace = None
        self._receiver.next()
        return Request(head, body, trace)

    def _begin_trace(self) -> Trace | None:
        trace = begin()
        if trace is not None:
            trace.mark("accept", self._peer)
        return trace
