"""The rest of a large body, on its way from the loop to the application that reads it.

The loop decodes what arrives and leaves it here; ``wsgi.input`` takes it. A client that is
faster than the application fills :data:`HIGH_WATER` bytes and is then not received from; an
application that is faster waits, and only then the client is held to a rate.

    loop's thread      take, end_input, fail ────▶ unread bytes, or an error
    application's      read ◀─────────────────────────┘
                       └── on_demand: nothing is left, or there is room again
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import BinaryIO

from enfilade.exceptions import TransportLost
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.receiver import RequestReceiver
from enfilade.server.loop.deadlines import NEVER

HIGH_WATER = 256 * 1024
"""Bytes that wait for the application before the client has to."""

BLOCK = 64 * 1024
"""Bytes to read from the spool at once."""

BODY_START = 5.0
"""Seconds before the slowest accepted rate of a body counts."""

STALL = 30.0
"""Seconds for which a body may stop arriving, however fast it came before."""


def _nothing() -> None:
    pass


class Feed:
    """The body of *head*, which *receiver* decodes; the *received* bytes so far are in *start*.

    ``unread`` counts the bytes that wait here, after :meth:`close` those that have come for
    nothing. ``complete`` is true once all has come, ``broken`` once it is malformed or cut off.
    ``expects`` says that the client waits for a 100 (RFC 9110, 10.1.1). ``served`` is when the
    application last got something, in seconds of :func:`time.monotonic`. ``on_demand`` is called
    in the application's thread.
    """

    __slots__ = (
        "_asked", "_buffer", "_changed", "_error", "_length", "_patience", "_rate", "_received",
        "_receiver", "_start", "broken", "complete", "expects", "on_demand", "served", "unread",
    )  # fmt: skip

    def __init__(
        self,
        receiver: RequestReceiver,
        head: RequestHead,
        start: BinaryIO,
        received: int,
        rate: int,
    ) -> None:
        self.on_demand: Callable[[], object] = _nothing
        self.complete = self.broken = False
        self.expects = head.expect_continue and not received
        self.unread = 0
        self.served = 0.0
        self._receiver = receiver
        self._length = head.content_length or 0
        self._start: BinaryIO | None = start
        self._received = received
        self._rate = rate
        self._patience = BODY_START
        self._asked = 0.0
        self._buffer = bytearray()
        self._error: Exception | None = None
        self._changed = threading.Condition(threading.Lock())

    # The loop's side -------------------------------------------------------------------------

    @property
    def wants_more(self) -> bool:
        """Whether the socket should be received from."""
        return self._error is None and self.unread < HIGH_WATER

    @property
    def missing(self) -> int:
        """Bytes that have not come yet; 0 if nobody can know."""
        return max(0, self._length - self._received)

    @property
    def waiting(self) -> bool:
        """Whether the application waits for the client."""
        return self._asked > 0

    @property
    def deadline(self) -> float:
        """Until when the application may be kept waiting.

        Each byte earns the client some time by the slowest accepted rate, and only waiting
        costs any, so it does not have to pay for an application that dawdles.
        """
        asked = self._asked
        return asked + self._patience if asked and self._rate else NEVER

    def take(self, data: bytes) -> None:
        """Decode *data*; after the last byte of the body, the receiver is at the next request."""
        try:
            self._receiver.feed(data)
            block = self._receiver.read_body()
        except ProtocolError as error:
            self.broken = True
            self.fail(error)
            return
        complete = self._receiver.body_complete
        if complete:
            self._receiver.next()
        with self._changed:
            self._put(block)
            self.complete = complete
            if block or complete:
                self._end_wait()

    def end_input(self) -> None:
        """The client has ended its half; a body that this cuts off is broken."""
        self._receiver.feed_eof()
        self.take(b"")

    def fail(self, error: Exception) -> None:
        """Have :meth:`read` raise *error* after what has come, unless it has another one."""
        with self._changed:
            self._error = self._error or error
            self._end_wait()

    def _put(self, block: bytes) -> None:
        if not block:
            return
        self.expects = False
        self.unread += len(block)
        self._received += len(block)
        if self._rate:
            self._patience = min(STALL, self._patience + len(block) / self._rate)
        if self._error is None:
            self._buffer += block

    def _end_wait(self) -> None:
        if self._asked:
            self.served = monotonic()
            self._patience = max(0.0, self._patience + self._asked - self.served)
            self._asked = 0.0
        self._changed.notify_all()

    # The application's side ------------------------------------------------------------------

    def read(self) -> bytes:
        """The next bytes, for which this may wait; ``b""`` at the end of the body only.

        Raises :exc:`ProtocolError` for a body that is malformed, cut off or too slow, and
        :exc:`TransportLost`.
        """
        if self._start is not None:
            if block := self._start.read(BLOCK):
                self.served = monotonic()
                return block
            self._start.close()
            self._start = None
        with self._changed:
            while not (self._buffer or self._error or self.complete):
                self._wait()
            if self._buffer:
                return self._take_all()
            if self._error is not None:
                raise self._error
            return b""

    def close(self) -> None:
        """The application is done: what still comes is thrown away."""
        with self._changed:
            self._error = self._error or TransportLost("the request is over")
            self._buffer.clear()
            self.unread = 0
            self._end_wait()

    def _wait(self) -> None:
        if not self._asked:
            self._asked = monotonic()
            self.on_demand()
        self._changed.wait()

    def _take_all(self) -> bytes:
        block = bytes(self._buffer)
        self._buffer.clear()
        self.served = monotonic()
        full = self.unread >= HIGH_WATER
        self.unread = 0
        if full:
            self.on_demand()
        return block
