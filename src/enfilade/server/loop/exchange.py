"""One request in the hands of an application thread, and its answer.

While an exchange lasts, its connection's sending half belongs to it; the receiving half stays
with the loop, which feeds the request with what belongs to it and keeps the rest for later.
"""

import threading
from collections.abc import Iterable
from time import monotonic, perf_counter_ns, time
from typing import TYPE_CHECKING, BinaryIO

from enfilade.exceptions import TransportLost
from enfilade.gateway.body import RequestBody
from enfilade.gateway.file_range import FileRange
from enfilade.gateway.request_start import waited_before
from enfilade.gateway.wsgi import respond
from enfilade.protocol.error_response import error_response
from enfilade.protocol.response import CONTINUE, ResponseWriter
from enfilade.server.access import CLIENT_GONE, body_size, build_record
from enfilade.server.loop.client import CLIENT, Client
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.intake import Request
from enfilade.server.loop.outgoing import HIGH_WATER
from enfilade.server.loop.pool import Pool
from enfilade.server.loop.service import Service
from enfilade.server.loop.shedding import come_later, retry_after
from enfilade.server.loop.upload import Upload
from enfilade.server.options import Options
from enfilade.server.porter import Answer
from enfilade.server.scoreboard import GONE, SHED, TIMED_OUT, Phase, Slot
from enfilade.trace import FAILURE, Trace, deliver
from enfilade.trace.asked import fields_for
from enfilade.types import WSGIApplication

if TYPE_CHECKING:
    from enfilade.server.loop.reception import Reception


ANSWERED = "the client has been answered in the application's place"


def _since_read(trace: Trace) -> float:
    """Seconds since the event "read" of *trace*, from which all times of a request count."""
    read = next((event.at for event in trace.events if event.event == "read"), 0)
    return (perf_counter_ns() - read) / 1e9 if read else 0.0


