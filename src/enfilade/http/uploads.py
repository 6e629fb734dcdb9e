"""Upload handlers: who takes the data of uploaded files while they arrive.

``FILE_UPLOAD_HANDLERS`` names them in order; each may keep a chunk, pass it on changed, or end
the matter with one of the exceptions here. The protocol is Django's.
"""

import functools
import os
from io import BytesIO, UnsupportedOperation
from typing import Any, ClassVar

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.http.uploaded_files import (
    File,
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
    UploadedFile,
)

__all__ = [
    "File",
    "FileUploadHandler",
    "InMemoryUploadedFile",
    "MemoryFileUploadHandler",
    "SimpleUploadedFile",
    "SkipFile",
    "StopFutureHandlers",
    "StopUpload",
    "TemporaryFileUploadHandler",
    "TemporaryUploadedFile",
    "UploadFileException",
    "UploadedFile",
    "load_handler",
]


class UploadFileException(Exception):
    """A handler's decision about an upload."""


class StopUpload(UploadFileException):
    """The upload is over; with ``connection_reset`` the rest of it is not even read."""

    def __init__(self, connection_reset: bool = False) -> None:
        super().__init__(connection_reset)
        self.connection_reset = connection_reset

    def __str__(self) -> str:
        if self.connection_reset:
            return "StopUpload: Halt current upload."
        return "StopUpload: Consume request data, then halt."


class SkipFile(UploadFileException):
    """This file is not wanted."""


class StopFutureHandlers(UploadFileException):
    """The handlers after this one need not know of this file."""


class FileUploadHandler:
    """Takes the files of one request, one after another."""

    chunk_size: ClassVar[int] = 65536

    def __init__(self, request: Any = None) -> None:
        self.request = request
        self.field_name: str | None = None
        self.file_name: str | None = None
        self.content_type: str | None = None
        self.content_length: int | None = None
        self.charset: str | None = None
        self.content_type_extra: dict[str, bytes] | None = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803
        content_length: int | None,
        boundary: bytes,
        encoding: str | None = None,
    ) -> Any:
        """Called before anything is parsed; may parse itself and return ``(POST, FILES)``.

        ``content_length`` is in bytes, ``None`` where it is not known.
        """

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        """A file begins; the arguments are what the client says about it."""
        self.field_name = field_name
        self.file_name = file_name
        self.content_type = content_type
        self.content_length = content_length
        self.charset = charset
        self.content_type_extra = content_type_extra

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Some of the file, from byte *start*; what is returned goes to the next handler."""
        raise NotImplementedError(
            "subclasses of FileUploadHandler must provide a receive_data_chunk() method"
        )

    def file_complete(self, file_size: int) -> Any:
        """The file has ended; the first handler that returns one provides ``FILES``."""
        raise NotImplementedError(
            "subclasses of FileUploadHandler must provide a file_complete() method"
        )

    def upload_complete(self) -> Any:
        """The form has ended."""

    def upload_interrupted(self) -> Any:
        """The form broke off in the middle of a file."""


class TemporaryFileUploadHandler(FileUploadHandler):
    """Writes every file to disk."""

    file: TemporaryUploadedFile

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = TemporaryUploadedFile(
            self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.file.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> TemporaryUploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


class MemoryFileUploadHandler(FileUploadHandler):
    """Keeps files in memory if the whole form is at most ``FILE_UPLOAD_MAX_MEMORY_SIZE``."""

    file: BytesIO
    activated = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803
        content_length: int | None,
        boundary: bytes,
        encoding: str | None = None,
    ) -> None:
        stream = getattr(input_data, "_stream", input_data)
        try:
            # What is there counts more than what the client says is there.
            content_length = stream.seek(0, os.SEEK_END)
            stream.seek(0)
        except (UnsupportedOperation, AttributeError):
            pass
        limit = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        self.activated = content_length is not None and content_length <= limit

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.activated:
            self.file = BytesIO()
            raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.activated:
            return raw_data
        self.file.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if not self.activated:
            return None
        self.file.seek(0)
        return InMemoryUploadedFile(
            self.file,
            self.field_name,
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )


def load_handler(path: str, *args: Any, **kwargs: Any) -> FileUploadHandler:
    """An instance of the class that *path* names, made with the other arguments.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if it cannot be imported.
    """
    return _handler_class(path)(*args, **kwargs)


@functools.cache
def _handler_class(path: str) -> type[FileUploadHandler]:
    hint = "It is a list of dotted paths of classes."
    found: type[FileUploadHandler] = import_named(path, "FILE_UPLOAD_HANDLERS", hint)
    return found
