"""Parts of a file as the body of a 206 response (RFC 9110, 15.3.7): one, or several one after
the other as ``multipart/byteranges`` (14.6)."""

import io
import secrets
from collections import deque
from collections.abc import Iterable
from typing import Any, Protocol

from enfilade.http.ranges import ByteRange

__all__ = ["PartialContent", "one_part", "several_parts"]

Fields = dict[str, str]


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class PartialContent:
    """Readables one after the other, as one file that can be read once.

    ``length`` is in bytes. It can stand in for an open file with ``wsgi.file_wrapper``.
    """

    def __init__(self, parts: Iterable[_Readable], length: int) -> None:
        self._parts = deque(parts)
        self.length = length

    def read(self, size: int = -1) -> bytes:
        """Up to *size* bytes, none at the end; without a size, all that is left."""
        if size < 0:
            parts, self._parts = self._parts, deque()
            return b"".join(part.read(-1) for part in parts)
        while self._parts:
            block = self._parts[0].read(size)
            if block:
                return block
            self._parts.popleft()
        return b""

    def close(self) -> None:
        """Nothing: the file belongs to the response."""


class _Slice:
    """So many bytes of *file* from position *first*; sought when reading begins."""

    def __init__(self, file: Any, first: int, length: int) -> None:
        self._file = file
        self._first: int | None = first
        self._left = length

    def read(self, size: int, /) -> bytes:
        if self._first is not None:
            self._file.seek(self._first)
            self._first = None
        block: bytes = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block


def one_part(
    file: Any, start: int, wanted: ByteRange, complete: int
) -> tuple[Fields, PartialContent]:
    """The fields and the content of one part of *file*, whose representation of *complete* bytes
    begins at position *start*."""
    part = _Slice(file, start + wanted.first, wanted.length)
    fields = {"Content-Range": wanted.content_range(complete)}
    return fields, PartialContent([part], wanted.length)


def several_parts(
    file: Any, start: int, ranges: list[ByteRange], complete: int, content_type: str | None
) -> tuple[Fields, PartialContent]:
    """The same for several parts; each says its range and the *content_type* of the whole."""
    boundary = secrets.token_hex(16)
    type_line = f"Content-Type: {content_type}\r\n" if content_type else ""
    readables: list[_Readable] = []
    length = 0
    line_break = ""
    for each in ranges:
        heading = (
            f"{line_break}--{boundary}\r\n{type_line}"
            f"Content-Range: {each.content_range(complete)}\r\n\r\n"
        ).encode("latin-1")
        readables += [io.BytesIO(heading), _Slice(file, start + each.first, each.length)]
        length += len(heading) + each.length
        line_break = "\r\n"
    end = f"\r\n--{boundary}--\r\n".encode()
    readables.append(io.BytesIO(end))
    fields = {"Content-Type": f"multipart/byteranges; boundary={boundary}"}
    return fields, PartialContent(readables, length + len(end))
