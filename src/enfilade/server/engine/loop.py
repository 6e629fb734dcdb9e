"""A worker's loop with the compiled engine in front of the plain one.

The engine accepts, reads and answers what is simple. The plain loop has everything else: its
selector is one of the engine's descriptors, and the engine's leader gives it its turns, so that
there is one thread at a time that waits for sockets, and one set of application threads.
"""

import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from os import strerror
from time import monotonic, time

from enfilade.gateway.forwarded import Proxies
from enfilade.gateway.request_start import waited_before
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Rule
from enfilade.protocol.response import ResponseWriter
from enfilade.reserved import RESERVED, is_reserved
from enfilade.server.access import CLIENT_GONE, Access, AccessRecord, build_record
from enfilade.server.engine._engine import Engine
from enfilade.server.engine.crew import RETRY, Crew
from enfilade.server.loop.acceptor import Acceptor, log_shortage
from enfilade.server.loop.connection import Connection
from enfilade.server.loop.doors import environ_of, is_simple
from enfilade.server.loop.feed import BODY_START
from enfilade.server.loop.loop import Loop
from enfilade.server.loop.reception import Peer
from enfilade.server.loop.service import Pages
from enfilade.server.options import Options
from enfilade.server.porter import Answer, Porter, usual_prefixes
from enfilade.server.recorder import Recorder
from enfilade.server.recorder.choice import SUSPECTED, SUSPICION
from enfilade.server.scoreboard import CLOSED, Block, private_block
from enfilade.trace import subscribers
from enfilade.types import Environ, WSGIApplication

logger = logging.getLogger("enfilade.server")

LOOK = 0.25
"""Seconds after which the calling thread looks for signals, which Python handles in the main thread
alone while the system delivers them to any."""


