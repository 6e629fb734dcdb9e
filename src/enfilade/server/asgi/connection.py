"""One connection: requests out of its bytes, one after the other, and their answers."""

import asyncio
from functools import partial
from time import monotonic, time
from typing import Any

from enfilade.protocol.error_response import error_response
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Rule
from enfilade.protocol.receiver import RequestReceiver
from enfilade.reserved import is_reserved
from enfilade.server.access import body_size, build_record
from enfilade.server.asgi.account import Account, ErrandAccount, PorterAccount
from enfilade.server.asgi.channel import Channel
from enfilade.server.asgi.exchange import Exchange
from enfilade.server.asgi.pace import Pace
from enfilade.server.asgi.porter import say
from enfilade.server.asgi.scope import ends_of
from enfilade.server.asgi.service import ASGIService
from enfilade.server.loop.intake import KEPT_FOR_LATER
from enfilade.server.porter import ask_porter
from enfilade.server.recorder.choice import FIELD
from enfilade.server.scoreboard import ACCEPTED, RECEIVED, REFUSED, TIMED_OUT

LINGER = 2.0
"""Seconds for which what still comes is thrown away after the last answer, so that a reset does
not overtake it (RFC 9112, 9.6)."""


class Connection(Channel):
    """The protocol of one connection to *service*.

    Reading stops while what the application has not taken yet is large, or while requests pile
    up behind the one that is being answered. While the client does not read, it gets no answer
    more.
    """

    __slots__ = ("_pace", "_receiver", "_taken", "_words", "ends", "exchange", "peer")

    def __init__(self, service: ASGIService) -> None:
        super().__init__(service)
        self.exchange: Exchange | None = None
        self.ends: dict[str, Any] = {}
        self.peer = ""
        self._receiver = RequestReceiver(service.policy)
        self._pace: Pace  # of the body under way
        self._taken = 0  # bytes of it
        self._words = service.block.loop.words

    # What the event loop calls ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        service = self.service
        self._transport = transport
        self.ends = ends_of(transport)
        self.peer = self.ends["client"][0] if self.ends["client"] else ""
        service.connections.add(self)
        self._words[ACCEPTED] += 1
        self._wait_for_request(service.options.head_timeout)

    def connection_lost(self, error: Exception | None) -> None:
        self.service.connections.discard(self)
        self._is_over = True
        if self.exchange is not None:
            self.exchange.leave()
        self.resume_writing()
        self.service.deadlines.forget(self)

    def data_received(self, data: bytes) -> None:
        if self._is_over:
            return
        receiver, exchange = self._receiver, self.exchange
        self._words[RECEIVED] += len(data)
        if exchange is None and not self.is_full:
            self._begin(data)
            return
        receiver.feed(data)
        if exchange is not None and not exchange.received_all:
            self._take_body(exchange)
        elif receiver.buffered > KEPT_FOR_LATER:
            self._pause()

    def eof_received(self) -> bool:
        """The client says that it goes; ASGI has no word for one who still listens."""
        if self.exchange is None and not self._is_over and self._receiver.head_started:
            self._refuse(Rule.TRUNCATED_HEAD.status, Rule.TRUNCATED_HEAD.reason)
        return False

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.exchange is None and self._receiver.buffered:
            self._go_on()

    def shutdown(self) -> None:
        """The server ends: so does this, after the answer that is under way."""
        if self.exchange is None:
            self._end(lingering=False)
        else:
            self.exchange.writer.keep_alive = False

    # Reading ---------------------------------------------------------------------------------

    def _begin(self, data: bytes = b"") -> None:
        """Take the next request, if its head is here with *data*."""
        receiver = self._receiver
        fresh = not receiver.buffered
        try:
            head = receiver.take_head(data) if data else receiver.next_head()
        except ProtocolError as error:
            self._refuse(error.status, error.reason)
            return
        if head is None:
            if fresh:
                self._expire_in(self.service.options.head_timeout)
            return
        if self.service.websocket is not None and _asks_for_websocket(head):
            self._upgrade(head)
            return
        self._start(head)

    def _start(self, head: RequestHead) -> None:
        service = self.service
        if 0 < service.options.limit_connections < len(service.connections):
            self._refuse(503, "there are too many connections")
            return
        self.exchange = exchange = self._open_exchange(head)
        self._taken = 0
        self._expire_in(service.options.application_timeout)
        if not exchange.received_all:
            self._pace = Pace(service.options.body_rate)
            if self._receiver.buffered:
                self._take_body(exchange)
            if exchange.gone:
                exchange.account.close(exchange.writer, gone=True)
                return
        exchange.task = task = service.loop.create_task(exchange.run())
        exchange.account.watch(task)
        service.tasks.add(task)

    def _open_exchange(self, head: RequestHead) -> Exchange:
        service = self.service
        if service.pages is not None and is_reserved(head.path):
            return Exchange(self, head, service.pages, ErrandAccount(service, head, self.peer))
        answer = ask_porter(service.porter, head, self.peer)
        if answer is not None:
            return Exchange(
                self, head, partial(say, answer), PorterAccount(service, head, self.peer)
            )
        return Exchange(self, head, service.application, Account(service, head, self.peer))

    def _take_body(self, exchange: Exchange) -> None:
        receiver = self._receiver
        try:
            block = receiver.read_body()
        except ProtocolError as error:
            self._refuse(error.status, error.reason)
            return
        self._taken += len(block)
        if exchange.complete:  # nobody wants it any more
            if receiver.body_complete:
                self._next()
            return
        if exchange.is_awaited:
            self.wants_no_more()
        self._pace.earn(len(block))
        exchange.put(block, receiver.body_complete)
        if exchange.unread > KEPT_FOR_LATER:
            self._pause()

    def wants_more(self) -> None:
        """The application waits for the body, or for the end of the client."""
        if self._is_over:
            return
        self._resume()
        exchange = self.exchange
        if exchange is not None and exchange.is_awaited and self.service.options.body_rate:
            self._wait(self._pace.begin(monotonic()))

    def wants_no_more(self) -> None:
        """It is the application's turn again."""
        self._pace.end(monotonic())
        self._expire_in(self.service.options.application_timeout)

    # Answering -------------------------------------------------------------------------------

    def on_answered(self) -> None:
        """The exchange is complete."""
        exchange = self.exchange
        if exchange is None or self._is_over:
            return
        if not exchange.writer.keep_alive:
            self._end(lingering=not exchange.received_all or self._receiver.buffered > 0)
        elif exchange.received_all:
            self._next()
        elif self.is_far_from_next(exchange):
            self._end(lingering=True)
        else:  # what is left of the body is read and thrown away
            self._resume()
            self._expire_in(LINGER)
            if self._receiver.buffered:
                self._take_body(exchange)

    def is_far_from_next(self, exchange: Exchange) -> bool:
        """Whether more of the body of *exchange* is to come than is worth reading to throw it
        away."""
        if exchange.received_all:
            return False
        return (exchange.head.content_length or 0) - self._taken > KEPT_FOR_LATER

    def _next(self) -> None:
        """Be ready for the next request."""
        self.exchange = None
        self._receiver.next()
        self._resume()
        if self._receiver.buffered:
            self.service.loop.call_soon(self._go_on)
        else:
            self._wait_for_request(self.service.options.keep_alive)

    def _go_on(self) -> None:
        if self.exchange is None and not self._is_over and not self.is_full:
            self._resume()
            self._expire_in(self.service.options.head_timeout)
            self._begin()

    def _wait_for_request(self, seconds: float) -> None:
        if self.service.draining:
            seconds = min(seconds or LINGER, LINGER)
        self._expire_in(seconds)

    def _refuse(self, status: int, reason: str) -> None:
        """Answer in place of the application, unless it has begun to, and end."""
        self.service.block.loop.count(REFUSED)
        exchange = self.exchange
        if exchange is None:
            answer = error_response(status, reason, date=self.service.date)
            self._tell_refusal(status, answer)
        else:
            exchange.account.status = status
            exchange.leave()
            if exchange.writer.started or exchange.complete:
                self.abort()
                return
            answer = error_response(status, reason, date=self.service.date, head=exchange.head)
        self.write(answer)
        self._end(lingering=True)

    def _tell_refusal(self, status: int, answer: bytes) -> None:
        service = self.service
        service.block.loop.answer(status, len(answer))
        if service.access is not None:
            service.tell(build_record(None, self.peer, status, body_size(answer), time()))

    def _end(self, *, lingering: bool) -> None:
        """Close after what has been written; with *lingering* hear the client out before."""
        self._is_over = True
        transport = self._transport
        if lingering and transport.can_write_eof():
            self._resume()
            transport.write_eof()
            self._expire_in(LINGER)
        else:
            self._expire_in(self.service.options.write_timeout)
            transport.close()

    # Being late ------------------------------------------------------------------------------

    def _on_late(self) -> None:
        exchange = self.exchange
        if exchange is None and not self._receiver.head_started:
            self._end(lingering=False)
        elif exchange is None or exchange.is_awaited:
            self._refuse(Rule.TOO_SLOW.status, Rule.TOO_SLOW.reason)
        elif exchange.complete:
            self.abort()
        elif not exchange.writer.started:
            self._give_up(exchange)

    def _give_up(self, exchange: Exchange) -> None:
        """The application has not begun its answer in time."""
        task = exchange.task
        exchange.tell_overdue()
        exchange.account.status = 504
        exchange.leave()
        self.service.block.loop.count(TIMED_OUT)
        self.write(error_response(504, date=self.service.date, head=exchange.head))
        self._end(lingering=False)
        if task is not None:
            task.cancel()

    # WebSocket -------------------------------------------------------------------------------

    def _upgrade(self, head: RequestHead) -> None:
        """Leave the connection to the protocol that speaks WebSocket (RFC 6455)."""
        service = self.service
        assert service.websocket is not None
        service.deadlines.forget(self)
        service.connections.discard(self)
        told = [(name, value) for name, value in head.headers if name != FIELD]  # it is the token
        fields = "".join(f"{name}: {value}\r\n" for name, value in told)
        start = f"{head.method} {head.target} HTTP/1.1\r\n{fields}\r\n"
        protocol = service.websocket()
        protocol.connection_made(self._transport)
        protocol.data_received(start.encode("latin-1") + self._receiver.take_rest())
        self._transport.set_protocol(protocol)


def _asks_for_websocket(head: RequestHead) -> bool:
    upgrade = head.fields.get("upgrade")
    if upgrade is None or upgrade.lower() != "websocket":
        return False
    tokens = head.fields.get("connection", "").lower().split(",")
    return "upgrade" in (token.strip() for token in tokens)
