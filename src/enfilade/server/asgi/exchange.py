"""One request in the hands of an ASGI application, and its answer (ASGI 3, "HTTP").

The connection gives it what arrives of the body; the application's task receives that, and what
it sends is written at once, or waits while the client does not read.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING

from enfilade.protocol.chosen import prepare_head
from enfilade.protocol.error_response import status_text, write_error
from enfilade.protocol.errors import ResponseError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import COMPLETE, CONTINUE, IDLE, ResponseWriter
from enfilade.protocol.response_head import PreparedHead
from enfilade.reserved import link_to, page_of
from enfilade.secrecy import hide_target
from enfilade.server.asgi.account import Account
from enfilade.server.asgi.overdue import describe_task
from enfilade.server.asgi.scope import build_scope
from enfilade.server.scoreboard import Phase
from enfilade.trace import carrying
from enfilade.trace.asked import fields_for
from enfilade.types import ASGIApplication, Message, Scope

if TYPE_CHECKING:
    from enfilade.server.asgi.connection import Connection

logger = logging.getLogger("enfilade.server")

CLIENT = "enfilade.client"
"""Where a scope has its :class:`Exchange`, for a handler that wants to know when nobody waits."""

TURN = 0.005
"""Seconds for which an answer may be written piece by piece while others wait."""

_CONNECTION_FIELDS = frozenset(("connection", "keep-alive", "transfer-encoding", "upgrade"))


class Exchange:
    """The request of *head* on *connection*, for *application*.

    ``gone`` means that nobody will read the answer: the client has left, or has been answered in
    the application's place. ``complete`` means that the answer has been given.
    """

    __slots__ = (
        "_body", "_change", "_connection", "_continue", "_ended", "_heard", "_prepared", "_turn",
        "_waits", "_watcher", "account", "application", "complete", "gone", "head", "task",
        "writer",
    )  # fmt: skip

    def __init__(
        self,
        connection: "Connection",
        head: RequestHead,
        application: ASGIApplication,
        account: Account,
    ) -> None:
        service = connection.service
        self.head = head
        self.application = application
        self.gone = self.complete = False
        self.account = account
        self.writer = ResponseWriter(
            head, date=service.date, keep_alive_allowed=not service.draining
        )
        self.task: asyncio.Task[None] | None = None
        self._connection = connection
        self._prepared: PreparedHead | None = None
        self._body = b""
        self._ended = not (head.chunked or head.content_length)
        self._heard = False  # the application has been told of the body's end
        self._continue = head.expect_continue
        self._change: asyncio.Event | None = None  # made for who has to wait for it
        self._waits = False
        self._turn = account.began + TURN  # from then on it is the others'
        self._watcher: Callable[[], object] | None = None

    # The connection's side -------------------------------------------------------------------

    @property
    def received_all(self) -> bool:
        """Whether the body has arrived to its end."""
        return self._ended

    @property
    def unread(self) -> int:
        """Bytes that wait for the application."""
        return len(self._body)

    @property
    def is_awaited(self) -> bool:
        """Whether the application waits for more of the body."""
        return self._waits and not self._ended

    def put(self, data: bytes, ended: bool) -> None:
        """*data* of the body has come, and with *ended* it is complete."""
        self._continue = False
        self._body = self._body + data if self._body else data
        self._ended = ended
        if data or ended:
            self._wake()

    def leave(self) -> None:
        """Nobody will read the answer."""
        if not (self.gone or self.complete):
            self.gone = True
            self._wake()
            if self._watcher is not None:
                self._watcher()

    def call_when_gone(self, watcher: Callable[[], object] | None) -> None:
        """Have *watcher* called when it turns out that nobody will read the answer, in place of
        whoever was to be called before."""
        self._watcher = watcher
        if self.gone and watcher is not None:
            watcher()

    def tell_overdue(self) -> None:
        """Log that the application has not begun its answer, and where its task is."""
        seconds = monotonic() - self.account.began
        where = describe_task(self.task) if self.task is not None else ""
        logger.error("%s has not begun its answer after %.1f s:\n%s", self._line, seconds, where)

    def _wake(self) -> None:
        if self._change is not None:
            self._change.set()

    # The application's side ------------------------------------------------------------------

    async def run(self) -> None:
        """Call the application; whatever it does, the client gets an answer or an end."""
        try:
            await self._call()
            if not (self.complete or self.gone):
                logger.error("the application has not finished its answer to %s", self._line)
        except asyncio.CancelledError:
            if not (self.complete or self.gone):
                logger.error("%s was cancelled before it was answered", self._line)
        except Exception as error:
            self.account.note_failure(error)
            logger.exception("the application failed: %s", self._line)
        finally:
            try:
                if not (self.complete or self.gone):
                    self._fail()
                self.account.close(self.writer, gone=self.gone)
            finally:  # a task that is thought to be at work would hold up a stop
                self._connection.service.tasks.discard(self.task)
                self.task = None

    async def _call(self) -> None:
        trace = self.account.trace
        if trace is None:
            await self.application(self._scope(), self.receive, self.send)
            return
        with carrying(trace):
            await self.application(self._scope(), self.receive, self.send)

    def _scope(self) -> Scope:
        connection = self._connection
        service = connection.service
        scope = build_scope(self.head, connection.ends, service.state, service.proxies)
        scope[CLIENT] = self
        self.account.introduce(scope)
        return scope

    @property
    def _line(self) -> str:
        return f"{self.head.method} {hide_target(self.head.path)}"

    def _fail(self) -> None:
        """The answer that there is not: a 500, or an end that cannot be taken for a whole."""
        writer, connection = self.writer, self._connection
        self.complete = True
        if writer.started:
            writer.abort()
            connection.abort()
        else:
            trace = self.account.trace
            fields = fields_for(trace)
            if trace is not None and connection.service.pages is not None:
                fields.append(link_to(page_of(trace.span)))
            self._choose_persistence()
            connection.write(write_error(writer, 500, headers=fields))
            self.account.note_first_byte()
            connection.on_answered()

    async def receive(self) -> Message:
        """The next event of the request."""
        if self._continue and self._prepared is None:
            self._continue = False
            self._connection.write(CONTINUE)
        while not (self._body or (self._ended and not self._heard) or self.gone or self.complete):
            await self._news()
        if self.gone or self.complete:
            return {"type": "http.disconnect"}
        body, self._body = self._body, b""
        self._heard = self._ended
        return {"type": "http.request", "body": body, "more_body": not self._ended}

    async def _news(self) -> None:
        if self._change is None:
            self._change = asyncio.Event()
        self._change.clear()
        self._waits = True
        self._connection.wants_more()
        try:
            await self._change.wait()
        except asyncio.CancelledError:
            if self.is_awaited:
                self._connection.wants_no_more()
            raise
        finally:
            self._waits = False

    async def send(self, message: Message) -> None:
        """Take what the application says; holds it while the client does not read.

        Raises :exc:`RuntimeError` for what is not to be said now, and
        :exc:`~enfilade.protocol.errors.ResponseError` for what HTTP does not allow.
        """
        if self.gone:
            await asyncio.sleep(0)  # who never waits would be alone on the loop, and never end
            return
        kind = message["type"]
        if self.complete:
            raise RuntimeError(f"{kind} after the end of the answer to {self._line}")
        head = self._prepared
        if head is None and kind == "http.response.start":
            self._prepared = self._prepare(message["status"], message.get("headers", ()))
        elif head is not None and kind == "http.response.body":
            more = message.get("more_body", False)
            self._write(head, message.get("body", b""), more)
            if more and not self.complete:
                await self._pause()
        else:
            due = "http.response.start" if head is None else "http.response.body"
            raise RuntimeError(f"{kind} was sent where {due} is due, for {self._line}")

    async def _pause(self) -> None:
        """Wait while the client does not read; and if it reads whatever comes, let the others on
        this loop have their turn now and then."""
        if self._connection.is_full:
            await self._connection.room()
        elif monotonic() > self._turn:
            await asyncio.sleep(0)
            self._turn = monotonic() + TURN

    def _prepare(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> PreparedHead:
        self._choose_persistence()
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        trace = self.account.trace
        if trace is not None:
            pairs += fields_for(trace)
            trace.fields = pairs
        try:
            return prepare_head(status_text(status), pairs)
        except ResponseError:  # perhaps only for what is the server's business
            return prepare_head(status_text(status), self._without_connection_fields(pairs))

    def _choose_persistence(self) -> None:
        """The connection ends with this answer where nobody knows what comes next, because the
        body may come now or not, and where too much of it is still to come."""
        if self._continue or self._connection.is_far_from_next(self):
            self.writer.keep_alive = False

    def _without_connection_fields(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The framing and the connection are the server's (ASGI, "Response Start"), but an
        application may end it."""
        if ("connection", "close") in pairs:
            self.writer.keep_alive = False
        return [pair for pair in pairs if pair[0] not in _CONNECTION_FIELDS]

    def _write(self, head: PreparedHead, body: bytes, more: bool) -> None:
        writer = self.writer
        if writer.state is IDLE:
            if not more:
                self._connection.write(writer.whole(head, body))
                self._end()
                return
            self.account.note_first_byte()
            self.account.enter(Phase.SENDING)
            writer.accept(head)
            data = writer.begin(None)
        else:
            data = b""
        if body:
            data += writer.data(body)
        if not more and not writer.surplus:
            data += writer.end()
        if data:
            self._connection.write(data)
        if not more or writer.surplus:
            self._end()

    def _end(self) -> None:
        writer, connection = self.writer, self._connection
        self.complete = True
        if self._change is not None:
            self._change.set()
        self.account.on_answered(writer)
        if writer.state is COMPLETE:
            connection.on_answered()
        else:
            connection.abort()
        if writer.surplus or writer.state is not COMPLETE:
            raise ResponseError(
                f"the answer to {self._line} is not as long as its Content-Length says"
            )
