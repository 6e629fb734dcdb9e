"""uvicorn's server, made to drain without losing a request.

On its own it closes idle connections when it is told to end, also those whose client is just
sending. Here it first stops accepting and answers with ``Connection: close`` (RFC 9112, 9.6),
and ends when the clients have gone or the patience has.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from socket import socket
from ssl import SSLContext
from time import monotonic
from typing import Any

import uvicorn

from enfilade.server.asgi import ASGIService, Connection
from enfilade.server.scoreboard import ACCEPTED, CLOSED


class DrainingServer(uvicorn.Server):
    """Leaves signals to the worker, and says when it is ready. ``context`` is for TLS."""

    context: SSLContext | None = None

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], object], service: ASGIService
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._service = service
        self._words = service.block.loop.words
        self._patience: float | None = None
        self._draining = False
        self._posted: deque[Callable[[], object]] = deque()
        self._deadline = inf

    def drain(self, patience: float) -> None:
        """End within *patience* seconds of being idle; only notes it, for a signal handler."""
        self._patience = patience

    def post(self, call: Callable[[], object]) -> None:
        """Have *call* called by the event loop, at its next tick; from any thread."""
        self._posted.append(call)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        self.config.ssl = self.context
        self._introduce()
        await super().startup(sockets)
        if self.started:  # older versions return when the lifespan has failed
            self._on_ready()

    def _introduce(self) -> None:
        """Have the connections be of our protocol, and counted as uvicorn's would be."""
        config, service, state = self.config, self._service, self.server_state
        service.loop = asyncio.get_running_loop()
        service.state = self.lifespan.state
        service.connections, service.tasks = state.connections, state.tasks
        websocket: Any = config.ws_protocol_class
        if websocket is not None:
            service.websocket = partial(
                websocket, config=config, server_state=state, app_state=self.lifespan.state
            )
        config.http_protocol_class = lambda **_: Connection(service)  # type: ignore[assignment]

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; true ends the server."""
        while self._posted:
            self._posted.popleft()()
        self._service.look()
        # Those that have become WebSockets are among them, so their ends cannot be counted.
        self._words[CLOSED] = self._words[ACCEPTED] - len(self.server_state.connections)
        if self._patience is not None:
            self._deadline = min(self._deadline, monotonic() + self._patience)
            self._patience = None
            self._begin_drain()
        over = self._draining and not self.server_state.connections
        return await super().on_tick(counter) or over or monotonic() >= self._deadline

    def _begin_drain(self) -> None:
        if self._draining:
            return
        self._draining = True
        for server in self.servers:
            server.close()
        self._service.draining = True
