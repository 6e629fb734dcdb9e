"""Serve an ASGI application with uvicorn, on the worker's sockets and by the server's options.

uvicorn is an extra: it is imported when an ASGI application is about to be served.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from math import ceil, inf
from socket import socket
from typing import TYPE_CHECKING

from enfilade.exceptions import DeveloperError
from enfilade.gateway.forwarded import Proxies
from enfilade.server.access import Access
from enfilade.server.loading.account import accounted, begun, chosen
from enfilade.server.loading.door import Beside, behind, counted
from enfilade.server.loading.profiled import WorkerProfiler
from enfilade.server.loading.proxied import proxied, read_context
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.pulse import Pulse
from enfilade.server.recorder import Recorder
from enfilade.server.scoreboard import Block, private_block
from enfilade.types import ASGIApplication

if TYPE_CHECKING:
    from enfilade.server.loading.uvicorn_server import DrainingServer

HONOURED = frozenset(("keep_alive", "limit_head", "limit_connections"))
"""The deadlines and limits that uvicorn has too."""

IGNORED = frozenset(("threads", "sendfile")) | {
    entry.name
    for entry in fields(Options)
    if entry.metadata.get("group") in ("Deadlines", "Limits") and entry.name not in HONOURED
}
"""Those that it has not, and what only the loop has."""

A_YEAR = 365 * 24 * 60 * 60
"""Seconds; uvicorn has no word for "no limit" of an idle connection."""


class MissingServerError(DeveloperError):
    """uvicorn is not installed."""


class ASGIServer:
    """uvicorn in the shape of :class:`enfilade.server.loop.Loop`; *porter*, *block* and
    *recorder* are as there.

    Raises :exc:`MissingServerError` when it is constructed without uvicorn there, and
    :exc:`~enfilade.server.loading.proxied.UnsupportedDoorError` for doors that uvicorn has not.
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
        block = block or private_block(options.threads)
        application = counted(behind(porter, begun(application)), block)
        application = accounted(application, access, recorder)
        application = proxied(Proxies(options.trusted_proxies, options.forwarded), application)
        self._sockets = list(sockets)
        self._recorder = recorder
        self._beside = Beside(chosen(application, recorder))
        self._profiler: WorkerProfiler | None = None
        self._server = _make_server(self._beside, options, on_ready, block)
        self._server.context = read_context(sockets, options)
        self.pulse = Pulse(block, self._server.post)

    def run(self) -> None:
        """Serve until drained. Raises :exc:`SystemExit` when the lifespan does not start."""
        try:
            self._server.run(self._sockets)
        finally:
            if self._recorder is not None:
                self._recorder.close()

    def drain(self, patience: float = inf) -> None:
        """Stop accepting and finish what is under way; safe to call from a signal handler.

        Connections without a request are closed after *patience* seconds.
        """
        if self._profiler is not None:
            self._profiler.leave()
        self._server.drain(patience)

    def keep(self, profiler: WorkerProfiler) -> None:
        """Have *profiler* answer at reserved paths in the application's place."""
        self._profiler, self._beside.pages = profiler, profiler.asgi


def _make_server(
    application: ASGIApplication, options: Options, on_ready: Callable[[], object], block: Block
) -> "DrainingServer":
    try:
        import uvicorn
    except ImportError:
        raise MissingServerError(
            "This is an ASGI application, and serving those needs uvicorn.",
            hint='pip install "enfilade[asgi]"',
        ) from None
    from enfilade.server.loading.uvicorn_server import DrainingServer, counting_protocol

    config = uvicorn.Config(
        application,
        interface="asgi3",
        http=counting_protocol(block),  # of h11: httptools knows no limit of the head
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=[("Server", "Enfilade")],
        backlog=options.backlog,
        limit_concurrency=options.limit_connections or None,
        timeout_keep_alive=ceil(options.keep_alive) or A_YEAR,
        timeout_graceful_shutdown=ceil(options.grace) or None,
        h11_max_incomplete_event_size=options.limit_head or None,
    )
    return DrainingServer(config, on_ready, block)
