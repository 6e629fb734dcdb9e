"""``wsgi.input``, as far as it belongs to this request."""

from io import IOBase
from typing import Any

__all__ = ["LimitedStream"]


class LimitedStream(IOBase):
    """The first ``limit`` bytes of a stream: PEP 3333 lets an application read no further.

    ``None`` is for a stream that ends where the body ends.
    """

    def __init__(self, stream: Any, limit: int | None) -> None:
        self._stream = stream
        self._left = limit

    def _take(self, read: Any, size: int | None) -> bytes:
        if size is None:
            size = -1
        if self._left is None:
            return read(size)  # type: ignore[no-any-return]
        if self._left <= 0:
            return b""
        data: bytes = read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def read(self, size: int | None = -1, /) -> bytes:
        """At most *size* bytes; all that is left by default."""
        return self._take(self._stream.read, size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """A line, or its first *size* bytes."""
        return self._take(self._stream.readline, size)
