"""``wsgi.file_wrapper``: an open file as a response body (PEP 3333, "Optional
Platform-Specific File Handling")."""

import io
import os
import stat
import sys
from collections.abc import Iterator
from typing import Protocol

from enfilade.gateway.file_range import BLOCK, FileRange, OpenFile


class Readable(Protocol):
    """All that an application must give; ``close()`` is called if there is one."""

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes, none at the end."""


class FileWrapper:
    """Iterate over *filelike* from its present position in blocks of *block_size* bytes."""

    __slots__ = ("_left", "block_size", "filelike")

    def __init__(self, filelike: Readable, block_size: int = BLOCK) -> None:
        self.filelike = filelike
        self.block_size = block_size
        self._left = sys.maxsize

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = self.filelike.read(min(self.block_size, self._left)) if self._left else b""
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def limit(self, length: int) -> None:
        """End after *length* bytes: a file that is longer than its Content-Length is no fault."""
        self._left = length

    def length(self) -> int | None:
        """How many bytes are left in a regular file; None if that cannot be known.

        A compressed file, say, has a descriptor too, but of other data than it reads as, so
        only what :func:`open` returns is believed, and a size of zero is not (``/proc``).
        """
        raw = getattr(self.filelike, "raw", self.filelike)
        if not isinstance(raw, io.FileIO):
            return None
        try:
            status = os.fstat(raw.fileno())
            left = status.st_size - self._position()
        except (OSError, ValueError):  # not seekable, or closed
            return None
        return min(left, self._left) if stat.S_ISREG(status.st_mode) and left > 0 else None

    def rest(self, length: int) -> FileRange:
        """The next *length* bytes, of a file whose length is known; they can still be read after
        :meth:`close`."""
        descriptor = os.dup(self.filelike.fileno())  # type: ignore[attr-defined]
        return FileRange(OpenFile(descriptor), self._position(), length)

    def _position(self) -> int:
        return int(self.filelike.tell())  # type: ignore[attr-defined]

    def close(self) -> None:
        """Close the file if it can be closed."""
        close = getattr(self.filelike, "close", None)
        if close is not None:
            close()
