"""uvicorn's server, made to drain without losing a request.

On its own it closes idle connections when it is told to end, also those whose client is just
sending. Here it first stops accepting and answers with ``Connection: close`` (RFC 9112, 9.6),
and ends when the clients have gone or the patience has.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from socket import socket
from ssl import SSLContext
from time import monotonic

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from enfilade.server.scoreboard import ACCEPTED, CLOSED, Block


class DrainingServer(uvicorn.Server):
    """Leaves signals to the worker, and says when it is ready. ``context`` is for TLS."""

    context: SSLContext | None = None

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], object], block: Block
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._words = block.loop.words
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
        await super().startup(sockets)
        if self.started:  # older versions return when the lifespan has failed
            self._on_ready()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; true ends the server."""
        while self._posted:
            self._posted.popleft()()
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
        closing = (b"connection", b"close")
        self.config.encoded_headers.append(closing)
        # Not changed in place: answers under way have the list.
        self.server_state.default_headers = [*self.server_state.default_headers, closing]


def counting_protocol(block: Block) -> type[asyncio.Protocol]:
    """uvicorn's HTTP/1.1, with its connections counted on *block*."""

    class Counting(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            block.loop.count(ACCEPTED)
            super().connection_made(transport)

    return Counting