class Exchange:
    """*request* goes in, an answer comes out of the connection's socket.

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

    def run(self) -> None:
        """Call the application and send its answer; the job of an application thread."""
        try:
            self._run(self._connection.service)
        except BaseException:
            if not self.abandoned:  # nobody else will end what no deadline may end
                self._connection.service.reactor.post(self._connection.close)
            raise

    def _run(self, service: Service) -> None:
        abandoned, lost = self._arrive()
        self.held = self._time_in_proxy(service)
        self._slot = slot = service.pool.slots[self.thread]
        slot.begin(f"{self.head.method} {self.head.target}", self.waited)
        try:
            if not abandoned:
                self._take_turn(service, slot, lost)
        finally:
            self._request.close()
            self._leave(slot)

    def _arrive(self) -> tuple[bool, bool]:
        """A thread has it: whether it has been answered already, and whether nobody reads."""
        outgoing = self._connection.outgoing
        with outgoing.lock:
            self.thread = threading.get_ident()
            self.began = monotonic()
            return self.abandoned, outgoing.lost

    def _leave(self, slot: Slot) -> None:
        """The thread is free. The loop has counted what was abandoned."""
        if self.abandoned:
            slot.enter(Phase.IDLE)
        else:
            slot.end(self.status, self.bytes_sent, monotonic() - self.queued)

    def enter(self, phase: Phase) -> None:
        """The application's thread does something else now."""
        self._slot.enter(phase)

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

    def _time_in_proxy(self, service: Service) -> float:
        said = self.head.fields.get("x-request-start")
        if said is None or not service.proxies.trusts(self._connection.peer_name):
            return 0.0
        return waited_before(said, self._time)

    def _take_turn(self, service: Service, slot: Slot, lost: bool) -> None:
        """Call the application, unless it has become too late for that."""
        limit = service.options.queue_timeout
        if lost or (limit and self._connection.ended and self._request.feed is None):
            # Who ends his sending half may still listen; but hardly who has had to wait.
            if not lost:
                slot.count(GONE)  # else the loop will have noticed
            writer = self._connection.open_writer(self.head)
            writer.abort()
            self._connection.take_back(self, writer)
        elif limit and self.began - self.queued > limit:
            slot.count(SHED)
            service.overdue.tell_of_queue(self.head, self.waited)
            self._answer(service, come_later(limit))
        else:
            self._answer(service, self._called(service))

    def _called(self, service: Service) -> WSGIApplication:
        return service.application

    def _answer(self, service: Service, application: WSGIApplication) -> None:
        request = self._request
        connection = self._connection
        writer = connection.open_writer(request.head)
        try:
            body = self._open_body(service, writer)
            environ = connection.build_environ(request.head, body, request.trace)
            self.client = environ["REMOTE_ADDR"]
            environ[CLIENT] = Client(connection, self)
            try:
                respond(application, environ, writer, self.send)
            finally:
                self.error = environ.get(FAILURE, "")
        except TransportLost:
            pass
        finally:
            if request.feed is not None:
                request.feed.close()  # what comes from now on is to be skipped
            connection.take_back(self, writer)

    def reply(self, answer: Answer) -> None:
        """Send *answer* in place of the application's; in the loop's thread."""
        request = self._request
        connection = self._connection
        service = connection.service
        writer = connection.open_writer(request.head)
        self._open_body(service, writer)
        request.close()
        if service.wants(200, 0.0, request.trace):
            self.client = connection.client_of(request.head)
        try:
            self._send_answer(answer, writer)
        except TransportLost:
            writer.abort()
        if request.trace is not None:
            request.trace.mark("write", detail=str(writer.status))
        service.block.loop.answer(writer.status, self.bytes_sent)
        connection.take_reply(self, writer)

    def _send_answer(self, answer: Answer, writer: ResponseWriter) -> None:
        head, trace = answer.head, self._request.trace
        if trace is not None:
            told = fields_for(trace)
            trace.fields = [*answer.headers, *told]
            head = answer.head_with(told)
        data = writer.start_prepared(head, answer.length)
        with self._connection.outgoing.lock:
            self.began, self.started, self.first = self.queued, True, monotonic()
            if isinstance(answer.body, bytes):
                self._put(data + writer.data(answer.body))
            else:
                self._put_pieces(data, answer.body, writer)
        writer.end()

    def _put_pieces(
        self, data: bytes, pieces: Iterable[bytes | FileRange], writer: ResponseWriter
    ) -> None:
        """Send *data*, the head, and the *pieces*; what stands before a file leaves with it."""
        for piece in pieces:
            if isinstance(piece, bytes):
                data += writer.data(piece)
            elif writer.pass_by(len(piece)):
                self._put(data, more=True)
                self._connection.outgoing.put_file(piece.copy())
                self.bytes_sent += len(piece)
                data = b""
        if data:
            self._put(data)

    def _put(self, data: bytes, *, more: bool = False) -> None:
        self._connection.outgoing.put(data, more=more)
        self.bytes_sent += len(data)

    def _open_body(self, service: Service, writer: ResponseWriter) -> BinaryIO:
        request = self._request
        if request.feed is None:
            return request.body
        return RequestBody(Upload(self, request.feed, service, writer).read)

    def say_continue(self) -> None:
        """Tell the client to send the body, unless it has begun to get an answer instead.

        Raises :exc:`TransportLost`.
        """
        outgoing = self._connection.outgoing
        with outgoing.lock:
            if not self.started and not self.abandoned:
                outgoing.put(CONTINUE)

    def send(self, data: bytes | FileRange) -> None:
        """Send *data*, or leave it to the loop; may hold the thread while the client is slow.

        Raises :exc:`TransportLost` if nobody will read it.
        """
        outgoing = self._connection.outgoing
        with outgoing.lock:
            if outgoing.pending > HIGH_WATER:
                self.enter(Phase.HELD)
                outgoing.wait_for_room()
                self.enter(Phase.SENDING)
            if self.abandoned:
                raise TransportLost(ANSWERED)
            if not self.started:
                self.started, self.first = True, monotonic()
                self.enter(Phase.SENDING)
            self.bytes_sent += len(data)
            if isinstance(data, FileRange):
                outgoing.put_file(data)
            else:
                outgoing.put(data)

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
