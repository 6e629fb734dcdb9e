"""A part of an open file as (a part of) a body, which whoever has the socket sends as it can:
with ``sendfile(2)``, or read into memory where the bytes have to be encrypted first."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import HasFileno

BLOCK = 64 * 1024


class OpenFile:
    """A descriptor that is closed when nobody holds this object any more: neither a cache nor an
    answer under way, whichever is the last."""

    __slots__ = ("descriptor",)

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self, _close=os.close) -> None:  # type: ignore[no-untyped-def]
        _close(self.descriptor)

    def status(self) -> os.stat_result:
        """What ``fstat(2)`` says."""
        return os.fstat(self.descriptor)

    def is_regular(self) -> bool:
        """Whether it is a file that has bytes: no folder, device, pipe or socket."""
        return stat.S_ISREG(self.status().st_mode)


class FileRange:
    """*size* bytes of *file* from *offset*; reading and sending move ``offset`` and ``size``."""

    __slots__ = ("file", "offset", "size")

    def __init__(self, file: OpenFile, offset: int, size: int) -> None:
        self.file = file
        self.offset = offset
        self.size = size

    def __len__(self) -> int:
        return self.size

    def copy(self) -> "FileRange":
        """The same bytes, for another answer."""
        return FileRange(self.file, self.offset, self.size)

    def read(self, most: int = BLOCK) -> bytes:
        """Return up to *most* bytes; none at the end, or where the file has become shorter.

        Raises :exc:`OSError`.
        """
        return self._advance(os.pread(self.file.descriptor, min(most, self.size), self.offset))

    def send_to(self, sock: "HasFileno", most: int = sys.maxsize) -> int:
        """Have the kernel send up to *most* bytes; how many it took, 0 where the file has become
        shorter.

        Raises :exc:`BlockingIOError` when the socket takes nothing now, and :exc:`OSError`.
        """
        sent = os.sendfile(sock.fileno(), self.file.descriptor, self.offset, min(most, self.size))
        self.offset += sent
        self.size -= sent
        return sent

    def __iter__(self) -> Iterator[bytes]:
        """The bytes in blocks; :exc:`EOFError` if the file has become shorter."""
        while self.size:
            block = self.read()
            if not block:
                raise EOFError(f"the file is {self.size} bytes shorter than it was")
            yield block

    def _advance(self, block: bytes) -> bytes:
        self.offset += len(block)
        self.size -= len(block)
        return block


class FileBody:
    """A whole body of *length* bytes with files among its *pieces*, as a WSGI iterable: our
    server sends the files as they are, any other gets their bytes."""

    __slots__ = ("length", "pieces")

    def __init__(self, pieces: bytes | Sequence[bytes | FileRange], length: int) -> None:
        self.pieces = (pieces,) if isinstance(pieces, bytes) else tuple(pieces)
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece.copy()
