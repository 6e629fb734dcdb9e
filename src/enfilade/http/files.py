"""File responses: an open file as the body, its size, type and name as header fields; on request
with its version, so that a client may ask whether it changed, or for a part of it."""

import io
import os
import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from enfilade.http.dates import http_date
from enfilade.http.response_base import HttpResponseBase
from enfilade.http.streaming import StreamingHttpResponse

if TYPE_CHECKING:
    from enfilade.http.request import HttpRequest

__all__ = ["FileResponse", "content_disposition_header"]

# The content of a quoted-string (RFC 9110, 5.6.4), before '"' and "\" are escaped.
_QUOTABLE = re.compile(r"[\t \x21-\x7e]*")

# A compressed file is sent as it is: with Content-Encoding, clients would decompress it.
_COMPRESSED_TYPES = {
    "br": "application/x-brotli",
    "bzip2": "application/x-bzip",
    "compress": "application/x-compress",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
}


class FileResponse(StreamingHttpResponse):
    """Stream *streaming_content*, an open binary file (or any iterator).

    ``Content-Length``, ``Content-Type`` (unless given) and ``Content-Disposition`` come from
    the file and from *filename*. The file is closed with the response.

    A *conditional* response has ``ETag`` and ``Last-Modified`` (of a regular file; of anything
    else if you set them), and the handler answers GET and HEAD by them: 304 or 412 where the
    request's conditions ask for that (RFC 9110, 13), 206 or 416 where it asks for parts (14).
    """

    span: tuple[int, int] | None = None
    """Position and length of what is sent, where the file can be read from any place in it."""

    def __init__(
        self,
        *args: Any,
        as_attachment: bool = False,
        filename: str = "",
        conditional: bool = False,
        **kwargs: Any,
    ) -> None:
        self.as_attachment = as_attachment
        self.filename = filename
        self.conditional = conditional
        self._no_explicit_content_type = kwargs.get("content_type") is None
        super().__init__(*args, **kwargs)

    def _set_streaming_content(self, value: Any) -> None:
        if not hasattr(value, "read"):
            self.file_to_stream = None
            super()._set_streaming_content(value)
            return
        if isinstance(value, io.TextIOBase):
            raise TypeError("FileResponse needs a binary file: open it with mode 'rb'.")
        if hasattr(value, "close"):
            self._resource_closers.append(value.close)
        self.set_headers(value)
        self._stream_from(value)

    def set_headers(self, filelike: Any) -> None:
        """Set the fields that *filelike* tells: length, type, disposition."""
        name = getattr(filelike, "name", "")
        path = name if isinstance(name, str) else ""
        length = _remaining_length(filelike, path, self.block_size)
        if length is not None:
            self.headers["Content-Length"] = length
            if self.conditional:
                self._set_version(filelike, length)
        filename = os.path.basename(self.filename or path)  # noqa: PTH119
        if self._no_explicit_content_type:
            self.headers["Content-Type"] = _guess_content_type(filename)
        disposition = content_disposition_header(self.as_attachment, filename)
        if disposition:
            self.headers["Content-Disposition"] = disposition

    def _set_version(self, filelike: Any, length: int) -> None:
        if _is_seekable(filelike) and hasattr(filelike, "tell"):
            self.span = filelike.tell(), length
        raw = getattr(filelike, "raw", filelike)
        if isinstance(raw, io.FileIO):  # anything else may have a descriptor of other data
            status = os.fstat(raw.fileno())
            # The clock of another machine may be ahead; no date may be (RFC 9110, 8.8.2.1).
            modified = min(status.st_mtime, time.time())
            self.headers.setdefault("Last-Modified", http_date(modified))
            self.headers.setdefault("ETag", f'"{status.st_mtime_ns:x}-{length:x}"')

    def for_request(self, request: "HttpRequest") -> HttpResponseBase:
        """The response that the conditions and ranges of *request* ask for, perhaps this one."""
        from enfilade.http.selection import select

        return select(request, self)

    def send_partially(self, fields: dict[str, str], content: Any) -> None:
        """Become a 206 with *content*, which has ``read`` and ``length``, and these *fields*."""
        self.status_code, self.reason_phrase = 206, None
        for name, value in fields.items():
            self.headers[name] = value
        self.headers["Content-Length"] = content.length
        self._stream_from(content)

    def _stream_from(self, filelike: Any) -> None:
        self.file_to_stream = filelike
        # block_size is read each time: a handler may change it.
        super()._set_streaming_content(iter(lambda: filelike.read(self.block_size), b""))


def _remaining_length(filelike: Any, path: str, block_size: int) -> int | None:
    """Bytes from the file's position to its end, ``None`` if that cannot be known."""
    seekable = _is_seekable(filelike)
    length: int
    if not hasattr(filelike, "tell"):
        if not seekable:
            return None
        length = sum(map(len, iter(partial(filelike.read, block_size), b"")))
        filelike.seek(-length, io.SEEK_END)
    elif seekable:
        start = filelike.tell()
        filelike.seek(0, io.SEEK_END)
        length = filelike.tell() - start
        filelike.seek(start)
    elif hasattr(filelike, "getbuffer"):
        length = filelike.getbuffer().nbytes - filelike.tell()
    elif path and os.path.exists(path):  # noqa: PTH110
        length = os.path.getsize(path) - filelike.tell()  # noqa: PTH202
    else:
        return None
    return length


def _is_seekable(filelike: Any) -> bool:
    return hasattr(filelike, "seek") and (not hasattr(filelike, "seekable") or filelike.seekable())


def _guess_content_type(filename: str) -> str:
    import mimetypes

    content_type, encoding = mimetypes.guess_type(filename) if filename else (None, None)
    return _COMPRESSED_TYPES.get(encoding or "") or content_type or "application/octet-stream"


def content_disposition_header(as_attachment: bool, filename: str) -> str | None:
    """``attachment; filename="x.txt"`` (RFC 6266), ``None`` where there is nothing to say."""
    if not filename:
        return "attachment" if as_attachment else None
    if _QUOTABLE.fullmatch(filename):
        escaped = filename.replace("\\", "\\\\").replace('"', '\\"')
        parameter = f'filename="{escaped}"'
    else:
        # The name of a file need not be text; what is none of it has no place in UTF-8.
        parameter = f"filename*=utf-8''{quote(filename, errors='replace')}"
    return f"{'attachment' if as_attachment else 'inline'}; {parameter}"
