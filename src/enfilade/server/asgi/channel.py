"""The transport below a connection: what it takes and gives, and by when."""

import asyncio
import socket
from contextlib import suppress
from struct import pack
from time import monotonic
from typing import Any

from enfilade.server.asgi.service import ASGIService
from enfilade.server.loop.deadlines import NEVER

RESET = pack("ii", 1, 0)
"""A socket that lingers for no time at all is reset when it is closed."""


class Channel(asyncio.Protocol):
    """One connection to *service*, whatever is spoken there.

    While the client does not read, no deadline counts but that of a reader: it has to take
    something now and then. All others begin anew when it reads again.
    """

    __slots__ = (
        "_has_paused", "_is_over", "_patience", "_room", "_transport", "_unsent", "deadline",
        "entry", "service",
    )  # fmt: skip

    def __init__(self, service: ASGIService) -> None:
        self.service = service
        self.deadline = self.entry = NEVER
        self._transport: Any = None
        self._has_paused = False
        self._is_over = False  # the last answer has been written
        self._room: asyncio.Future[None] | None = None
        self._unsent = 0  # bytes, when the client was last seen not to read
        self._patience = NEVER  # seconds until something must have happened

    # Reading ---------------------------------------------------------------------------------

    def _pause(self) -> None:
        if not self._has_paused:
            self._has_paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._has_paused:
            self._has_paused = False
            self._transport.resume_reading()

    # Writing ---------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        if self._room is None:
            self._room = self.service.loop.create_future()
            self._wait_for_reader()

    def resume_writing(self) -> None:
        if self._room is not None:
            room, self._room = self._room, None
            room.set_result(None)
            self._wait(self._patience)

    @property
    def is_full(self) -> bool:
        """Whether the client does not read as fast as the application writes."""
        return self._room is not None

    async def room(self) -> None:
        """Wait until it does."""
        while self._room is not None:
            await asyncio.shield(self._room)

    def write(self, data: bytes) -> None:
        """Send *data*, or keep it until the client reads."""
        self._transport.write(data)

    def abort(self) -> None:
        """End at once; a reset tells the client that what it has is not whole."""
        self._is_over = True
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._transport.abort()

    # Deadlines -------------------------------------------------------------------------------

    def _expire_in(self, seconds: float) -> None:
        """As :meth:`_wait`; an option's 0 means that there is no deadline."""
        self._wait(seconds or NEVER)

    def _wait(self, seconds: float) -> None:
        """Something has to happen within *seconds*."""
        self._patience = seconds
        if self._room is None:
            now = monotonic()
            self.service.deadlines.set(self, now + seconds, now)

    def _wait_for_reader(self) -> None:
        self._unsent = self._transport.get_write_buffer_size()
        now = monotonic()
        due = self.service.within(self.service.options.write_timeout, now)
        self.service.deadlines.set(self, due, now)

    def expire(self, now: float) -> None:
        """The deadline has passed."""
        unsent = self._transport.get_write_buffer_size()
        if self.is_full and unsent < self._unsent:
            self._wait_for_reader()
        elif self.is_full or (self._is_over and unsent):
            self.abort()
        elif self._is_over:
            self._transport.abort()  # what the kernel still has to send is not lost
        else:
            self._on_late()

    def _on_late(self) -> None:
        """What had to happen has not."""
        raise NotImplementedError
