"""Taking new connections from one listener, as long as there is room for them."""

import errno
import logging
import socket
from collections.abc import Callable
from typing import Any

from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.reactor import NOTHING, READ, Reactor

logger = logging.getLogger("enfilade.server")

AT_ONCE = 16
"""Connections to take in one turn: few, so that those that are open, and other workers that
share the listener, get theirs."""

REST = 0.5
"""Seconds without accepting after the system has run out of something."""

_EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))

# accept(2): "treat these as EAGAIN"; the connection has gone before it was accepted.
_PASSING = frozenset(
    (
        errno.EAGAIN, errno.EINTR, errno.ECONNABORTED, errno.EPROTO, errno.ENETDOWN,
        errno.ENOPROTOOPT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EOPNOTSUPP,
        errno.ENETUNREACH, errno.EPERM,
    )
)  # fmt: skip

Admit = Callable[[socket.socket, Any], object]


class Acceptor:
    """Calls *admit* with each new connection's socket and address, while *has_room* says so.

    It rests when the system has run out of descriptors or memory: the listener stays readable,
    so trying again at once would only spin.
    """

    def __init__(
        self, reactor: Reactor, listener: socket.socket, admit: Admit, has_room: Callable[[], bool]
    ) -> None:
        self.deadline = self.entry = NEVER
        self._reactor = reactor
        self._listener = listener
        self._admit = admit
        self._has_room = has_room
        self._closed = False
        self._events = NOTHING
        listener.setblocking(False)

    def open(self) -> None:
        """Accept, unless it has been closed or rests."""
        if not self._closed and self.deadline == NEVER:
            self._listen(READ)

    def close(self, backlog: int) -> None:
        """Take what is in the backlog, which is of that size, and then no more."""
        waiting = 0 if self._closed else backlog
        while waiting and self._accept():
            waiting -= 1
        self._closed = True
        self._listen(NOTHING)

    def expire(self, _now: float) -> None:
        """The rest is over."""
        self.deadline = NEVER
        self.open()

    def _listen(self, events: int) -> None:
        if events != self._events:
            self._reactor.watch(self._listener, self._events, events, self._on_events)
            self._events = events

    def _on_events(self, _events: int) -> None:
        for _ in range(AT_ONCE):
            if not self._has_room():
                self._listen(NOTHING)
                return
            if not self._accept():
                return

    def _accept(self) -> bool:
        """Accept one connection; whether there may be another."""
        try:
            sock, address = self._listener.accept()
        except OSError as error:
            return self._excuse(error)
        try:
            sock.setblocking(False)
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            self._admit(sock, address)
        except OSError as error:  # it has gone in the meantime
            logger.debug("a connection was lost while it was accepted: %s", error)
            sock.close()
        return True

    def _excuse(self, error: OSError) -> bool:
        if error.errno in _PASSING:
            return error.errno not in (errno.EAGAIN, errno.EINTR)
        log_shortage(error)
        self._listen(NOTHING)
        now = self._reactor.now
        self._reactor.deadlines.set(self, now + REST, now)
        return False


def log_shortage(error: OSError) -> None:
    """Say that accepting has met *error*, which will not pass at once."""
    logger.error(
        "cannot accept connections for now: %s%s",
        error,
        " (raise the limit of open files, ulimit -n)" if error.errno == errno.EMFILE else "",
        exc_info=error.errno not in _EXHAUSTED,
    )
