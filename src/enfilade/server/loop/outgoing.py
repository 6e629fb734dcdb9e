"""What is on its way to one client: written by an application thread, finished by the loop.

The application's thread tries the socket itself, which is all that most answers need. What the
kernel does not take waits here and the loop sends it as the client reads. A thread that brings
more while :data:`HIGH_WATER` bytes wait is held until the client has caught up, so a slow reader
costs at most that and one block of its answer; a thread that has brought its last block is free.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable
from itertools import islice

from enfilade.exceptions import TransportLost

HIGH_WATER = 64 * 1024
_BLOCKS = 64  # in one sendmsg(2); far below any IOV_MAX


class Outgoing:
    """The sending half of a connection.

    ``lock`` is the connection's; :meth:`send` takes it, the other methods are called with it
    held. ``on_wait`` is called, with the lock held, when bytes are left for the loop to send.
    """

    __slots__ = ("_blocks", "_caught_up", "_on_wait", "_socket", "lock", "lost", "pending")

    def __init__(
        self, sock: socket.socket, lock: threading.Lock, on_wait: Callable[[], object]
    ) -> None:
        self.lock = lock
        self.lost = False
        self.pending = 0
        self._socket = sock
        self._on_wait = on_wait
        self._blocks: deque[memoryview] = deque()
        self._caught_up: threading.Condition | None = None

    def put(self, data: bytes) -> None:
        """Send what the kernel takes of *data* at once and keep the rest.

        Raises :exc:`TransportLost` if the client has gone.
        """
        if self.lost:
            raise TransportLost("the client has closed the connection")
        sent = 0
        if not self.pending:
            sent = self._try(data)
            if sent == len(data):
                return
            self._on_wait()
        self._blocks.append(memoryview(data)[sent:])
        self.pending += len(data) - sent

    def wait_for_room(self) -> None:
        """Hold the calling thread while too much waits. The write deadline ends every wait."""
        if self._caught_up is None:
            self._caught_up = threading.Condition(self.lock)
        while self.pending > HIGH_WATER and not self.lost:
            self._caught_up.wait()

    def flush(self) -> None:
        """The socket is writable again: send what it takes; may set ``lost``."""
        try:
            self._forget(self._socket.sendmsg(tuple(islice(self._blocks, _BLOCKS))))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.lose()
        if self._caught_up is not None and self.pending <= HIGH_WATER:
            self._caught_up.notify_all()

    def lose(self) -> None:
        """The client has gone, or is given up: forget the rest and free a held thread."""
        self.lost = True
        self.pending = 0
        self._blocks.clear()
        if self._caught_up is not None:
            self._caught_up.notify_all()

    def _try(self, data: bytes) -> int:
        try:
            return self._socket.send(data)
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
            if sent < len(first):
                blocks[0] = first[sent:]
                return
            sent -= len(first)
            blocks.popleft()
