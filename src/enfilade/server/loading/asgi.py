"""Serve an ASGI application on an event loop, on the worker's sockets and by the server's options.

HTTP/1.1 is ours (:mod:`enfilade.server.asgi`). uvicorn starts the event loop, runs the lifespan and
speaks WebSocket; it is an extra, and imported when an ASGI application is about to be served.
"""

from collections.abc import Callable, Sequence
from math import ceil, inf
from socket import socket
from typing import TYPE_CHECKING

from enfilade.exceptions import DeveloperError
from enfilade.gateway.forwarded import Proxies
from enfilade.server.access import Access
from enfilade.server.loading.asgi_doors import read_context
from enfilade.server.loading.profiled import WorkerProfiler
from enfilade.server.loop.loop import build_policy
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.pulse import Pulse
from enfilade.server.recorder import Recorder
from enfilade.server.scoreboard import Block, private_block
from enfilade.types import ASGIApplication

if TYPE_CHECKING:
    from enfilade.server.asgi import ASGIService
    from enfilade.server.loading.uvicorn_server import DrainingServer

IGNORED = frozenset(("threads", "sendfile", "queue_timeout", "buffer_body", "spool_body"))
"""Options that have no meaning for it: no thread has a request, and no body is kept for one."""


class MissingServerError(DeveloperError):
    """uvicorn is not installed."""


class ASGIServer:
    """An event loop in the shape of :class:`enfilade.server.loop.Loop`; *porter*, *block* and
    *recorder* are as there.

    Raises :exc:`MissingServerError` when it is constructed without uvicorn there, and
    :exc:`~enfilade.server.loading.asgi_doors.UnsupportedDoorError` for doors that uvicorn has not.
    """

    def __init__(
        self,
        sockets: Sequence[socket],
        application: ASGIApplication,
        options: Options,
        access: Access | None,
        on_ready: Callable[[], object],
        porter: Porter | None = None,
        block: Block | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._sockets = list(sockets)
        self._server, self._service = _make_server(application, options, access, on_ready, block)
        self._service.porter, self._service.recorder = porter, recorder
        self._server.context = read_context(sockets, options)
        self._profiler: WorkerProfiler | None = None
        self.pulse = Pulse(self._service.block, self._server.post)

    def run(self) -> None:
        """Serve until drained. Raises :exc:`SystemExit` when the lifespan does not start."""
        if self._service.recorder is not None:
            from enfilade.server.asgi.standing import tasks_finder

            self._service.recorder.watch(self._service.slots, tasks_finder())
        try:
            self._server.run(self._sockets)
        finally:
            if self._service.recorder is not None:
                self._service.recorder.close()

    def drain(self, patience: float = inf) -> None:
        """Stop accepting and finish what is under way; safe to call from a signal handler.

        Connections without a request are closed after *patience* seconds.
        """
        if self._profiler is not None:
            self._profiler.leave()
        self._server.drain(patience)

    def keep(self, profiler: WorkerProfiler) -> None:
        """Have *profiler* answer at reserved paths in the application's place."""
        self._profiler, self._service.pages = profiler, profiler.asgi


def _make_server(
    application: ASGIApplication,
    options: Options,
    access: Access | None,
    on_ready: Callable[[], object],
    block: Block | None,
) -> "tuple[DrainingServer, ASGIService]":
    try:
        import uvicorn
    except ImportError:
        raise MissingServerError(
            "This is an ASGI application, and serving those needs uvicorn.",
            hint='pip install "enfilade[asgi]"',
        ) from None
    from enfilade.server.asgi import ASGIService, Connection, proxied
    from enfilade.server.loading.uvicorn_server import DrainingServer

    service = ASGIService(
        application=application,
        options=options,
        policy=build_policy(options),
        block=block or private_block(options.threads),
        proxies=Proxies(options.trusted_proxies, options.forwarded),
        access=access,
    )
    config = uvicorn.Config(
        proxied(service.proxies, application),
        interface="asgi3",
        http=Connection,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=[("Server", "Enfilade")],
        backlog=options.backlog,
        timeout_graceful_shutdown=ceil(options.grace) or None,
    )
    return DrainingServer(config, on_ready, service), service
