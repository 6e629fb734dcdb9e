"""The receiving half of a connection: whose bytes they are that come in, in each state.

It belongs to the loop's thread from accept to close. Requests that can be handed over become
exchanges here; :class:`~enfilade.server.loop.connection.Connection` has their answers and the end.
"""

import logging
from abc import abstractmethod
from collections.abc import Callable
from enum import IntEnum, auto
from functools import partial
from typing import BinaryIO, ClassVar

from enfilade.gateway.wsgi import build_environ
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import CONTINUE, ResponseWriter
from enfilade.server.loop.channel import Channel
from enfilade.server.loop.errand import Errand
from enfilade.server.loop.exchange import Exchange
from enfilade.server.loop.intake import Intake, Request
from enfilade.server.loop.reactor import READ
from enfilade.server.loop.service import Service
from enfilade.server.loop.transport import Transport
from enfilade.server.loop.upload import SKIP
from enfilade.server.porter import ask_porter
from enfilade.server.scoreboard import RECEIVED
from enfilade.trace import Trace
from enfilade.types import Environ

logger = logging.getLogger("enfilade.server")

SKIP_TIME = 1.0
"""Seconds in which the rest of a body that no application has read must come."""

TLS_GREETING = b"\x16\x03"
"""The first octets of a client that was given an https:// address (RFC 8446, 5.1)."""

Peer = tuple[str, int] | None


class State(IntEnum):
    """Who has the connection, and what it waits for."""

    READING = auto()
    EXCHANGE = auto()
    FLUSH = auto()
    SKIP = auto()
    LINGER = auto()
    CLOSED = auto()


