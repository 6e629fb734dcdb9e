"""How far a request has come that is with the application: by when the answer must begin, what the
loop does where it has not, and what is told at the end.

:class:`~enfilade.server.loop.exchange.Exchange` adds what the application's thread does.
"""

from time import monotonic, perf_counter_ns, time
from typing import TYPE_CHECKING

from enfilade.exceptions import TransportLost
from enfilade.protocol.error_response import error_response
from enfilade.server.access import CLIENT_GONE, body_size, build_record
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.intake import Request
from enfilade.server.loop.pool import Pool
from enfilade.server.loop.shedding import retry_after
from enfilade.server.options import Options
from enfilade.server.scoreboard import SHED, TIMED_OUT, Slot
from enfilade.trace import Trace, deliver
from enfilade.trace.asked import fields_for

if TYPE_CHECKING:
    from enfilade.server.loop.reception import Reception


ANSWERED = "the client has been answered in the application's place"


def _since_read(trace: Trace) -> float:
    """Seconds since the event "read" of *trace*, from which all times of a request count."""
    read = next((event.at for event in trace.events if event.event == "read"), 0)
    return (perf_counter_ns() - read) / 1e9 if read else 0.0


class Progress:
    """How far *request* has come, which *connection* has handed over.

    ``queued`` and ``began`` are when it had been read, which is when it was handed over and the
    moment of the event "read" of its trace, and when a thread took it, in seconds of
    :func:`time.monotonic`; ``began`` is 0 until then. ``held`` are the seconds for which a
    proxy had it before. ``started`` means that a byte has left, and ``first`` is when.
    ``abandoned`` means that the loop answers in the application's place, and whatever the
    application still says is dropped. ``cut_off`` means that the answer is not whole and that
    only a reset can tell the client so. ``took`` are the seconds until the application was done,
    ``error`` is what it did not catch.
    """

    __slots__ = (
        "_connection", "_request", "_slot", "_time", "abandoned", "began", "body_sent",
        "bytes_sent", "client", "cut_off", "error", "first", "head", "held", "queued", "started",
        "status", "thread", "took",
    )  # fmt: skip

    _slot: Slot

    def __init__(self, connection: "Reception", request: Request) -> None:
        self.head = request.head
        self.client = connection.peer_name
        self.abandoned = False
        self.started = False
        self.cut_off = False
        self.began = self.first = self.held = self.took = 0.0
        self.error = ""
        self.thread = 0
        self.status = 0
        self.bytes_sent = 0
        self.body_sent = 0  # of those, without the head and the framing
        self.queued = monotonic()  # not when the loop woke: that was before it was read
        if request.trace is not None:
            self.queued -= _since_read(request.trace)
        self._connection = connection
        self._request = request
        self._time = time()

    def take_over(self, queued: float, began: float, thread: int) -> None:
        """Be for a request that came at *queued*, and that *thread* has had since *began*."""
        self._time -= monotonic() - queued
        self.queued, self.began, self.thread = queued, began, thread

    @property
    def waited(self) -> float:
        """Seconds until a thread took it, those before it came here included."""
        return max(0.0, self.began - self.queued) + self.held

    def _queued(self, trace: Trace | None) -> float:
        """What is told of :attr:`waited`: with a trace up to its event "gateway", so that it ends
        where the application's part begins, and is what ``Server-Timing`` says."""
        at = {event.event: event.at for event in trace.events} if trace is not None else {}
        if not at.keys() >= {"read", "gateway"}:
            return self.waited
        return (at["gateway"] - at["read"]) / 1e9 + self.held

    def due(self, options: Options) -> float:
        """By when the answer must begin. The time in the queue is counted apart, by a limit of
        its own or else the same. For an application that waits for the client it is the client's
        deadline; its own begins anew with all it gets."""
        limit = options.application_timeout
        if not self.began:
            limit = options.queue_timeout or limit
        feed = self._request.feed
        if feed is not None and feed.waiting:
            return feed.deadline
        if self.started or not limit:
            return NEVER
        since = self.began or self.queued
        return (since if feed is None else max(since, feed.served)) + limit

    def abandon(self, pool: Pool) -> None:
        """Take the answer from the application; called with the connection's lock held.

        A request that no thread has taken yet will not be run.
        """
        self.abandoned = True
        self.took = monotonic() - self.queued
        self.status = 504 if self.began else 503
        if self._request.feed is not None:
            self._request.feed.fail(TransportLost(ANSWERED))
        if self.began:
            pool.replace(self.thread)

    def give_up(self) -> bytes:
        """Log an abandoned request, and return the answer to send in the application's place."""
        service = self._connection.service
        self._log_overdue()
        self.client = self._connection.client_of(self.head)
        if self.began:
            service.on_stuck()
        headers = () if self.began else (retry_after(service.options.queue_timeout),)
        told = (*headers, *fields_for(self._request.trace))
        answer = error_response(self.status, date=service.date, head=self.head, headers=told)
        self.bytes_sent, self.body_sent = len(answer), body_size(answer)
        service.block.loop.count(TIMED_OUT if self.began else SHED)
        service.block.loop.answer(self.status, self.bytes_sent, monotonic() - self.queued)
        return answer

    def report(self) -> None:
        """The answer's last byte is with the kernel: complete the trace and the access record."""
        trace = self._request.trace
        if trace is not None:
            self._complete(trace)
        status, service = self.status or CLIENT_GONE, self._connection.service
        if service.wants(status, self.took, trace):
            record = build_record(self.head, self.client, status, self.body_sent, self._time)
            record.note_times(
                duration=monotonic() - self.queued,
                queued=self._queued(trace),
                first_byte=self.first - self.queued if self.first else 0.0,
                began=self.began if self.thread else 0.0,
                took=self.took,
            )
            record.trace, record.error = trace, self.error
            service.tell(record)

    def _log_overdue(self) -> None:
        """Say which request was abandoned, and where its thread is."""
        service = self._connection.service
        if self.began:
            service.overdue.tell(self, service.pool.slots)
        else:
            service.overdue.tell_of_queue(self.head, monotonic() - self.queued)

    def _complete(self, trace: Trace) -> None:
        trace.mark("send", detail=f"{self.bytes_sent} bytes")
        deliver(trace)
