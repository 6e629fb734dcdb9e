"""Uploaded files as views get them from ``request.FILES``."""

import os
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO, UnsupportedOperation
from types import TracebackType
from typing import Any, Self

from enfilade.conf import settings
from enfilade.exceptions import SuspiciousFileOperation
from enfilade.http.lazy import lazy

__all__ = [
    "File",
    "InMemoryUploadedFile",
    "SimpleUploadedFile",
    "TemporaryUploadedFile",
    "UploadedFile",
]

LONGEST_EXTENSION = 32
"""Characters, with the dot, of what a temporary file keeps of the client's name: enough for any
type of file, and never too much for a file system."""

_OF_THE_FILE = frozenset(
    {
        *("read", "readinto", "readline", "readlines", "write", "writelines"),
        *("seek", "tell", "truncate", "flush", "fileno", "isatty", "encoding", "newlines"),
    }
)


class File:
    """An open file with a name, a size, and a way to read it in chunks.

    Reading, writing and seeking are those of ``file`` itself.
    """

    DEFAULT_CHUNK_SIZE = 65536

    name: str | None

    def __init__(self, file: Any, name: str | None = None) -> None:
        self.file = file
        self.name = getattr(file, "name", None) if name is None else name
        if hasattr(file, "mode"):
            self.mode = file.mode

    def read(self, size: int = -1) -> bytes:
        """So many bytes from the position on, by default all."""
        content: bytes = self.file.read(size)
        return content

    def __getattr__(self, name: str) -> Any:
        if name in _OF_THE_FILE:
            return getattr(self.file, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __str__(self) -> str:
        return self.name or ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name or 'None'}>"

    def __bool__(self) -> bool:
        return bool(self.name)

    def __len__(self) -> int:
        return self.size or 0

    @lazy
    def size(self) -> int | None:
        """In bytes."""
        if hasattr(self.file, "size"):
            size: int = self.file.size
            return size
        position = self.file.tell()
        size = self.file.seek(0, os.SEEK_END)
        self.file.seek(position)
        return size

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return not self.file or self.file.closed

    def readable(self) -> bool:
        """Whether it can be read."""
        return not self.closed and self.file.readable()

    def writable(self) -> bool:
        """Whether it can be written to."""
        return not self.closed and self.file.writable()

    def seekable(self) -> bool:
        """Whether it has positions."""
        return not self.closed and self.file.seekable()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The content from the beginning, *chunk_size* bytes (64 KiB) at a time."""
        size = chunk_size or self.DEFAULT_CHUNK_SIZE
        with suppress(AttributeError, UnsupportedOperation):
            self.seek(0)
        while data := self.read(size):
            yield data

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        """Whether :meth:`chunks` gives more than one."""
        return len(self) > (chunk_size or self.DEFAULT_CHUNK_SIZE)

    def __iter__(self) -> Iterator[bytes]:
        """The lines, ended by LF, CR or CR LF."""
        pieces: list[bytes] = []  # of a line that may go on; joined once, however long it gets
        for chunk in filter(None, self.chunks()):
            if pieces and _ends_line(pieces[-1], chunk):
                yield b"".join(pieces)
                pieces.clear()
            *lines, last = chunk.splitlines(keepends=True)
            for line in lines:
                yield b"".join((*pieces, line))
                pieces.clear()
            pieces.append(last)
        if pieces:
            yield b"".join(pieces)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def open(self, mode: str | None = None) -> Self:
        """Go back to the beginning, opening the file again if it is closed."""
        if not self.closed:
            self.seek(0)
        elif self.name and os.path.exists(self.name):  # noqa: PTH110
            self.file = open(self.name, mode or self.mode)  # noqa: SIM115, PTH123
        else:
            raise ValueError("The file cannot be reopened.")
        return self

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _ends_line(piece: bytes, following: bytes) -> bool:
    return piece.endswith(b"\n") or (piece.endswith(b"\r") and not following.startswith(b"\n"))


def _safe_name(name: str) -> str:
    """The last part of *name*, at most 255 characters long."""
    name = os.path.basename(name)  # noqa: PTH119
    if len(name) > 255:
        name, extension = os.path.splitext(name)  # noqa: PTH122
        extension = extension[:255]
        name = name[: 255 - len(extension)] + extension
    if name in {"", ".", ".."}:
        raise SuspiciousFileOperation(f"Could not derive file name from '{name}'")
    return name


class UploadedFile(File):
    """A file that a client sent, with what the client says about it.

    ``name`` is without folders; :exc:`~enfilade.exceptions.SuspiciousFileOperation` for one
    that is nothing else. ``content_type_extra`` has the parameters of ``content_type``, as
    bytes. None of it is to be trusted.
    """

    def __init__(
        self,
        file: Any = None,
        name: str | None = None,
        content_type: str | None = None,
        size: int | None = None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        super().__init__(file, name)
        self.size = size
        self.content_type = content_type
        self.charset = charset
        self.content_type_extra = content_type_extra

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.name} ({self.content_type})>"

    @property
    def name(self) -> str | None:
        """The file's name as the client gave it, without folders."""
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = None if name is None else _safe_name(name)


class TemporaryUploadedFile(UploadedFile):
    """An upload on disk, deleted when it is closed."""

    def __init__(
        self,
        name: str,
        content_type: str | None,
        size: int | None,
        charset: str | None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        from tempfile import NamedTemporaryFile

        extension = os.path.splitext(name)[1]  # noqa: PTH122
        suffix = ".upload" + (extension if len(extension) <= LONGEST_EXTENSION else "")
        file = NamedTemporaryFile(suffix=suffix, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
        super().__init__(file, name, content_type, size, charset, content_type_extra)

    def temporary_file_path(self) -> str:
        """Where it is."""
        path: str = self.file.name
        return path

    def close(self) -> None:
        """Close and delete the file, if nobody has moved it away."""
        with suppress(FileNotFoundError):
            self.file.close()


class InMemoryUploadedFile(UploadedFile):
    """An upload in memory."""

    def __init__(
        self, file: Any, field_name: str | None, name: str | None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(file, name, *args, **kwargs)
        self.field_name = field_name

    def open(self, mode: str | None = None) -> Self:
        """Go back to the beginning."""
        self.file.seek(0)
        return self

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The content, in one piece."""
        self.file.seek(0)
        yield self.read()

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:
        """Never."""
        return False


class SimpleUploadedFile(InMemoryUploadedFile):
    """A file made of *content*, for tests."""

    def __init__(self, name: str, content: bytes | None, content_type: str = "text/plain") -> None:
        content = content or b""
        super().__init__(BytesIO(content), None, name, content_type, len(content))

    @classmethod
    def from_dict(cls, file_dict: dict[str, Any]) -> Self:
        """Of a dict with ``filename``, ``content`` and perhaps ``content-type``."""
        content_type = file_dict.get("content-type", "text/plain")
        return cls(file_dict["filename"], file_dict["content"], content_type)
