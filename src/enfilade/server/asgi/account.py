"""What is told of one exchange: on the scoreboard, to the access log and to the recorder."""

import asyncio
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from enfilade.foreign import route_of
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import ResponseWriter
from enfilade.server.access import CLIENT_GONE, build_record
from enfilade.server.scoreboard import GONE, PHASE, Phase
from enfilade.trace import FAILURE, KEY, deliver, note_failure
from enfilade.trace.record import IN_TASK

if TYPE_CHECKING:
    from enfilade.server.asgi.service import ASGIService
    from enfilade.types import Scope


class Account:
    """The times and the trace of the request of *head* from *peer*.

    ``began`` is in seconds of the monotonic clock. All that is counted is counted once, by
    :meth:`close`.
    """

    is_of_application = True

    __slots__ = (
        "_first", "_head", "_is_closed", "_scope", "_service", "_slot", "_time", "_took", "began",
        "client", "status", "task", "trace",
    )  # fmt: skip

    def __init__(self, service: "ASGIService", head: RequestHead, peer: str) -> None:
        self.began = monotonic()
        self.client = peer
        self.status = 0  # that of the server's own answer, in place of the application's
        self.trace = service.begin_trace(head, peer)
        self._service = service
        self._head = head
        self._time = time()
        self._first = self._took = 0.0
        self._is_closed = False
        self.task: asyncio.Task[Any] | None = None
        self._scope: Scope | None = None
        self._slot = service.take_slot()
        self._slot[1].show(f"{head.method} {head.target}")
        if self.trace is not None:
            self.trace.mark("accept", peer)
            self.trace.mark("read", head.method, head.target)

    def watch(self, task: "asyncio.Task[Any]") -> None:
        """*task* calls the application, and who looks for late requests may look into it."""
        self.task = task
        self._service.slots[self] = self._slot[1]

    def introduce(self, scope: "Scope") -> None:
        """The application is about to be called with *scope*."""
        self._scope = scope
        if scope["client"]:
            self.client = scope["client"][0]
        if self.trace is not None:
            self.trace.mark("gateway", detail=IN_TASK)
            scope[KEY] = self.trace

    def enter(self, phase: Phase) -> None:
        """The application does something else for the request."""
        self._slot[1].enter(phase)

    def note_first_byte(self) -> None:
        """The answer begins."""
        self._first = monotonic()

    def note_failure(self, error: BaseException) -> None:
        """The application has raised *error*."""
        if self._scope is not None:
            note_failure(self._scope, error)

    def on_answered(self, writer: ResponseWriter) -> None:
        """*writer* has written the answer. What the application does afterwards is its own affair,
        but a trace has it; and of a failure it may still say what it was."""
        if self.trace is None and (writer.status or 0) < 500:
            self.close(writer)
        else:
            self._took = monotonic() - self.began

    def close(self, writer: ResponseWriter, *, gone: bool = False) -> None:
        """It is over: *writer* has written what was written; *gone* says that nobody read on."""
        if self._is_closed:
            return
        self._is_closed = True
        service = self._service
        status, took = writer.status or self.status, self._took or monotonic() - self.began
        service.slots.pop(self, None)
        self._slot[1].words[PHASE] = 0
        service.give_back(self._slot)
        self.count(status, writer.body_sent, took)
        if gone and not self.status:
            service.block.loop.count(GONE)
        if self.trace is not None:
            self.trace.route = self.trace.route or self._route()  # a site of ours has told its own
            self.trace.mark("write", detail=str(status))
            self.trace.mark("send", detail=f"{writer.body_sent} bytes")
            deliver(self.trace)
        if service.wants(status, took, self.trace):
            self._tell(status or CLIENT_GONE, writer.body_sent, took)
        self._scope = None  # which has the exchange, which has this

    def _route(self) -> str:
        return route_of(self._scope) if self._scope is not None else ""

    def count(self, status: int, sent: int, took: float) -> None:
        """Count the answer on the scoreboard."""
        self._service.block.loop.end(status, sent, took)

    def _tell(self, status: int, sent: int, took: float) -> None:
        record = build_record(self._head, self.client, status, sent, self._time)
        first = self._first - self.began if self._first else 0.0
        began = self.began if self.is_of_application else 0.0
        record.note_times(duration=took, queued=0.0, first_byte=first, began=began, took=took)
        record.trace = self.trace
        record.error = (self._scope or {}).get(FAILURE, "")
        if self.trace is None:
            record.route = self._route()
        self._service.tell(record)


class PorterAccount(Account):
    """That of a request that the server answers itself: it is no slow or failed request of the
    application's."""

    is_of_application = False

    __slots__ = ()


class ErrandAccount(Account):
    """That of a request for the profiler's pages: it is not the application's, and nobody is
    told."""

    __slots__ = ()

    def count(self, status: int, sent: int, took: float) -> None:
        """It is not counted."""

    def _tell(self, status: int, sent: int, took: float) -> None:
        """Nor told."""
