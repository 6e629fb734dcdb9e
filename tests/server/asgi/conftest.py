"""Connections of ASGI on real sockets, served in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from enfilade.gateway.forwarded import Proxies
from enfilade.server.access import AccessRecord
from enfilade.server.asgi import ASGIService, Connection
from enfilade.server.loop.loop import build_policy
from enfilade.server.options import Options
from enfilade.server.scoreboard import private_block


class Client:
    """One connection to the server under test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: bool = True) -> tuple[bytes, dict[bytes, bytes], bytes]:
        """Status line, fields and body of the next answer, however it is framed."""
        async with asyncio.timeout(30):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, *lines = head[:-4].split(b"\r\n")
            pairs = (line.split(b": ", 1) for line in lines)
            fields = {name.lower(): value for name, value in pairs}
            if not body:
                return status, fields, b""
            if b"content-length" in fields:
                size = int(fields[b"content-length"])
                return status, fields, await self.reader.readexactly(size)
            if fields.get(b"transfer-encoding") == b"chunked":
                return status, fields, await self._chunks()
            return status, fields, await self.reader.read()

    async def _chunks(self) -> bytes:
        found = []
        while size := int(await self.reader.readline(), 16):
            found.append(await self.reader.readexactly(size))
            assert await self.reader.readexactly(2) == b"\r\n"
        assert await self.reader.readexactly(2) == b"\r\n"
        return b"".join(found)

    async def rest(self) -> bytes:
        """All that still comes until the server closes."""
        async with asyncio.timeout(30):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b"reset"


class Served:
    """A server at ``port``, what it has told the access log, and clients of it."""

    def __init__(self, service: ASGIService, port: int, records: list[AccessRecord]) -> None:
        self.service, self.port, self.records = service, port, records
        self.clients: list[Client] = []

    async def connect(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        return client

    async def ask(self, data: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
        """The answer to *data* on a connection of its own."""
        client = await self.connect()
        await client.say(data)
        return await client.answer(body=not data.startswith(b"HEAD"))

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.01)


Serve = Callable[..., Any]


@pytest.fixture
def serve() -> Serve:
    """``async with serve(application, option=value…) as served``."""

    @asynccontextmanager
    async def serve(
        application: Callable[..., Awaitable[None]], **chosen: Any
    ) -> AsyncIterator[Served]:
        options = Options(application="x:y", **chosen)
        records: list[AccessRecord] = []
        service = ASGIService(
            application=application,
            options=options,
            policy=build_policy(options),
            block=private_block(4),
            proxies=Proxies(options.trusted_proxies, options.forwarded),
            access=records.append,
        )
        service.loop = asyncio.get_running_loop()
        server = await service.loop.create_server(lambda: Connection(service), "127.0.0.1", 0)
        looking = asyncio.create_task(look(service))
        served = Served(service, server.sockets[0].getsockname()[1], records)
        try:
            yield served
        finally:
            looking.cancel()
            for client in served.clients:
                client.writer.transport.abort()
            await served.until(lambda: not service.connections)
            await served.until(lambda: not service.tasks)
            server.close()

    return serve


async def look(service: ASGIService) -> None:
    while True:
        await asyncio.sleep(0.02)
        service.look()
