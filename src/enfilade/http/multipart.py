"""``multipart/form-data`` (RFC 7578): the form's fields and files.

The delimiters are found by the python-multipart library, which calls back for every part; what
a part is and where its data goes is decided in :mod:`enfilade.http.parts`.
"""

import re
from collections.abc import Iterator, Sequence
from sys import maxsize
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from enfilade.conf import settings
from enfilade.exceptions import MultiPartParserError, TooManyFieldsSent, TooManyFilesSent
from enfilade.http.parameters import parse_header_parameters
from enfilade.http.parts import (
    IGNORED,
    FieldSink,
    FileSink,
    MemoryBudget,
    Part,
    Sink,
    sanitize_file_name,
)
from enfilade.http.query import MultiValueDict, QueryDict
from enfilade.http.uploads import FileUploadHandler, SkipFile, StopUpload

__all__ = ["MAX_TOTAL_HEADER_SIZE", "MultiPartParser"]

MAX_TOTAL_HEADER_SIZE = 1024
"""Most bytes of header fields in one part."""

# RFC 2046, 5.1.1, grown from 70 characters to 201, which some clients use.
_BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")


def _parse_boundary(content_type: str) -> bytes:
    if not content_type.startswith("multipart/"):
        raise MultiPartParserError(f"Invalid Content-Type: {content_type}")
    if not content_type.isascii():
        raise MultiPartParserError(f"Invalid non-ASCII Content-Type in multipart: {content_type}")
    try:
        boundary = parse_header_parameters(content_type)[1].get("boundary")
    except ValueError as error:
        raise MultiPartParserError(f"Invalid Content-Type: {error}") from error
    if not boundary or not _BOUNDARY.fullmatch(boundary):
        raise MultiPartParserError(f"Invalid boundary in multipart: {boundary}")
    return boundary.encode("ascii")


def _parse_length(meta: dict[str, Any]) -> int | None:
    """``Content-Length``, ``None`` if there is none, as with a chunked body."""
    text = meta.get("CONTENT_LENGTH", "")
    if text in ("", None):
        return None
    try:
        length = int(text)
    except (TypeError, ValueError):
        return 0
    if length < 0:
        raise MultiPartParserError(f"Invalid content length: {length!r}")
    return length


class MultiPartParser:
    """Parses the form that *input_data* (anything with ``read``) gives.

    ``meta`` has ``CONTENT_TYPE`` with the boundary, and ``CONTENT_LENGTH``.
    """

    def __init__(
        self,
        meta: dict[str, Any],
        input_data: Any,
        upload_handlers: Sequence[FileUploadHandler],
        encoding: str | None = None,
    ) -> None:
        self._meta = meta
        self._input = input_data
        self._handlers = upload_handlers
        self._encoding: str = encoding or settings.DEFAULT_CHARSET
        self._boundary = _parse_boundary(meta.get("CONTENT_TYPE", ""))
        self._length = _parse_length(meta)

    def parse(self) -> tuple[QueryDict, MultiValueDict]:
        """``(POST, FILES)``, the former immutable.

        A form that breaks off gives what came before that. Raises
        :exc:`~enfilade.exceptions.MultiPartParserError` for a malformed one, and the
        exceptions of the ``DATA_UPLOAD_...`` limits.
        """
        if self._length == 0:
            return QueryDict(encoding=self._encoding), MultiValueDict()
        for handler in self._handlers:
            form = handler.handle_raw_input(
                self._input, self._meta, self._length, self._boundary, self._encoding
            )
            if form is not None:
                return form[0], form[1]
        return self._parse(_Form(self._handlers, self._encoding))

    def _parse(self, form: "_Form") -> tuple[QueryDict, MultiValueDict]:
        parser = form.parser(self._boundary)
        try:
            for chunk in self._chunks_from_first_delimiter():
                parser.write(chunk)
        except StopUpload as stop:
            form.close_unfinished()
            if not stop.connection_reset:
                self._exhaust()
        except Exception as error:
            form.close()
            if isinstance(error, FormParserError):
                raise MultiPartParserError(f"Malformed multipart body: {error}.") from error
            raise
        else:
            if form.in_file:
                for handler in self._handlers:
                    handler.upload_interrupted()
        any(handler.upload_complete() for handler in self._handlers)
        form.post._mutable = False
        return form.post, form.files

    def _chunks(self) -> Iterator[bytes]:
        # No handler gets more than its chunk_size at once.
        size = min((h.chunk_size for h in self._handlers if h.chunk_size), default=65536)
        return iter(lambda: self._input.read(size), b"")

    def _chunks_from_first_delimiter(self) -> Iterator[bytes]:
        """The body without its preamble, which nobody reads (RFC 2046, 5.1.1)."""
        delimiter = b"\r\n--" + self._boundary
        chunks = self._chunks()
        seen = b"\r\n"  # the body begins at the beginning of a line
        for chunk in chunks:
            seen += chunk
            place = seen.find(delimiter)
            if place >= 0:
                yield seen[place + 2 :]
                yield from chunks
                return
            seen = seen[-len(delimiter) :]
        if not delimiter.startswith(seen):  # else the body broke off
            raise MultiPartParserError("Malformed multipart body: its boundary does not occur.")

    def _exhaust(self) -> None:
        """Read to the end: a client that is still sending would not read the response."""
        for _ in self._chunks():
            pass


