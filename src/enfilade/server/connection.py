"""One client's connection, from accept to close, as the loop sees it.

README.md draws the states. Everything runs in the loop's thread, except :meth:`take_back`; the
state changes under ``outgoing.lock``, because an exchange ends in another thread.
"""

import logging
import socket
from collections.abc import Callable
from enum import IntEnum, auto
from time import monotonic, time

from enfilade.protocol.error_response import error_response
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.policy import Rule
from enfilade.protocol.response import CONTINUE, ResponseWriter
from enfilade.server.access import build_record
from enfilade.server.channel import Channel
from enfilade.server.deadlines import NEVER
from enfilade.server.exchange import Exchange
from enfilade.server.intake import Intake, Request
from enfilade.server.reactor import READ, WRITE
from enfilade.server.service import Service
from enfilade.types import Environ

logger = logging.getLogger("enfilade.server")

KEPT_FOR_LATER = 64 * 1024
"""How much of the next requests is read while one is being answered."""
LINGER = 2.0
"""Seconds for which a client that may still be sending is listened to after the last answer."""

Peer = tuple[str, int] | None


class State(IntEnum):
    """Who has the connection, and what it waits for."""

    READING = auto()
    EXCHANGE = auto()
    FLUSH = auto()
    LINGER = auto()
    CLOSED = auto()


