"""One worker's loop: it accepts connections, and everything that waits, waits here.

The loop has one thread, the worker's main thread; applications run in the threads of a
:class:`~enfilade.server.loop.pool.Pool`. README.md shows how a request goes from one to the other.
"""

import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from enfilade.gateway.forwarded import Proxies
from enfilade.protocol.policy import Policy
from enfilade.server.access import Access
from enfilade.server.loop.acceptor import Acceptor
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.doors import open_door
from enfilade.server.loop.pool import Pool
from enfilade.server.loop.reactor import Reactor
from enfilade.server.loop.service import Pages, Service
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.pulse import Pulse
from enfilade.server.recorder import Recorder, find_threads
from enfilade.server.scoreboard import Block, private_block
from enfilade.types import WSGIApplication

logger = logging.getLogger("enfilade.server")

PATIENCE = 60.0
"""Seconds after which a deadline is looked at again although nobody asked for it."""

JOIN = 5.0
"""Seconds that idle application threads have to end."""

UNSENT = 128 * 1024
"""Bytes of answers that the kernel keeps beyond what the client has room for; Linux's
ip-sysctl.rst, ``tcp_notsent_lowat``."""


def _nothing() -> None:
    pass


class Loop:
    """Serves *application* on *listeners*, which are made non-blocking and stay open, unless
    ``closes_listeners`` is set.

    ``access`` takes an :class:`~enfilade.server.access.AccessRecord` after each answer.
    ``on_ready`` is called once connections are being accepted, ``on_stuck`` when an application
    has missed its deadline: one of the threads may never come back, so the worker should be
    replaced when it suits. Both are called in the loop's thread. *porter* is asked about each
    request before the application is. *block* is the worker's on the scoreboard.
    *recorder* keeps what was slow, has failed or was chosen.
    """

    closes_listeners = False
    """Whether draining closes this process's copies of them as soon as the backlog is taken.

    Where the last copy stays open, the kernel goes on queueing connections that nobody takes, to
    be reset at the end; a proxy may send a POST that was on one of them to no other machine.
    """

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        application: WSGIApplication,
        options: Options,
        access: Access | None = None,
        on_ready: Callable[[], object] = _nothing,
        on_stuck: Callable[[], object] = _nothing,
        porter: Porter | None = None,
        block: Block | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        block = block or private_block(options.threads)
        self._reactor = Reactor(min(options.keep_alive or PATIENCE, PATIENCE))
        self._service = Service(
            application=application,
            options=options,
            policy=build_policy(options),
            reactor=self._reactor,
            pool=Pool(options.threads, block),
            block=block,
            access=access,
            on_stuck=on_stuck,
            on_close=self._on_close,
            porter=porter,
            proxies=Proxies(options.trusted_proxies, options.forwarded),
            recorder=recorder,
        )
        self.pulse = Pulse(block, self._reactor.post)
        self._on_ready = on_ready
        self._full = False
        self._listeners = listeners
        for listener in listeners:
            bound_kernel(listener)
        self._acceptors = self._make_acceptors(listeners)

    def run(self) -> None:
        """Serve until :meth:`drain` has been called and every connection has ended."""
        self._service.pool.start()
        self._watch()
        for acceptor in self._acceptors:
            acceptor.open()
        self._on_ready()
        try:
            while not (self._service.draining and not self._service.connections):
                self._reactor.turn()
                self._service.pool.submit_staged()
        finally:
            self._stop()

    def keep(self, pages: Pages) -> None:
        """Have *pages* answer at reserved paths in the application's place; before it runs."""
        self._service.pages = pages

    def oldest_wait(self) -> float:
        """Seconds for which the request has waited for a thread that waits longest."""
        return self._service.pool.oldest_wait()

    def drain(self, patience: float = NEVER) -> None:
        """Stop accepting, finish what is under way, then return from :meth:`run`.

        What waits in the backlog is still accepted. Requests that come from now on are answered
        with ``Connection: close``. Connections without a request are left to their keep-alive
        deadline, so that no request is lost that is on its way, or to *patience* seconds if
        that is less. Safe to call from any thread, from a signal handler, and more than once,
        with less patience each time.
        """
        if self._service.pages is not None:
            self._service.pages.leave()
        self._reactor.post(partial(self._drain, patience))

    def _make_acceptors(self, listeners: Sequence[socket.socket]) -> list[Acceptor]:
        return [self._acceptor(listener) for listener in listeners]

    def _acceptor(self, listener: socket.socket) -> Acceptor:
        enter = open_door(listener, self._service)

        def admit(sock: socket.socket, address: Any) -> None:
            unix = sock.family == socket.AF_UNIX
            enter(sock, None if unix else (address[0], address[1]), b"")

        return Acceptor(self._reactor, listener, admit, self._has_room)

    def _has_room(self) -> bool:
        limit = self._service.options.limit_connections
        self._full = 0 < limit <= len(self._service.connections)
        return not self._full

    def _on_close(self) -> None:
        if self._full and self._has_room():
            for acceptor in self._acceptors:
                acceptor.open()

    def _drain(self, patience: float) -> None:
        service = self._service
        service.draining = True
        service.patience = min(service.patience, patience)
        self._stop_accepting(service.options.backlog)
        if self.closes_listeners:
            for listener in self._listeners:
                listener.close()
        for connection in service.connections:
            connection.lapse()

    def _stop_accepting(self, backlog: int) -> None:
        for acceptor in self._acceptors:
            acceptor.close(backlog)

    def _watch(self) -> None:
        """Have somebody look at the threads whose requests are late."""
        if self._service.recorder is not None:
            self._service.recorder.watch(self._service.pool.slots, find_threads)

    def _stop(self) -> None:
        if self._service.recorder is not None:
            self._service.recorder.close()
        if not self._service.pool.stop(JOIN):
            logger.warning("an application thread did not end in time")
        self._reactor.close()


def bound_kernel(listener: socket.socket) -> None:
    """Have the kernel take no more of an answer than :data:`UNSENT` beyond what the client has room
    for: connections inherit this from *listener*. Else a thousand clients that do not read cost
    memory by the megabyte each, and the time to copy it there, which others have to wait for."""
    if listener.family != socket.AF_UNIX and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)


def build_policy(options: Options) -> Policy:
    """The limits among *options*, in the protocol's terms."""
    return Policy(
        line=options.limit_line,
        field=options.limit_field,
        fields=options.limit_fields,
        head=options.limit_head,
        body=options.limit_body,
        refuse_underscores=options.refuse_underscores,
    )
