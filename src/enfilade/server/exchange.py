"""One request in the hands of an application thread, and its answer.

While an exchange lasts, its connection's sending half belongs to it; the receiving half stays
with the loop, which keeps what arrives for later.
"""

import logging
import sys
import threading
import traceback
from time import monotonic, time
from typing import TYPE_CHECKING

from enfilade.exceptions import TransportLost
from enfilade.gateway.wsgi import build_environ, respond
from enfilade.protocol.response import ResponseWriter
from enfilade.server.access import build_record
from enfilade.server.deadlines import NEVER
from enfilade.server.intake import Request
from enfilade.server.outgoing import HIGH_WATER
from enfilade.server.pool import Pool
from enfilade.server.service import Service
from enfilade.trace import Trace, deliver

if TYPE_CHECKING:
    from enfilade.server.connection import Connection

logger = logging.getLogger("enfilade.server")


class Exchange:
    """*request* goes in, an answer comes out of the connection's socket.

    ``queued`` and ``began`` are when it was handed over and when a thread took it, in seconds
    of :func:`time.monotonic`; ``began`` is 0 until then. ``started`` means that a byte has
    left. ``abandoned`` means that the loop answers in the application's place, and whatever the
    application still says is dropped.
    """

    __slots__ = (
        "_connection", "_request", "_time", "abandoned", "began", "bytes_sent", "head", "queued",
        "started", "status", "thread",
    )  # fmt: skip

    def __init__(self, connection: "Connection", request: Request) -> None:
        self.head = request.head
        self.abandoned = False
        self.started = False
        self.began = 0.0
        self.thread = 0
        self.status = 0
        self.bytes_sent = 0
        self.queued = connection.service.reactor.now
        self._connection = connection
        self._request = request
        self._time = time()

    def run(self) -> None:
        """Call the application and send its answer; the job of an application thread."""
        with self._connection.outgoing.lock:
            self.thread = threading.get_ident()
            self.began = monotonic()
            abandoned = self.abandoned
        try:
            if not abandoned:
                self._answer(self._connection.service)
        finally:
            self._request.body.close()

    def _answer(self, service: Service) -> None:
        request = self._request
        connection = self._connection
        writer = ResponseWriter(
            request.head, date=service.date, keep_alive_allowed=not service.draining
        )
        try:
            environ = build_environ(
                connection.base, request.head, connection.peer, request.body, request.trace
            )
            respond(service.application, environ, writer, self.send)
        except TransportLost:
            pass
        finally:
            connection.take_back(self, writer)

    def send(self, data: bytes) -> None:
        """Send *data*, or leave it to the loop; may hold the thread while the client is slow.

        Raises :exc:`TransportLost` if nobody will read it.
        """
        outgoing = self._connection.outgoing
        with outgoing.lock:
            if outgoing.pending > HIGH_WATER:
                outgoing.wait_for_room()
            if self.abandoned:
                raise TransportLost("the client has been answered in the application's place")
            self.started = True
            outgoing.put(data)
        self.bytes_sent += len(data)

    def due(self, limit: float) -> float:
        """By when the answer must begin, if an application may take *limit* seconds; 0 is for
        ever. The time in the queue is counted apart, by the same limit."""
        if self.started or not limit:
            return NEVER
        return (self.began or self.queued) + limit

    def abandon(self, pool: Pool) -> None:
        """Take the answer from the application; called with the connection's lock held.

        A request that no thread has taken yet will not be run.
        """
        self.abandoned = True
        self.status = 504 if self.began else 503
        if self.began:
            pool.replace(self.thread)

    def log_overdue(self) -> None:
        """Say which request was abandoned, and where its thread is."""
        method, target = self.head.method, self.head.target
        elapsed = monotonic() - (self.began or self.queued)
        if not self.began:
            logger.error("%s %s waited %.1f s for a free thread", method, target, elapsed)
            return
        frame = sys._current_frames().get(self.thread)
        stack = "".join(traceback.format_stack(frame)) if frame else "  (it has just ended)\n"
        logger.error(
            "%s %s has not begun its answer after %.1f s; its thread is here:\n%s",
            method,
            target,
            elapsed,
            stack,
        )

    def report(self) -> None:
        """The answer's last byte is with the kernel: complete the trace and the access record."""
        if self._request.trace is not None:
            self._complete(self._request.trace)
        service = self._connection.service
        if service.access is not None:
            record = build_record(
                self.head, self._connection.peer_name, self.status, self.bytes_sent, self._time
            )
            record.duration = monotonic() - self.queued
            record.queued = max(0.0, self.began - self.queued)
            service.tell(record)

    def _complete(self, trace: Trace) -> None:
        trace.mark("send", detail=f"{self.bytes_sent} bytes")
        try:
            deliver(trace)
        except Exception:
            logger.exception("a trace could not be delivered")
