"""One request in the hands of an application thread, and its answer.

While an exchange lasts, its connection's sending half belongs to it; the receiving half stays
with the loop, which feeds the request with what belongs to it and keeps the rest for later.
"""

import threading
from collections.abc import Iterable
from time import monotonic
from typing import BinaryIO

from enfilade.exceptions import TransportLost
from enfilade.gateway.body import RequestBody
from enfilade.gateway.file_range import FileRange
from enfilade.gateway.request_start import waited_before
from enfilade.gateway.wsgi import respond
from enfilade.protocol.response import CONTINUE, ResponseWriter
from enfilade.server.loop.client import CLIENT, Client
from enfilade.server.loop.outgoing import HIGH_WATER
from enfilade.server.loop.progress import ANSWERED, Progress
from enfilade.server.loop.service import Service
from enfilade.server.loop.shedding import come_later
from enfilade.server.loop.upload import Upload
from enfilade.server.porter import Answer
from enfilade.server.scoreboard import GONE, SHED, Phase, Slot
from enfilade.trace import FAILURE
from enfilade.trace.asked import fields_for
from enfilade.types import WSGIApplication


class Exchange(Progress):
    """*request* goes in, an answer comes out of the connection's socket."""

    __slots__ = ()

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
