"""One client's connection as the loop sees it: the answers, the deadlines and the end.

README.md draws the states. Everything runs in the loop's thread, except :meth:`take_back`; the
state changes under ``outgoing.lock``, because an exchange ends in another thread.
"""

from collections.abc import Callable
from io import BytesIO
from time import monotonic, time

from enfilade.exceptions import TransportLost
from enfilade.protocol.error_response import error_response
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Rule
from enfilade.protocol.response import CLOSE, ResponseWriter
from enfilade.server.access import body_size, build_record
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.exchange import Exchange
from enfilade.server.loop.intake import Request
from enfilade.server.loop.reactor import READ, WRITE
from enfilade.server.loop.reception import Peer, Reception, State
from enfilade.server.loop.service import Service
from enfilade.server.loop.transport import Transport
from enfilade.server.scoreboard import ACCEPTED, CLOSED, GONE, REFUSED
from enfilade.types import Environ

LINGER = 2.0
"""Seconds for which a client that may still be sending is listened to after the last answer."""


class Connection(Reception):
    """A client that has connected from *peer*, ``None`` on a Unix socket.

    *base* is the environ template of the listener. *counted*: whoever had it before has counted
    it as accepted.
    """

    __slots__ = ("_keep_alive",)

    def __init__(
        self,
        service: Service,
        sock: Transport,
        peer: Peer,
        base: Environ,
        *,
        counted: bool = False,
    ) -> None:
        super().__init__(service, sock, peer, base)
        self._keep_alive = False
        service.connections.add(self)
        if not counted:
            self._words[ACCEPTED] += 1

    # An answer goes out ----------------------------------------------------------------------

    def take_back(self, exchange: Exchange, writer: ResponseWriter) -> None:
        """An application thread is done with *exchange*."""
        if self._give_back(exchange, writer):
            self.service.reactor.post(self._settle)

    def take_reply(self, exchange: Exchange, writer: ResponseWriter) -> None:
        """The loop itself is done with *exchange*. What is left to do waits for the end of the
        turn, or a thousand requests in one piece would be a thousand calls in each other."""
        if self._give_back(exchange, writer):
            self.service.reactor.defer(self._settle)

    def _give_back(self, exchange: Exchange, writer: ResponseWriter) -> bool:
        """The sending half is the loop's again; whether it has something to do with it."""
        with self.outgoing.lock:
            if exchange.abandoned:
                return False
            exchange.status, exchange.body_sent = writer.status, writer.body_sent
            exchange.took = monotonic() - exchange.queued
            exchange.cut_off = writer.framing is CLOSE and not writer.complete
            self._keep_alive = writer.complete and writer.keep_alive
            settled = self._keep_alive and not self._has_work()
            if settled:
                self.deadline = monotonic() + (self.service.options.keep_alive or NEVER)
                self._exchange = None
                self.state = State.READING
            else:
                self.state = State.FLUSH
        if settled:
            exchange.report()
        return not settled

    def _has_work(self) -> bool:
        """Whether the loop has to do something before the connection can rest."""
        outgoing = self.outgoing
        return bool(
            self._intake.unfinished
            or outgoing.pending
            or outgoing.lost
            or self.ended
            or self.service.draining
        )

    def on_sent(self) -> None:
        self._supply()  # the body has a deadline again
        self._settle()

    def _settle(self) -> None:
        """An exchange has ended. Once its last byte has left, go on or end the connection."""
        if self.state is not State.FLUSH or self.outgoing.pending:
            return
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.body_sent = max(0, exchange.body_sent - self.outgoing.unsent)
            exchange.report()
        if self.outgoing.lost:
            self.service.block.loop.count(GONE)
            self.close()
        elif exchange is not None and exchange.cut_off:
            self.reset_at_close()
            self.close()
        elif self._keep_alive:
            self._go_on()
        elif exchange is None or exchange.head.keep_alive or self._intake.unfinished:
            self.linger()
        else:
            self.close()

    # The end ---------------------------------------------------------------------------------

    def refuse(self, status: int, reason: str) -> None:
        """Answer a request that is not whole, and look at nothing after it."""
        service = self.service
        head = self._intake.head
        answer = error_response(status, reason, date=service.date, head=head)
        service.block.loop.count(REFUSED)
        service.block.loop.answer(status, len(answer))
        if service.access is not None:
            size = body_size(answer)
            client = self.client_of(head) if head else self.peer_name
            service.tell(build_record(head, client, status, size, time()))
        self._end_with(answer)

    def answer_overdue(self, head: RequestHead, queued: float, began: float, thread: int) -> None:
        """Answer *head* in place of an application that was called elsewhere, by *thread* at
        *began*, or is still to be called if that is 0; times are as in
        :class:`~enfilade.server.loop.progress.Progress`."""
        exchange = self._exchange = Exchange(self, Request(head, BytesIO(), None))
        exchange.take_over(queued, began, thread)
        self.state = State.EXCHANGE
        exchange.abandon(self.service.pool)
        self._end_with(exchange.give_up())

    def _end_with(self, answer: bytes) -> None:
        self._intake.close()
        self._keep_alive = False
        self.state = State.FLUSH
        self.say(answer)
        self._settle()

    def on_lost(self) -> None:
        """The client has gone. An exchange under way hears of it when it next sends."""
        with self.outgoing.lock:
            self.outgoing.lose()
            busy = self.state is State.EXCHANGE
        if self._intake.feed is not None:
            self._intake.feed.fail(TransportLost("the client has closed the connection"))
        if busy:
            self.listen(stop=READ | WRITE)
        elif self.state is State.FLUSH:
            self._settle()
        else:
            self.close()

    def linger(self) -> None:
        """Listen until the client ends its half too: closing a socket with unread input resets
        the connection, and the answer may be lost with it (RFC 9112, 9.6)."""
        if self.ended or not self.end_output():
            self.close()
            return
        self.state = State.LINGER
        self.listen(start=READ)
        self.set_deadline(self.service.reactor.now + LINGER)

    def on_data(self, data: bytes) -> None:
        """Answer it here, or where a connection that rests is at home."""
        home = self.service.home
        if home is None or not self._rests() or not home(self, data):
            self.answer_here(data)

    def answer_here(self, data: bytes) -> None:
        """The client has sent *data*, which is not for anybody else."""
        super().on_data(data)

    def _rests(self) -> bool:
        """Whether there is neither a request nor any of one."""
        intake = self._intake
        at_rest = self.state is State.READING and not self.ended and not self.outgoing.pending
        return at_rest and not (intake.started or intake.unfinished)

    def leave(self) -> int:
        """The descriptor, with which somebody else goes on."""
        self.state = State.CLOSED
        self._intake.close()
        self.service.connections.discard(self)
        return self.detach()

    def close(self) -> None:
        """End it; the client may know already."""
        if self.state is State.CLOSED:
            return
        self.state = State.CLOSED
        super().close()
        self._intake.close()
        self.service.connections.discard(self)
        self._words[CLOSED] += 1
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
        if moved:
            return
        try:
            _EXPIRE[state](self)
        except BaseException:  # for lack of memory, as far as is known; it has no deadline any more
            self._break_off()
            raise

    def _break_off(self) -> None:
        """End it at once; where a thread has the answer, when that comes back."""
        exchange = self._exchange
        if exchange is None or exchange.abandoned:
            self.close()
        else:
            self.on_lost()

    def _expire_reading(self) -> None:
        if self._intake.started:
            self.refuse(Rule.TOO_SLOW.status, Rule.TOO_SLOW.reason)
        else:
            self.close()

    def _expire_exchange(self) -> None:
        """The application has not begun its answer, or the client does not read it."""
        if self.outgoing.pending:
            self._expire_flush()
            return
        feed = self._intake.feed
        if feed is not None and feed.deadline <= self.service.reactor.now:
            feed.fail(ProtocolError(Rule.TOO_SLOW))
        with self.outgoing.lock:
            exchange = self._exchange
            if exchange is None or self.state is not State.EXCHANGE:
                self.set_deadline(self.deadline)
                return
            due = exchange.due(self.service.options)
            if due > self.service.reactor.now:
                self.set_deadline(due)
                return
            exchange.abandon(self.service.pool)
        self._end_with(exchange.give_up())

    def _expire_flush(self) -> None:
        if not self.outgoing.pending:
            return  # all has left, and who settles the connection sets its next deadline
        if self.reader_is_late():
            self.reset_at_close()  # or the kernel would go on keeping what nobody reads
            self.on_lost()


_EXPIRE: dict[State, Callable[[Connection], None]] = {
    State.READING: Connection._expire_reading,
    State.EXCHANGE: Connection._expire_exchange,
    State.FLUSH: Connection._expire_flush,
    State.SKIP: Connection.linger,
    State.LINGER: Connection.close,
}
