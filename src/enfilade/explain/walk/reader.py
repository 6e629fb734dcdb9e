"""The client of a walk, which reads for a while: a response may have no end."""

import asyncio
from time import monotonic
from typing import Final

from enfilade.exceptions import TransportLost
from enfilade.types import Message

MOST: Final = 1024 * 1024
"""Bytes that are read of a response."""

PATIENCE: Final = 5.0
"""Seconds for which it is read, from the first byte on."""


class Reader:
    """Reads until it has had enough, and then goes away, as clients do; ``gone`` says so."""

    def __init__(self) -> None:
        self.gone = False
        self._size = 0
        self._first = 0.0

    def read(self, size: int) -> None:
        """Read so many bytes more. Raises :exc:`~enfilade.exceptions.TransportLost` if the reader
        has gone."""
        now = monotonic()
        self._first = self._first or now
        self.gone = self.gone or self._size > MOST or now - self._first > PATIENCE
        if self.gone:
            raise TransportLost("whoever takes a walk has seen enough")
        self._size += size


class Client:
    """The same for an ASGI application: sends *body*, stays, and keeps the ``messages`` that
    come."""

    def __init__(self, body: bytes) -> None:
        self.reader = Reader()
        self.messages: list[Message] = []
        self._bodies = [body]
        self._gone = asyncio.Event()

    async def receive(self) -> Message:
        """The body, and when the reader has gone that."""
        if self._bodies:
            return {"type": "http.request", "body": self._bodies.pop(), "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take *message*; raises :exc:`OSError` if the reader has gone (ASGI 3, "Send")."""
        try:
            self.reader.read(len(message.get("body", b"")))
        except TransportLost as error:
            self._gone.set()
            raise OSError(str(error)) from None
        self.messages.append(message)

    @property
    def status(self) -> int:
        """That of the response; 500 is what uvicorn answers for an application that has none."""
        starts = (each for each in self.messages if each["type"] == "http.response.start")
        status: int = next(starts, {"status": 500})["status"]
        return status

    @property
    def size(self) -> int:
        """Bytes of the response's body."""
        return sum(len(each.get("body", b"")) for each in self.messages)
