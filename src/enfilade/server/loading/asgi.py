"""Serve an ASGI application with uvicorn, on the worker's sockets and by the server's options.

uvicorn is an extra: it is imported when an ASGI application is about to be served.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from math import ceil, inf
from socket import socket
from time import perf_counter, time
from typing import TYPE_CHECKING

from enfilade.exceptions import DeveloperError
from enfilade.gateway.forwarded import Proxies
from enfilade.server.access import Access, AccessRecord
from enfilade.server.loading.door import Beside, behind, counted, target_of
from enfilade.server.loading.profiled import WorkerProfiler
from enfilade.server.loading.proxied import proxied, read_context
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.pulse import Pulse
from enfilade.server.scoreboard import Block, private_block
from enfilade.types import ASGIApplication, Message, Receive, Scope, Send

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
    """uvicorn in the shape of :class:`enfilade.server.loop.Loop`; *porter* and *block* are as
    there.

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
    ) -> None:
        block = block or private_block(options.threads)
        application = counted(behind(porter, application), block)
        logged = log_access(application, access) if access else application
        proxies = Proxies(options.trusted_proxies, options.forwarded)
        self._sockets = list(sockets)
        self._beside = Beside(proxied(proxies, logged))
        self._profiler: WorkerProfiler | None = None
        self._server = _make_server(self._beside, options, on_ready, block)
        self._server.context = read_context(sockets, options)
        self.pulse = Pulse(block, self._server.post)

    def run(self) -> None:
        """Serve until drained. Raises :exc:`SystemExit` when the lifespan does not start."""
        self._server.run(self._sockets)

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


# Access lines ------------------------------------------------------------------------------


def log_access(application: ASGIApplication, access: Access) -> ASGIApplication:
    """Wrap *application* so that *access* gets a record of every HTTP answer."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        record, began = _begin_record(scope), perf_counter()

        async def counting(message: Message) -> None:
            await send(message)  # which refuses what is no status and no body
            record.first_byte = record.first_byte or perf_counter() - began
            if message["type"] == "http.response.start":
                record.status = message["status"]
            elif message["type"] == "http.response.body" and record.method != "HEAD":
                record.bytes_sent += len(message.get("body", b""))

        try:
            await application(scope, receive, counting)
        finally:
            record.duration = perf_counter() - began
            record.first_byte = record.first_byte or record.duration
            access(record)

    return logged


def _begin_record(scope: Scope) -> AccessRecord:
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return AccessRecord(
        time=time(),
        peer=scope["client"][0] if scope.get("client") else "",
        method=scope["method"],
        target=target_of(scope),
        version=f"HTTP/{scope['http_version']}",
        status=500,  # what uvicorn answers for an application that fails before it starts
        bytes_sent=0,
        user_agent=fields.get("user-agent", ""),
        referer=fields.get("referer", ""),
        fields=fields,
    )
