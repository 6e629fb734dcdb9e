"""A socket with TLS in front of it, in the shape of a non-blocking socket.

OpenSSL works on memory here and never sees the socket: so what has been received before a
handshake was begun can be given to it, and a record that the kernel has taken half of is ours to
finish. The loop reads while an application's thread writes, and OpenSSL allows only one of them
at a time, so each call takes a lock; none of them waits with it.
"""

import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

BATCH = 64 * 1024
"""Bytes to encrypt before the kernel is asked to take them: four records (RFC 8446, 5.1)."""

RECORD = 16 * 1024


class Secured:
    """*sock* under TLS by *context*; first :meth:`shake_hands`, then it is a transport.

    ``ended`` is true once the client has said that it sends no more (close_notify).
    """

    __slots__ = (
        "_incoming", "_lock", "_outgoing", "_owed", "_sealed", "_silent", "_socket", "connection",
        "ended",
    )  # fmt: skip

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self.ended = False
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.connection = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._socket = sock
        self._lock = threading.Lock()
        self._sealed = memoryview(b"")  # records that the kernel has not taken
        self._owed = 0  # bytes of a caller that are in them
        self._silent = False

    def fileno(self) -> int:
        return self._socket.fileno()

    def setsockopt(self, level: int, name: int, value: bytes) -> None:
        self._socket.setsockopt(level, name, value)

    # The handshake ---------------------------------------------------------------------------

    def shake_hands(self, data: bytes) -> tuple[bool, bytes]:
        """Go on with the handshake by *data*; whether it is complete, and what to send.

        Raises :exc:`ssl.SSLError`; :meth:`alert` is then what to send. What *data* has beyond
        the handshake is kept for :meth:`recv`.
        """
        self._incoming.write(data)
        try:
            self.connection.do_handshake()
        except ssl.SSLWantReadError:
            return False, self._outgoing.read()
        return True, self._outgoing.read()

    def alert(self) -> bytes:
        """What tells the client why its handshake has failed; perhaps nothing."""
        return self._outgoing.read()

    # Receiving -------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """All that can be decrypted; ``b""`` when the client has ended its half.

        An end of the connection that the client has not announced may be an attacker's, who
        cannot forge that, so it is :exc:`ConnectionAbortedError` (RFC 8446, 6.1).
        """
        with self._lock:
            while True:
                data = self._open()
                if data or self.ended:
                    return data
                records = self._socket.recv(size)
                if not records:
                    raise ConnectionAbortedError("the client has cut its TLS connection off")
                self._incoming.write(records)

    def _open(self) -> bytes:
        parts = []
        try:
            while not self.ended:
                part = self.connection.read(RECORD)
                parts.append(part)
                self.ended = not part
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.ended = True
        if self._outgoing.pending and not self._sealed:
            self._push()  # the answer to a new key; whatever is sent next takes it along otherwise
        return b"".join(parts)

    # Sending ---------------------------------------------------------------------------------

    def send(self, data: "ReadableBuffer", _flags: int = 0) -> int:
        """How many bytes the kernel has, encrypted; :exc:`BlockingIOError` for none at all.

        Of what was encrypted and could not be sent the caller does not hear: it brings the same
        bytes again, and then they are counted.
        """
        view = memoryview(data)
        sent = 0
        with self._lock:
            while sent < len(view):
                if not self._owed:
                    self._seal(view[sent : sent + BATCH])
                if not self._push():
                    break
                sent += self._owed
                self._owed = 0
        if not sent and len(view):
            raise BlockingIOError
        return sent

    def sendmsg(self, blocks: Iterable["ReadableBuffer"]) -> int:
        """:meth:`send` for each of *blocks*, as far as that goes."""
        total = 0
        for block in blocks:
            try:
                sent = self.send(block)
            except BlockingIOError:
                break
            total += sent
            if sent < len(memoryview(block)):
                break
        if not total:
            raise BlockingIOError
        return total

    def _seal(self, view: memoryview) -> None:
        while self._owed < len(view):
            self._owed += self.connection.write(view[self._owed :])

    def _push(self) -> bool:
        """Give the kernel what it takes; whether that was all."""
        if self._outgoing.pending:
            self._sealed = memoryview(bytes(self._sealed) + self._outgoing.read())
        while self._sealed:
            try:
                sent = self._socket.send(self._sealed)
            except (BlockingIOError, InterruptedError):
                return False
            self._sealed = self._sealed[sent:]
        return True

    # The end ---------------------------------------------------------------------------------

    def be_silent(self) -> None:
        """Have :meth:`close` not tell the client that it has got everything."""
        self._silent = True

    def shutdown(self, how: int) -> None:
        """Tell the client, inside TLS and outside of it, that nothing more will come."""
        self._notify()
        self._socket.shutdown(how)

    def close(self) -> None:
        """Close the socket, after a word about it if the client can be told."""
        if not self._silent:
            self._notify()
        self._socket.close()

    def _notify(self) -> None:
        with self._lock:
            self._silent = True
            with suppress(ssl.SSLError):
                self.connection.unwrap()  # it would wait for the client's, which may never come
            with suppress(OSError):
                self._push()
