"""What is on its way to one client: written by an application thread, finished by the loop.

The application's thread tries the socket itself, which is all that most answers need. What the
kernel does not take waits here and the loop sends it as the client reads. A thread that brings
more while :data:`HIGH_WATER` bytes wait is held until the client has caught up, so a slow reader
costs at most that and one block of its answer; a thread that has brought its last block is free.
"""

import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from itertools import islice, takewhile

from enfilade.exceptions import TransportLost
from enfilade.gateway.file_range import FileRange
from enfilade.server.loop.transport import Transport

HIGH_WATER = 64 * 1024

FILE_BLOCK = 1024 * 1024
"""Of a file at most so much in one turn: others have files on their way too."""

MSG_MORE: int = getattr(socket, "MSG_MORE", 0)
_BLOCKS = 64  # in one sendmsg(2); far below any IOV_MAX


class Outgoing:
    """The sending half of a connection.

    ``lock`` is the connection's; :meth:`send` takes it, the other methods are called with it
    held. ``on_wait`` is called, with the lock held, when bytes are left for the loop to send.
    Files are read and sent in blocks where ``sends_files`` is false: what goes through a socket
    that encrypts cannot be sent by the kernel.
    """

    __slots__ = (
        "_blocks", "_caught_up", "_on_wait", "_socket", "lock", "lost", "pending", "sends_files",
        "unsent",
    )  # fmt: skip

    def __init__(
        self, sock: Transport, lock: threading.Lock, on_wait: Callable[[], object]
    ) -> None:
        self.lock = lock
        self.lost = False
        self.pending = 0
        self.unsent = 0  # bytes that were dropped when the client went
        self.sends_files = hasattr(os, "sendfile")
        self._socket = sock
        self._on_wait = on_wait
        self._blocks: deque[memoryview | FileRange] = deque()
        self._caught_up: threading.Condition | None = None

    def put(self, data: bytes, *, more: bool = False) -> None:
        """Send what the kernel takes of *data* at once and keep the rest; with *more* the kernel
        waits a moment for what follows, to send it in the same packet.

        Raises :exc:`TransportLost` if the client has gone.
        """
        if self.lost:
            raise TransportLost("the client has closed the connection")
        sent = 0
        if not self.pending:
            sent = self._try(data, MSG_MORE if more else 0)
            if sent == len(data):
                return
            self._on_wait()
        self._blocks.append(memoryview(data)[sent:])
        self.pending += len(data) - sent

    def put_file(self, part: FileRange) -> None:
        """Send what the kernel takes of *part*, which becomes the connection's, and keep the
        rest. As many bytes of memory as it has are not needed at any time.

        Raises :exc:`TransportLost` if the client has gone, or if the file has become shorter:
        nobody may take what is there for all of it.
        """
        if self.lost:
            raise TransportLost("the client has closed the connection")
        self._blocks.append(part)
        waits = self.pending > 0
        self.pending += part.size
        if not waits:
            self.flush()
            if self.lost:
                raise TransportLost("the file could not be sent to its end")
            if self.pending:
                self._on_wait()

    def wait_for_room(self) -> None:
        """Hold the calling thread while too much waits. The write deadline ends every wait."""
        if self._caught_up is None:
            self._caught_up = threading.Condition(self.lock)
        while self.pending > HIGH_WATER and not self.lost:
            self._caught_up.wait()

    def flush(self) -> None:
        """The socket is writable again: send what it takes; may set ``lost``."""
        first = self._blocks[0]
        try:
            if isinstance(first, FileRange):
                self._send_file(first)
            else:
                self._forget(self._socket.sendmsg(self._first_blocks()))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.lose()
        if self._caught_up is not None and self.pending <= HIGH_WATER:
            self._caught_up.notify_all()

    def lose(self) -> None:
        """The client has gone, or is given up: forget the rest and free a held thread."""
        self.lost = True
        self.unsent += self.pending
        self.pending = 0
        self._blocks.clear()
        if self._caught_up is not None:
            self._caught_up.notify_all()

    def _first_blocks(self) -> list[memoryview]:
        """What is in memory, up to the first file."""
        blocks = islice(self._blocks, _BLOCKS)
        return list(takewhile(lambda block: isinstance(block, memoryview), blocks))  # type: ignore[arg-type]

    def _send_file(self, part: FileRange) -> None:
        """Send some of *part*, which is the first block."""
        if not self.sends_files:
            self._load(part)
            return
        sent = part.send_to(self._socket, FILE_BLOCK)
        if not sent:
            self.lose()
        self.pending -= sent
        if not part.size:
            self._blocks.popleft()

    def _load(self, part: FileRange) -> None:
        """Put the next bytes of *part* before it, for a socket that encrypts what it sends."""
        block = part.read()
        if not block:
            self.lose()
            return
        if not part.size:
            self._blocks.popleft()
        self._blocks.appendleft(memoryview(block))
        self._forget(self._socket.send(block))

    def _try(self, data: bytes, flags: int) -> int:
        try:
            return self._socket.send(data, flags) if flags else self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self.lose()
            raise TransportLost("the client has closed the connection") from error

    def _forget(self, sent: int) -> None:
        self.pending -= sent
        blocks = self._blocks
        while sent:
            first = blocks[0]
            assert isinstance(first, memoryview)
            if sent < len(first):
                blocks[0] = first[sent:]
                return
            sent -= len(first)
            blocks.popleft()
