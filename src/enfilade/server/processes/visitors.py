"""Short conversations in the supervisor's select loop, which wait for nobody.

A :class:`Desk` accepts from one listener; each client is a :class:`Visitor`. Who is slow, silent or
one too many is shown out: the supervisor has workers to look after.
"""

import errno
import logging
import selectors
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from math import inf
from time import monotonic

from enfilade.server.processes.witness import Witness

logger = logging.getLogger("enfilade.server")

MOST = 32
"""Visitors at one time."""

AT_ONCE = 8
"""Visitors to let in in one turn."""

RECEIVE = 16 * 1024

SILENCE = 30.0
"""Seconds within which a visitor has to say something that makes sense, and to read what it is
told."""

REST = 1.0
"""Seconds without accepting after the system has run out of something."""


class Visitor(ABC):
    """A client. While something is left to be sent to it, nothing more is read from it."""

    def __init__(self, desk: "Desk", sock: socket.socket) -> None:
        self.deadline = monotonic() + SILENCE
        self._desk = desk
        self._socket = sock
        self._unsent = b""
        self._waits = False
        self._ended = False
        self._events = 0

    @abstractmethod
    def hear(self, data: bytes) -> None:
        """The client has sent *data*."""

    def greet(self) -> None:
        """The client has been let in."""
        self._arrange()

    def say(self, data: bytes, *, last: bool = False) -> None:
        """Send *data*; if it is the *last*, nothing more is heard."""
        self._ended = self._ended or last
        self._unsent += data
        self._send()

    def wait(self, waits: bool) -> None:
        """Whether the client waits for something that takes its time: it may be silent then."""
        self._waits = waits
        self.deadline = inf if waits else monotonic() + SILENCE

    def close(self) -> None:
        """Show it out."""
        self._listen(0)
        self._desk.forget(self)
        self.drop()

    def drop(self) -> None:
        """Close this process's copy of the socket."""
        self._socket.close()

    def _act(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._send()
        else:
            self._receive()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(RECEIVE)
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        self._ended = not data
        if data:
            self.hear(data)
        self._arrange()

    def _send(self) -> None:
        try:
            if self._unsent and not self._is_closed:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self.close()
        self._arrange()

    def _arrange(self) -> None:
        """Listen for what has to come next, or end."""
        if self._is_closed:
            return
        if self._unsent:
            self._listen(selectors.EVENT_WRITE)
        elif self._ended and not self._waits:
            self.close()
        else:
            # The end would be news for ever.
            self._listen(0 if self._ended else selectors.EVENT_READ)

    @property
    def _is_closed(self) -> bool:
        return self._socket.fileno() < 0

    def _listen(self, events: int) -> None:
        self._desk.watch(self._socket, self._events, events, self._act)
        self._events = events


class Desk(Witness):
    """Lets clients of *listener* in, each as a visitor that *welcome* makes of its socket."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        listener: socket.socket,
        welcome: Callable[["Desk", socket.socket], Visitor],
    ) -> None:
        self._selector = selector
        self._listener = listener
        self._welcome = welcome
        self._visitors: set[Visitor] = set()
        self._rest_until = 0.0
        self._open = False
        listener.setblocking(False)
        self._set_open(True)

    def watch(self, sock: socket.socket, old: int, new: int, act: Callable[[int], object]) -> None:
        """Call *act* for the events *new* of *sock* instead of *old*."""
        if old == new:
            return
        if not old:
            self._selector.register(sock, new, act)
        elif not new:
            self._selector.unregister(sock)
        else:
            self._selector.modify(sock, new, act)

    def forget(self, visitor: Visitor) -> None:
        """*visitor* is gone."""
        self._visitors.discard(visitor)

    def on_turn(self, now: float) -> float:
        if not self._open and now >= self._rest_until:
            self._set_open(True)
        for visitor in [visitor for visitor in self._visitors if visitor.deadline <= now]:
            visitor.close()
        waiting = [visitor.deadline for visitor in self._visitors]
        return min(waiting, default=inf) if self._open else self._rest_until

    def on_forked(self) -> None:
        for visitor in self._visitors:
            visitor.drop()
        self._listener.close()

    def _set_open(self, is_open: bool) -> None:
        events = selectors.EVENT_READ
        self.watch(self._listener, events * self._open, events * is_open, self._accept)
        self._open = is_open

    def _accept(self, _events: int) -> None:
        for _ in range(AT_ONCE):
            try:
                sock, _address = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno not in (errno.ECONNABORTED, errno.EINTR):
                    self._rest(error)
                return
            self._admit(sock)

    def _admit(self, sock: socket.socket) -> None:
        if len(self._visitors) >= MOST:
            sock.close()
            return
        sock.setblocking(False)
        visitor = self._welcome(self, sock)
        self._visitors.add(visitor)
        visitor.greet()

    def _rest(self, error: OSError) -> None:
        """The listener stays readable, so trying again at once would only spin."""
        logger.error("no visitors are let in for now: %s", error.strerror)
        self._set_open(False)
        self._rest_until = monotonic() + REST