class _Form:
    """The form under construction; its methods are the callbacks of the library's parser."""

    def __init__(self, handlers: Sequence[FileUploadHandler], encoding: str) -> None:
        self._handlers = handlers
        self._encoding = encoding
        self.post = QueryDict(mutable=True, encoding=encoding)
        self.files = MultiValueDict()
        self._budget = MemoryBudget(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        self._fields_left = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        self._files_left = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        self._sink = IGNORED
        self._begin_part()

    @property
    def in_file(self) -> bool:
        """Whether a file has begun and not ended."""
        return isinstance(self._sink, FileSink)

    def parser(self, boundary: bytes) -> MultipartParser:
        """The library's parser, calling this form back."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._take_name,
                "on_header_value": self._take_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open_sink,
                "on_part_data": self._take_data,
                "on_part_end": self._end_part,
            },
            # _count_header limits all of them together.
            max_header_count=maxsize,
            max_header_size=maxsize,
        )

    def _begin_part(self) -> None:
        self._part = Part(self._encoding)
        self._name = self._value = b""
        self._header_size = 4  # the ends of the delimiter's line and of the empty one

    def _take_name(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._name += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._count_header(end - start)
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._count_header(4)  # ": " and the line's end
        self._part.add(self._name, self._value)
        self._name = self._value = b""

    def _count_header(self, size: int) -> None:
        self._header_size += size
        if self._header_size > MAX_TOTAL_HEADER_SIZE:
            raise MultiPartParserError("Request max total header size exceeded.")

    def _open_sink(self) -> None:
        part = self._part
        if part.file_name is None:
            self._sink = self._field_sink(part)
        else:
            try:
                self._sink = self._file_sink(part, part.file_name)
            except SkipFile:
                self._skip()

    def _field_sink(self, part: Part) -> Sink:
        if self._fields_left is not None:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise TooManyFieldsSent(
                    "The number of GET/POST parameters exceeded "
                    "settings.DATA_UPLOAD_MAX_NUMBER_FIELDS."
                )
        name = part.name
        return IGNORED if name is None else FieldSink(part, name, self.post, self._budget)

    def _file_sink(self, part: Part, file_name: str) -> Sink:
        if self._files_left is not None:
            self._files_left -= 1
            if self._files_left < 0:
                raise TooManyFilesSent(
                    "The number of files exceeded settings.DATA_UPLOAD_MAX_NUMBER_FILES."
                )
        safe_name = sanitize_file_name(file_name)
        if part.name is None or safe_name is None:
            return IGNORED
        return FileSink(part, part.name, safe_name, self._handlers, self.files)

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        try:
            self._sink.write(data[start:end])
        except SkipFile:
            self._skip()

    def _end_part(self) -> None:
        sink, self._sink = self._sink, IGNORED
        sink.finish()

    def _skip(self) -> None:
        self._sink = IGNORED
        self.close_unfinished()

    def close_unfinished(self) -> None:
        """Close the file that each handler is at, by custom its attribute ``file``; it may still
        be the one before, which is complete and in ``files``."""
        complete = [file for _, files in self.files.lists() for file in files]
        kept = {id(each) for file in complete for each in (file, getattr(file, "file", None))}
        for handler in self._handlers:
            if hasattr(handler, "file") and id(handler.file) not in kept:
                handler.file.close()

    def close(self) -> None:
        """Close every file, since nobody is going to get them."""
        for _, files in self.files.lists():
            for file in files:
                file.close()
        self.close_unfinished()
