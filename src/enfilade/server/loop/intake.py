"""Reading one request after another out of the bytes of a connection.

An :class:`Intake` does no I/O on sockets. It says when a request can be handed over, which is
when it is whole or known to be too large to wait for, and by when more of it has to be here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from time import monotonic, perf_counter_ns
from typing import BinaryIO

from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.feed import BODY_START, STALL, Feed
from enfilade.server.loop.spool import Spool
from enfilade.server.options import Options
from enfilade.server.recorder import begin_for_subscribers
from enfilade.trace import Event, Trace

KEPT_FOR_LATER = 64 * 1024
"""How much of the next requests is read while one is being answered."""

BeginTrace = Callable[[RequestHead, str], Trace | None]
"""Makes the trace of a request with that head from that peer, if it is to have one."""


@dataclass(slots=True)
class Request:
    """A request; ``body`` is at its start, and is all of it unless there is a ``feed``, which
    gives first ``body`` and then what is still to come."""

    head: RequestHead
    body: BinaryIO
    trace: Trace | None
    feed: Feed | None = None

    def close(self) -> None:
        """Drop the body, read or not."""
        if self.feed is not None:
            self.feed.close()
        self.body.close()


class Intake:
    """What a connection that was accepted at *now* from *peer* has received; *receiver* knows
    how its requests are written, *begin_trace* which of them to trace.

    ``feed`` is that of the request handed over last, until it is complete.
    """

    __slots__ = (
        "_began", "_begin_trace", "_head", "_most", "_options", "_peer", "_receiver", "_since",
        "_spool", "feed",
    )  # fmt: skip

    def __init__(
        self,
        policy: Policy,
        options: Options,
        peer: str,
        now: float,
        receiver: type[RequestReceiver] = RequestReceiver,
        begin_trace: BeginTrace = begin_for_subscribers,
    ) -> None:
        self._options = options
        self._most = max(options.buffer_body, options.spool_body)
        self._peer = peer
        self._receiver = receiver(policy)
        self._head: RequestHead | None = None
        self._spool: Spool | None = None
        self._began: float | None = now
        self._since = now
        self._begin_trace = begin_trace
        self.feed: Feed | None = None

    @property
    def started(self) -> bool:
        """Whether some of a request is here, but not all of it."""
        return self._head is not None or self._receiver.head_started

    @property
    def head(self) -> RequestHead | None:
        """The head whose body is still arriving."""
        return self._head

    @property
    def unfinished(self) -> bool:
        """Whether more of the request taken last is to come, or some of later ones is here."""
        # In this order, for the loop forgets the feed last.
        return self.feed is not None or self._receiver.buffered > 0

    def take(self, data: bytes, now: float) -> Request | None:
        """Add *data*, which may be empty, and return the next request if it can be handed over.

        A request with a feed leaves the receiver to that until the feed is complete. Raises
        :exc:`~enfilade.protocol.errors.ProtocolError`, and :exc:`OSError` if the body does not
        fit on the disk.
        """
        if self._began is None and (data or self._receiver.buffered):
            self._began = self._since = now
        self._receiver.feed(data)
        if self._head is None:
            head = self._receiver.next_head()
            if head is None:
                return None
            if not head.chunked and not head.content_length:
                self._receiver.next()
                return self._hand_over(head, BytesIO())
            self._head = head
            self._began = now
            self._spool = Spool(self._options.buffer_body)
        return self._take_body(self._head)

    def keep(self, data: bytes) -> bool:
        """Add *data* to the feed, or keep it for :meth:`take`; whether there is room for more."""
        feed = self.feed
        if feed is None:
            self._receiver.feed(data)
        else:
            feed.take(data)
            if not feed.complete:
                return feed.wants_more
            self.feed = None
        return self._receiver.buffered < KEPT_FOR_LATER

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
        receiver = self._receiver
        block = receiver.read_body()
        if block:
            spool.write(block)
        complete = receiver.body_complete
        if not complete and max(head.content_length or 0, spool.size) <= self._most:
            return None
        body = spool.rewound()  # may find the disk full; until then the spool is ours to close
        self._spool = None
        if complete:
            receiver.next()
            return self._hand_over(head, body)
        self.feed = Feed(receiver, head, body, spool.size, self._options.body_rate)
        return self._hand_over(head, body, self.feed)

    def _hand_over(self, head: RequestHead, body: BinaryIO, feed: Feed | None = None) -> Request:
        trace = self._begin_trace(head, self._peer)
        if trace is not None:
            ago = int((monotonic() - self._since) * 1e9)
            trace.events.append(Event(perf_counter_ns() - ago, "accept", self._peer))
            trace.mark("read", head.method, head.target)
        self._head = self._began = None
        return Request(head, body, trace, feed)
