"""A client's socket under the reactor: events, one deadline, and output that the loop finishes.

It knows nothing of HTTP; the conversation is held by
:class:`~enfilade.server.loop.connection.Connection`.
"""

import fcntl
import logging
import select
import socket
import struct
import termios
import threading
from abc import ABC, abstractmethod
from contextlib import suppress

from enfilade.exceptions import TransportLost
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.outgoing import Outgoing
from enfilade.server.loop.reactor import NOTHING, READ, WRITE, Reactor
from enfilade.server.loop.transport import Transport

logger = logging.getLogger("enfilade.server")

RECEIVE = 64 * 1024
"""Bytes to take from the kernel at once."""

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for no time at all, socket(7): close() sends a reset."""


class Channel(ABC):
    """*sock*, which is non-blocking; a reader that takes nothing for *write_timeout* seconds
    is given up, unless that is 0.

    ``ended`` is true once the client has ended its sending half.
    """

    __slots__ = (
        "_events", "_reactor", "_socket", "_unread", "_write_timeout", "deadline", "ended",
        "entry", "outgoing",
    )  # fmt: skip

    def __init__(self, sock: Transport, reactor: Reactor, write_timeout: float) -> None:
        self.deadline = self.entry = NEVER
        self.ended = False
        self.outgoing = Outgoing(sock, threading.Lock(), self._ask_for_reader)
        self._socket = sock
        self._reactor = reactor
        self._write_timeout = write_timeout
        self._unread = 0
        self._events = NOTHING

    @abstractmethod
    def on_data(self, data: bytes) -> None:
        """The client has sent *data*."""

    @abstractmethod
    def on_end(self) -> None:
        """The client has ended its sending half; it may still read."""

    @abstractmethod
    def on_sent(self) -> None:
        """What had to wait has left."""

    @abstractmethod
    def on_lost(self) -> None:
        """The client has gone."""

    @abstractmethod
    def expire(self, now: float) -> None:
        """The deadline has passed."""

    def on_events(self, events: int) -> None:
        """The socket can be read from or written to."""
        try:
            if events & WRITE:
                self._flush()
            if events & self._events & READ:
                self._receive()
        except Exception:
            logger.exception("unexpected error in a connection, which is closed")
            self.on_lost()

    def listen(self, *, start: int = NOTHING, stop: int = NOTHING) -> None:
        """Hear of the events *start* from now on, and of *stop* no longer."""
        events = (self._events | start) & ~stop
        if events != self._events:
            self._reactor.watch(self._socket, self._events, events, self.on_events)
            self._events = events

    def set_deadline(self, deadline: float) -> None:
        """Expire at *deadline*; in the loop's thread."""
        self._reactor.deadlines.set(self, deadline, self._reactor.now)

    def say(self, data: bytes) -> None:
        """Send something of the loop's own; if the client has gone, ``outgoing`` knows."""
        with self.outgoing.lock:
            try:
                self.outgoing.put(data)
            except TransportLost:
                pass

    def reader_is_late(self) -> bool:
        """The write deadline has passed: whether the client has taken nothing at all since it
        was set. The kernel asks for more only when much has been taken, so it is asked."""
        if self._unread_by_client() >= self._unread:
            return True
        self._renew_write_deadline()
        return False

    def has_hung_up(self) -> bool:
        """Whether the client has ended both halves, as far as the kernel has been told; any
        thread may ask. Until the client has ended its sending half it is the reactor that tells."""
        if not self.ended:
            return False
        number = self._socket.fileno()
        if number < 0:
            return True
        asked = select.poll()
        asked.register(number, 0)  # POLLHUP and POLLERR are always told
        return bool(asked.poll(0))

    def end_output(self) -> bool:
        """Tell the client that nothing more will come; whether it can still be told."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def reset_at_close(self) -> None:
        """Have :meth:`close` send a reset, and drop what the kernel has not sent."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def close(self) -> None:
        """Leave the reactor and close the socket."""
        self.listen(stop=READ | WRITE)
        self._reactor.deadlines.forget(self)
        self._socket.close()

    def detach(self) -> int:
        """Leave the reactor and give away the descriptor of the socket, a plain one."""
        assert isinstance(self._socket, socket.socket)
        self.listen(stop=READ | WRITE)
        self._reactor.deadlines.forget(self)
        return self._socket.detach()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(RECEIVE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.on_lost()
            return
        if data:
            self.on_data(data)
        else:
            self.ended = True
            self.listen(stop=READ)  # or the end would be news for ever
            self.on_end()

    def _ask_for_reader(self) -> None:
        self._reactor.post(self._await_reader)

    def _await_reader(self) -> None:
        with self.outgoing.lock:
            waits = self.outgoing.pending > 0  # whoever asked has put it there by now
        if waits:
            self.listen(start=WRITE)
            self._renew_write_deadline()

    def _flush(self) -> None:
        outgoing = self.outgoing
        with outgoing.lock:
            if outgoing.pending:
                outgoing.flush()
        if outgoing.lost:
            self.on_lost()
        elif outgoing.pending:
            self._renew_write_deadline()
        else:
            self.listen(stop=WRITE)
            self.on_sent()

    def _renew_write_deadline(self) -> None:
        timeout = self._write_timeout
        self._unread = self._unread_by_client()
        with self.outgoing.lock:
            if self.outgoing.pending:
                self.set_deadline(self._reactor.now + timeout if timeout else NEVER)

    def _unread_by_client(self) -> int:
        size = bytearray(4)
        try:
            fcntl.ioctl(self._socket, termios.TIOCOUTQ, size)
        except OSError:
            return 0
        return int(struct.unpack("i", size)[0])
