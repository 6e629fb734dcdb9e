"""The server's own protocol for ASGI applications, with a wire that is only in memory."""

import asyncio
from dataclasses import dataclass
from typing import Any

from enfilade.exceptions import TransportLost
from enfilade.explain.walk.reader import Reader
from enfilade.explain.walk.witness import Witness
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import ResponseWriter
from enfilade.server.asgi import ASGIService, Connection
from enfilade.trace import Trace


@dataclass(slots=True, kw_only=True)
class WatchedService(ASGIService):
    """Has its one request traced by *witness*."""

    witness: Witness

    def begin_trace(self, head: RequestHead, peer: str) -> Trace:
        """The trace that looks at everything."""
        return self.witness


class Wire(asyncio.Transport):
    """What *connection* writes is ``left``, until *reader* has had enough; *ends* is what is known
    of both ends, by the names of :meth:`asyncio.BaseTransport.get_extra_info`."""

    def __init__(self, connection: Connection, reader: Reader, ends: dict[str, Any]) -> None:
        super().__init__(ends)
        self.left = b""
        self._connection = connection
        self._reader = reader

    def write(self, data: Any) -> None:
        if self._reader.gone:
            return
        try:
            self._reader.read(len(data))
        except TransportLost:
            self._connection.connection_lost(None)
        else:
            self.left += data

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to be closed."""

    abort = pause_reading = resume_reading = close


async def carry(
    service: WatchedService, reader: Reader, data: bytes, ends: dict[str, Any]
) -> tuple[bytes, ResponseWriter | None]:
    """Bring *data*, a whole request, to *service*: what leaves, and what has written it."""
    service.loop = asyncio.get_running_loop()
    connection = Connection(service)
    wire = Wire(connection, reader, ends)
    connection.connection_made(wire)
    connection.data_received(data)
    exchange = connection.exchange
    while service.tasks:
        await asyncio.wait(set(service.tasks))
    return wire.left, exchange.writer if exchange is not None else None