class CompiledLoop(Loop):
    """A :class:`~enfilade.server.loop.Loop` that leaves what is simple to compiled code."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        application: WSGIApplication,
        options: Options,
        access: Access | None = None,
        on_ready: Callable[[], object] = lambda: None,
        on_stuck: Callable[[], object] = lambda: None,
        porter: Porter | None = None,
        block: Block | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        block = block or private_block(options.threads)
        self._words = block.take_slot()[1].words
        super().__init__(
            listeners, application, options, access, on_ready, on_stuck, porter, block, recorder
        )
        service = self._service
        self.proxies: Proxies = service.proxies
        self._engine = Engine(
            self,
            application,
            service.policy,
            access,
            sys.stderr,
            subscribers(),
            self._words,
            block.server,
            options.threads,
            options.limit_connections,
        )
        self._set_limits(options)
        bases = [environ_of(listener, options) for listener in self._simple]
        for listener, base in zip(self._simple, bases, strict=True):
            tcp = listener.family != socket.AF_UNIX
            self._engine.add_door(listener.fileno(), tcp, base)
        if recorder is not None:
            self._engine.set_recorder(**recorder.choice.terms(), slow=recorder.slow)
            recorder.choice.on_suspect = self._suspect
        self._prefixes = usual_prefixes(porter) if porter else ()
        self._ready = getattr(porter, "ready", None)
        self._engine.watch_reactor(self._reactor.fileno())
        self._bases = {id(base) for base in bases}
        service.home = self._welcome_back
        self._crew = service.pool = Crew(self._engine, options.threads, block)

    def _set_limits(self, options: Options) -> None:
        """How large a body the engine keeps, and how long each deadline is."""
        self._engine.set_body(options.buffer_body)
        self._engine.set_patience(
            head=options.head_timeout,
            idle=options.keep_alive,
            body=BODY_START,
            waiting=options.queue_timeout or options.application_timeout,
            application=options.application_timeout,
            writing=options.write_timeout,
            sheds=options.queue_timeout > 0,
        )

    def run(self) -> None:
        """Serve until :meth:`drain` has been called and every connection has ended."""
        self._engine.set_prefixes(self._prefixes)
        for acceptor in self._acceptors:
            acceptor.open()
        self._engine.open_doors()
        self._crew.start()
        self._watch()
        self._on_ready()  # before the first answer, whose reader may rely on what has been told
        self._crew.begin()
        try:
            while not self._crew.ended.wait(LOOK):
                pass
        finally:
            self._stop()

    def keep(self, pages: Pages) -> None:
        """Have *pages* answer at reserved paths, which the plain loop sees to."""
        super().keep(pages)
        self._prefixes = (*self._prefixes, RESERVED[:-1].encode())

    # What the engine asks for; in the leader's thread ----------------------------------------

    def turn(self) -> tuple[float | None, int]:
        """Let the plain loop do what there is to do: the seconds until it has more, None for
        nothing, and its connections."""
        self._reactor.turn(wait=False)
        self._on_close()  # connections of the engine, perhaps
        due = self._reactor.patience()
        if not self._crew.replenish():
            due = RETRY if due is None else min(due, RETRY)
        return due, len(self._service.connections)

    def sample_next(self) -> None:
        """It is the turn of the request that is taken next to be traced."""
        if self._service.recorder is not None:
            self._service.recorder.choice.sample_next()

    @staticmethod
    def socket_of(fd: int) -> socket.socket:
        """The socket *fd*, for :meth:`take` or :meth:`overdue`; it owns the descriptor."""
        return socket.socket(fileno=fd)

    def take(
        self,
        sock: socket.socket,
        base: Environ,
        peer: Peer,
        data: bytes,
        too_slow: bool,
        lingers: bool,
    ) -> None:
        """Go on with the connection *sock*, from which *data* has come."""
        connection = self._connection(sock, base, peer)
        if connection is None:
            return
        try:
            if lingers:
                connection.linger()
                return
            if data:
                connection.answer_here(data)
            if too_slow:
                connection.refuse(Rule.TOO_SLOW.status, Rule.TOO_SLOW.reason)
        except BaseException:
            connection.on_lost()
            raise

    def _welcome_back(self, connection: Connection, data: bytes) -> bool:
        """Have the engine go on with *connection*, which rests and has just sent *data*, if that
        is simple."""
        if id(connection.base) not in self._bases or not self._engine.accepts(data):
            return False
        fd = connection.leave()
        try:
            self._engine.adopt(fd, connection.base, connection.peer, data)
        except MemoryError:
            os.close(fd)
            self._service.block.loop.count(CLOSED)
        return True

    def overdue(
        self,
        sock: socket.socket,
        base: Environ,
        peer: Peer,
        head: RequestHead,
        queued: float,
        began: float,
        thread: int,
    ) -> None:
        """Answer *head* in the application's place; *began* is 0 if it was not called yet."""
        connection = None
        try:
            connection = self._connection(sock, base, peer)
        finally:
            if connection is None and thread:  # there is nobody to answer, but it is stuck still
                self.replace(thread)
        if connection is None:
            return
        try:
            connection.answer_overdue(head, queued, began, thread)
        except BaseException:
            connection.close()
            raise

    def replace(self, thread: int) -> None:
        """Start another thread in the place of *thread*, which is stuck."""
        self._crew.replace(thread)

    def excuse(self, number: int) -> None:
        """accept(2) has failed."""
        log_shortage(OSError(number, strerror(number)))

    # What the engine asks for; in an application thread --------------------------------------

    def open_writer(self, head: RequestHead) -> ResponseWriter:
        """What writes an answer that is not whole in memory."""
        service = self._service
        return ResponseWriter(head, date=service.date, keep_alive_allowed=not service.draining)

    def time_in_proxy(self, fields: Mapping[str, str], address: str) -> float:
        """Seconds for which a trusted proxy says that it had the request before."""
        said = fields.get("x-request-start")
        if said is None or not self.proxies.trusts(address):
            return 0.0
        return waited_before(said, time())

    def record(
        self,
        head: RequestHead,
        client: str,
        status: int,
        size: int,
        times: tuple[float, float, float, float],
        error: str = "",
    ) -> AccessRecord:
        """What access log and recorder are told; *times* are how long it took, waited, and took
        until its first byte, 0 if it left in one piece, and when it was begun."""
        took, queued, first, began = times
        record = build_record(head, client, status, size, time() - took)
        record.note_times(duration=took, queued=queued, first_byte=first, began=began, took=took)
        record.error = error
        return record

    def record_vain(self, head: RequestHead, peer: Peer, waited: float) -> AccessRecord:
        """What the access log is told of a request whose client has gone before its turn."""
        client = self.visitor(head, peer[0] if peer else None)
        return self.record(head, client, CLIENT_GONE, 0, (waited, waited, 0.0, 0.0))

    def ready(self, path: str, accept_encoding: str | None) -> tuple[Answer, float] | None:
        """What the porter says in advance of a plain GET."""
        try:
            ready: tuple[Answer, float] | None = None
            reserved = self._service.pages is not None and is_reserved(path)
            if self._ready is not None and not reserved:
                ready = self._ready(path, accept_encoding)
            return ready
        except Exception:
            return None  # whoever is asked next has it, too, and says so

    def visitor(self, head: RequestHead, address: str | None) -> str:
        """The client of a request that the porter answers."""
        return self.proxies.origin(address or "", 0, head.fields).address

    def tell(self, record: AccessRecord) -> None:
        """The answer has left."""
        self._service.tell(record)

    # -----------------------------------------------------------------------------------------

    def _suspect(self, method: str, path: str) -> None:
        self._engine.suspect(method, path, SUSPICION, SUSPECTED)

    def _connection(self, sock: socket.socket, base: Environ, peer: Peer) -> Connection | None:
        try:
            sock.setblocking(False)
            self._reactor.now = monotonic()
            return Connection(self._service, sock, peer, base, counted=True)
        except BaseException as error:
            self._reactor.forget(sock)
            sock.close()
            self._service.block.loop.count(CLOSED)
            if not isinstance(error, OSError):
                raise
            logger.debug("a connection was lost while it was handed over: %s", error)
            return None

    def oldest_wait(self) -> float:
        return max(super().oldest_wait(), self._engine.oldest_wait())

    def _make_acceptors(self, listeners: Sequence[socket.socket]) -> list[Acceptor]:
        """The engine itself accepts where HTTP is spoken without further ado."""
        self._simple = [listener for listener in listeners if is_simple(listener, self._service)]
        for listener in self._simple:
            listener.setblocking(False)
        rest = [listener for listener in listeners if listener not in self._simple]
        return super()._make_acceptors(rest)

    def _has_room(self) -> bool:
        limit = self._service.options.limit_connections
        here = len(self._service.connections) + self._engine.connections
        self._full = 0 < limit <= here
        if self._full:
            self._engine.await_room()
        return not self._full

    def _stop(self) -> None:
        super()._stop()
        self._engine.close()

    def _drain(self, patience: float) -> None:
        service = self._service
        self._engine.begin_drain(min(service.patience, patience), service.options.backlog)
        super()._drain(patience)