class Reception(Channel):
    """A client that has connected from *peer*, ``None`` on a Unix socket.

    *base* is the environ template of the listener.
    """

    receiver: ClassVar[type[RequestReceiver]] = RequestReceiver

    __slots__ = ("_exchange", "_intake", "_words", "base", "peer", "peer_name", "service", "state")

    def __init__(self, service: Service, sock: Transport, peer: Peer, base: Environ) -> None:
        super().__init__(sock, service.reactor, service.options.write_timeout)
        now = service.reactor.now
        self.service = service
        self._words = service.block.loop.words
        self.base = base
        self.peer = peer
        self.peer_name = peer[0] if peer else ""
        self.state = State.READING
        self._intake = Intake(
            service.policy,
            service.options,
            self.peer_name,
            now,
            self.receiver,
            service.begin_trace,
        )
        self._exchange: Exchange | None = None
        self.listen(start=READ)  # may fail, and then there is no connection
        self.set_deadline(self._intake.deadline(now))

    @abstractmethod
    def take_back(self, exchange: Exchange, writer: ResponseWriter) -> None:
        """An application thread is done with *exchange*."""

    @abstractmethod
    def take_reply(self, exchange: Exchange, writer: ResponseWriter) -> None:
        """The loop itself is done with *exchange*."""

    @abstractmethod
    def refuse(self, status: int, reason: str) -> None:
        """Answer a request that is not whole, and look at nothing after it."""

    @abstractmethod
    def linger(self) -> None:
        """All has been said: wait for the client's end."""

    # What a request becomes; on an application's thread --------------------------------------

    def build_environ(
        self, head: RequestHead, body: BinaryIO, trace: Trace | None = None
    ) -> Environ:
        """The environ of a request on this connection."""
        environ = build_environ(self.base, head, self.peer, body, trace)
        self.service.proxies.apply(environ, head.fields)
        return environ

    def client_of(self, head: RequestHead) -> str:
        """The address that *head* comes from, on the word of a proxy if that is trusted."""
        port = self.peer[1] if self.peer else 0
        return self.service.proxies.origin(self.peer_name, port, head.fields).address

    def open_writer(self, head: RequestHead) -> ResponseWriter:
        """What writes the answer to *head*."""
        service = self.service
        return ResponseWriter(head, date=service.date, keep_alive_allowed=not service.draining)

    # Events ----------------------------------------------------------------------------------

    def on_data(self, data: bytes) -> None:
        self._words[RECEIVED] += len(data)
        _TAKE[self.state](self, data)

    def on_end(self) -> None:
        _END[self.state](self)

    # READING ---------------------------------------------------------------------------------

    def _read_on(self, data: bytes) -> None:
        """*data* belongs to the request that is being read, and perhaps to later ones."""
        now = self.service.reactor.now
        intake = self._intake
        try:
            request = intake.take(data, now)
        except ProtocolError as error:
            if self.service.options.debug and data.startswith(TLS_GREETING):
                logger.warning("a client speaks TLS: this port has http://, not https://")
            self.refuse(error.status, error.reason)
        except OSError as error:
            logger.error("a request body does not fit in the temporary directory: %s", error)
            self.refuse(507, "there is no room for the body")
        else:
            if request is not None:
                self._hand_over(request)
            elif self.ended:
                self.close()
            elif intake.started:
                if intake.take_expectation():
                    self.say(CONTINUE)
                self.set_deadline(intake.deadline(now))

    def _hand_over(self, request: Request) -> None:
        service = self.service
        errand = service.is_errand(request.head)
        exchange = self._exchange = (Errand if errand else Exchange)(self, request)
        if request.feed is not None:
            request.feed.on_demand = partial(service.reactor.post, self._supply)
            if self.ended:
                request.feed.end_input()
        self.state = State.EXCHANGE
        try:
            answer = None if errand else ask_porter(service.porter, request.head, self.peer_name)
            if answer is not None:
                exchange.reply(answer)
                return
            self.set_deadline(exchange.due(service.options))
            service.pool.stage(exchange.run)
        except BaseException:
            self.state = State.READING  # no thread will bring it back
            raise

    def _end_reading(self) -> None:
        self._intake.end()
        self._read_on(b"")

    # EXCHANGE and FLUSH ----------------------------------------------------------------------

    def _keep(self, data: bytes) -> None:
        """*data* goes on with the body of the request that is being answered, or is kept:
        requests are answered in order, so nothing of the next one is looked at yet."""
        feed = self._intake.feed
        with self.outgoing.lock:
            reading = self.state is State.READING  # the exchange may have ended just now
            room = reading or self._intake.keep(data)
        if reading:
            self._read_on(data)
            return
        if not room:
            self.listen(stop=READ)
        if feed is not None:
            self._renew_exchange()

    def _supply(self) -> None:
        """The application waits for more of the body, or there is room for more again."""
        feed = self._intake.feed
        if feed is not None and self.state is State.EXCHANGE:
            if feed.wants_more and not self.ended:
                self.listen(start=READ)
            self._renew_exchange()

    def _renew_exchange(self) -> None:
        """Whoever's turn it is, the client's or the application's, has a deadline, unless output
        waits: then that has one."""
        with self.outgoing.lock:
            exchange = self._exchange
            if self.state is State.EXCHANGE and exchange and not self.outgoing.pending:
                self.set_deadline(exchange.due(self.service.options))

    def _end_during_exchange(self) -> None:
        """A client may end its half and still wait for the answer."""
        if self._intake.feed is not None:
            self._intake.feed.end_input()
        with self.outgoing.lock:
            reading = self.state is State.READING
        if reading:
            self._end_reading()

    # After the answer ------------------------------------------------------------------------

    def _go_on(self) -> None:
        """To the next request, over the rest of this one's body if that is small."""
        feed = self._intake.feed
        if feed is None:
            self._next_request()
        elif self.ended or feed.broken or feed.missing > SKIP:
            self.linger()
        else:
            self.state = State.SKIP
            self.listen(start=READ)
            self.set_deadline(self.service.reactor.now + SKIP_TIME)

    def _skip_on(self, data: bytes) -> None:
        feed = self._intake.feed
        self._intake.keep(data)
        if self._intake.feed is None:
            self._next_request()
        elif feed is not None and (feed.broken or feed.unread > SKIP):
            self.linger()

    def _next_request(self) -> None:
        self.state = State.READING
        self.set_deadline(self.service.idle_deadline())
        if self.ended:
            self._intake.end()
        else:
            self.listen(start=READ)
        self._read_on(b"")

    def _discard(self, _data: bytes) -> None:
        pass


_TAKE: dict[State, Callable[[Reception, bytes], None]] = {
    State.READING: Reception._read_on,
    State.EXCHANGE: Reception._keep,
    State.FLUSH: Reception._keep,
    State.SKIP: Reception._skip_on,
    State.LINGER: Reception._discard,
}


def _close(connection: Reception) -> None:
    connection.close()


_END: dict[State, Callable[[Reception], None]] = {
    State.READING: Reception._end_reading,
    State.EXCHANGE: Reception._end_during_exchange,
    State.FLUSH: Reception._end_during_exchange,
    State.SKIP: _close,
    State.LINGER: _close,
}