class Connection(Channel):
    """A client that has connected from *peer*, ``None`` on a Unix socket.

    *base* is the environ template of the listener.
    """

    __slots__ = (
        "_exchange", "_for_later", "_intake", "_keep", "base", "peer", "peer_name", "service",
        "state",
    )  # fmt: skip

    def __init__(self, service: Service, sock: socket.socket, peer: Peer, base: Environ) -> None:
        super().__init__(sock, service.reactor, service.options.write_timeout)
        now = service.reactor.now
        self.service = service
        self.base = base
        self.peer = peer
        self.peer_name = peer[0] if peer else ""
        self.state = State.READING
        self._intake = Intake(service.policy, service.options, self.peer_name, now)
        self._exchange: Exchange | None = None
        self._keep = False
        self._for_later = bytearray()
        self.listen(start=READ)  # may fail, and then there is no connection
        self.set_deadline(self._intake.deadline(now))
        service.connections.add(self)

    # A request comes in ----------------------------------------------------------------------

    def on_data(self, data: bytes) -> None:
        _TAKE[self.state](self, data)

    def on_end(self) -> None:
        _END[self.state](self)

    def _read_on(self, data: bytes) -> None:
        """*data* belongs to the request that is being read, and perhaps to later ones."""
        now = self.service.reactor.now
        intake = self._intake
        try:
            request = intake.take(data, now)
        except ProtocolError as error:
            self._refuse(error.status, error.reason)
        except OSError as error:
            logger.error("a request body does not fit in the temporary directory: %s", error)
            self._refuse(507, "there is no room for the body")
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
        exchange = self._exchange = Exchange(self, request)
        self.state = State.EXCHANGE
        self.set_deadline(exchange.due(service.options.application_timeout))
        service.pool.stage(exchange.run)

    def _keep_for_later(self, data: bytes) -> None:
        """Requests are answered in order, so nothing of the next one is looked at yet."""
        with self.outgoing.lock:
            reading = self.state is State.READING  # the exchange may have ended just now
            if not reading:
                self._for_later += data
        if reading:
            self._read_on(data)
        elif len(self._for_later) >= KEPT_FOR_LATER:
            self.listen(stop=READ)

    def _end_reading(self) -> None:
        self._intake.end()
        self._read_on(b"")

    def _end_during_exchange(self) -> None:
        """A client may end its half and still wait for the answer."""
        with self.outgoing.lock:
            reading = self.state is State.READING
        if reading:
            self._end_reading()

    # An answer goes out ----------------------------------------------------------------------

    def take_back(self, exchange: Exchange, writer: ResponseWriter) -> None:
        """An application thread is done with *exchange*."""
        with self.outgoing.lock:
            if exchange.abandoned:
                return
            exchange.status = writer.status
            self._keep = writer.complete and writer.keep_alive
            settled = self._keep and not self._has_work()
            if settled:
                self.deadline = monotonic() + (self.service.options.keep_alive or NEVER)
                self._exchange = None
                self.state = State.READING
            else:
                self.state = State.FLUSH
        if settled:
            exchange.report()
        else:
            self.service.reactor.post(self._settle)

    def _has_work(self) -> bool:
        """Whether the loop has to do something before the connection can rest."""
        outgoing = self.outgoing
        return bool(
            outgoing.pending
            or outgoing.lost
            or self._for_later
            or self.ended
            or self._intake.buffered
            or self.service.draining
        )

    def on_sent(self) -> None:
        self._settle()

    def _settle(self) -> None:
        """An exchange has ended. Once its last byte has left, go on or end the connection."""
        if self.state is not State.FLUSH or self.outgoing.pending:
            return
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.report()
        if self.outgoing.lost:
            self.close()
        elif self._keep:
            self._next_request()
        elif exchange is None or exchange.head.keep_alive or self._for_later:
            self._linger()
        else:
            self.close()

    def _next_request(self) -> None:
        self.state = State.READING
        self.set_deadline(self.service.idle_deadline())
        if self.ended:
            self._intake.end()
        else:
            self.listen(start=READ)
        data, self._for_later = bytes(self._for_later), bytearray()
        self._read_on(data)

    # The end ---------------------------------------------------------------------------------

    def _refuse(self, status: int, reason: str) -> None:
        """Answer a request that is not whole, and look at nothing after it."""
        service = self.service
        answer = error_response(status, reason, date=service.date)
        if service.access is not None:
            head = self._intake.head
            service.tell(build_record(head, self.peer_name, status, len(answer), time()))
        self._end_with(answer)

    def _end_with(self, answer: bytes) -> None:
        self._intake.close()
        self._keep = False
        self.state = State.FLUSH
        self.say(answer)
        self._settle()

    def on_lost(self) -> None:
        """The client has gone. An exchange under way hears of it when it next sends."""
        with self.outgoing.lock:
            self.outgoing.lose()
            busy = self.state is State.EXCHANGE
        if busy:
            self.listen(stop=READ | WRITE)
        elif self.state is State.FLUSH:
            self._settle()
        else:
            self.close()

    def _linger(self) -> None:
        """Listen until the client ends its half too: closing a socket with unread input resets
        the connection, and the answer may be lost with it (RFC 9112, 9.6)."""
        if self.ended or not self.end_output():
            self.close()
            return
        self.state = State.LINGER
        self._for_later.clear()
        self.listen(start=READ)
        self.set_deadline(self.service.reactor.now + LINGER)

    def _discard(self, _data: bytes) -> None:
        pass

    def close(self) -> None:
        """End it; the client may know already."""
        if self.state is State.CLOSED:
            return
        self.state = State.CLOSED
        super().close()
        self._intake.close()
        self.service.connections.discard(self)
        self.service.on_close()

    # Deadlines -------------------------------------------------------------------------------

    def lapse(self) -> None:
        """The time for which a connection may be idle has become shorter."""
        with self.outgoing.lock:
            idle = self.state is State.READING and not self._intake.started
            if idle and self.service.idle_deadline() < self.deadline:
                self.set_deadline(self.service.idle_deadline())

    def expire(self, now: float) -> None:
        """The deadline has passed."""
        with self.outgoing.lock:
            state = self.state
            moved = self.deadline > now  # an exchange has ended just now
            if moved:
                self.set_deadline(self.deadline)
        if not moved:
            _EXPIRE[state](self)

    def _expire_reading(self) -> None:
        if self._intake.started:
            self._refuse(Rule.TOO_SLOW.status, Rule.TOO_SLOW.reason)
        else:
            self.close()

    def _expire_exchange(self) -> None:
        """The application has not begun its answer, or the client does not read it."""
        if self.outgoing.pending:
            self._expire_flush()
            return
        with self.outgoing.lock:
            exchange = self._exchange
            if exchange is None or self.state is not State.EXCHANGE:
                self.set_deadline(self.deadline)
                return
            due = exchange.due(self.service.options.application_timeout)
            if due > self.service.reactor.now:
                self.set_deadline(due)
                return
            exchange.abandon(self.service.pool)
        exchange.log_overdue()
        if exchange.began:
            self.service.on_stuck()
        answer = error_response(exchange.status, date=self.service.date, head=exchange.head)
        exchange.bytes_sent = len(answer)
        self._end_with(answer)

    def _expire_flush(self) -> None:
        if not self.outgoing.pending:
            return  # all has left, and who settles the connection sets its next deadline
        if self.reader_is_late():
            self.on_lost()


_TAKE: dict[State, Callable[[Connection, bytes], None]] = {
    State.READING: Connection._read_on,
    State.EXCHANGE: Connection._keep_for_later,
    State.FLUSH: Connection._keep_for_later,
    State.LINGER: Connection._discard,
}
_END: dict[State, Callable[[Connection], None]] = {
    State.READING: Connection._end_reading,
    State.EXCHANGE: Connection._end_during_exchange,
    State.FLUSH: Connection._end_during_exchange,
    State.LINGER: Connection.close,
}
_EXPIRE: dict[State, Callable[[Connection], None]] = {
    State.READING: Connection._expire_reading,
    State.EXCHANGE: Connection._expire_exchange,
    State.FLUSH: Connection._expire_flush,
    State.LINGER: Connection.close,
}
