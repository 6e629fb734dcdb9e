"""What a connection has to say before its first request: a step that ends with the next one.

A preamble is no connection of the application's yet, but it counts as one and keeps a drained
loop waiting. It has the time of a request head.
"""

import logging
import socket
from abc import abstractmethod
from collections.abc import Callable

from enfilade.protocol.proxy_header import ProxyHeaderError, parse_proxy_header
from enfilade.server.loop.channel import Channel
from enfilade.server.loop.reactor import READ, WRITE
from enfilade.server.loop.reception import Peer
from enfilade.server.loop.service import Service

logger = logging.getLogger("enfilade.server")

Enter = Callable[[socket.socket, Peer, bytes], object]
"""Takes a socket, who is at its other end, and what has been received from it already."""


class Preamble(Channel):
    """The socket of a client that has connected from *peer*."""

    __slots__ = ("peer", "service", "sock")

    def __init__(self, service: Service, sock: socket.socket, peer: Peer) -> None:
        super().__init__(sock, service.reactor, service.options.write_timeout)
        self.service = service
        self.sock = sock
        self.peer = peer
        self.listen(start=READ)  # may fail, and then there is no connection
        self.set_deadline(service.within(service.options.head_timeout))
        service.connections.add(self)

    @abstractmethod
    def on_data(self, data: bytes) -> None:
        """Go on by *data*, and :meth:`leave` when that is the end."""

    def leave(self) -> None:
        """Leave the socket to who comes next."""
        self.listen(stop=READ | WRITE)
        self.service.reactor.deadlines.forget(self)
        self.service.connections.discard(self)

    def refuse(self, reason: object) -> None:
        """There will be no request."""
        logger.debug("a connection from %s is closed: %s", self.peer or "a Unix socket", reason)
        self.close()

    def close(self) -> None:
        """End it."""
        super().close()
        self.service.connections.discard(self)
        self.service.on_close()

    def lapse(self) -> None:
        """The time for which a connection may be idle has become shorter."""
        self.set_deadline(min(self.deadline, self.service.idle_deadline()))

    def on_end(self) -> None:
        self.refuse("it has ended before its first request")

    def on_sent(self) -> None:
        pass

    def on_lost(self) -> None:
        self.close()

    def expire(self, _now: float) -> None:
        self.refuse("it took too long to begin")


class Introduction(Preamble):
    """Reads a PROXY header and lets *enter* have what follows, with the client that it names."""

    __slots__ = ("_data", "_enter")

    def __init__(self, service: Service, enter: Enter, sock: socket.socket, peer: Peer) -> None:
        super().__init__(service, sock, peer)
        self._enter = enter
        self._data = b""

    def on_data(self, data: bytes) -> None:
        self._data += data
        try:
            header = parse_proxy_header(self._data)
        except ProxyHeaderError as error:
            logger.warning("a connection from %s is closed: %s", self.peer, error)
            self.close()
            return
        if header is not None:
            self.leave()
            self._enter(self.sock, header.source or self.peer, self._data[header.size :])
