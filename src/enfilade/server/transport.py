"""A client's socket: non-blocking, known to the reactor for the events that matter just now."""

import fcntl
import socket
import struct
import termios
from collections.abc import Callable

from enfilade.exceptions import TransportLost
from enfilade.server.reactor import NOTHING, READ, Reactor

RECEIVE = 64 * 1024
"""Bytes to take from the kernel at once."""


class Transport:
    """*sock* with *on_events* as the one who hears of its events.

    ``ended`` is true once the client has ended its sending half.
    """

    __slots__ = ("_on_events", "_reactor", "ended", "events", "socket")

    def __init__(
        self, sock: socket.socket, reactor: Reactor, on_events: Callable[[int], object]
    ) -> None:
        self.socket = sock
        self.events = NOTHING
        self.ended = False
        self._reactor = reactor
        self._on_events = on_events

    def listen(self, *, start: int = NOTHING, stop: int = NOTHING) -> None:
        """Hear of the events *start* from now on, and of *stop* no longer."""
        events = (self.events | start) & ~stop
        if events != self.events:
            self._reactor.watch(self.socket, self.events, events, self._on_events)
            self.events = events

    def receive(self) -> bytes | None:
        """What the client has sent, ``None`` if nothing, ``b""`` at its end.

        Raises :exc:`TransportLost` if the connection is broken.
        """
        try:
            data = self.socket.recv(RECEIVE)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            raise TransportLost("the connection is broken") from error
        if not data:
            self.ended = True
            self.listen(stop=READ)  # or the end would be news for ever
        return data

    def unread(self) -> int:
        """Bytes that the kernel holds because the client has not taken them; 0 if unknown."""
        size = bytearray(4)
        try:
            fcntl.ioctl(self.socket, termios.TIOCOUTQ, size)
        except OSError:
            return 0
        return int(struct.unpack("i", size)[0])

    def end_output(self) -> bool:
        """Tell the client that nothing more will come; whether it can still be told."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Leave the reactor and close the socket."""
        if self.events != NOTHING:
            self._reactor.watch(self.socket, self.events, NOTHING, self._on_events)
            self.events = NOTHING
        self.socket.close()
