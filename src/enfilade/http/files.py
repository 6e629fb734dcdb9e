"""File responses: an open file as the body, its size, type and name as header fields."""

import os
import re
from functools import partial
from io import SEEK_END
from typing import Any
from urllib.parse import quote

from enfilade.http.streaming import StreamingHttpResponse

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
    """

    def __init__(
        self, *args: Any, as_attachment: bool = False, filename: str = "", **kwargs: Any
    ) -> None:
        self.as_attachment = as_attachment
        self.filename = filename
        self._no_explicit_content_type = kwargs.get("content_type") is None
        super().__init__(*args, **kwargs)

    def _set_streaming_content(self, value: Any) -> None:
        if not hasattr(value, "read"):
            self.file_to_stream = None
            super()._set_streaming_content(value)
            return
        self.file_to_stream = value
        if hasattr(value, "close"):
            self._resource_closers.append(value.close)
        self.set_headers(value)
        # block_size is read each time: a handler may change it.
        super()._set_streaming_content(iter(lambda: value.read(self.block_size), b""))

    def set_headers(self, filelike: Any) -> None:
        """Set the fields that *filelike* tells: length, type, disposition."""
        name = getattr(filelike, "name", "")
        path = name if isinstance(name, str) else ""
        length = _remaining_length(filelike, path, self.block_size)
        if length is not None:
            self.headers["Content-Length"] = length
        filename = os.path.basename(self.filename or path)  # noqa: PTH119
        if self._no_explicit_content_type:
            self.headers["Content-Type"] = _guess_content_type(filename)
        disposition = content_disposition_header(self.as_attachment, filename)
        if disposition:
            self.headers["Content-Disposition"] = disposition


def _remaining_length(filelike: Any, path: str, block_size: int) -> int | None:
    """Bytes from the file's position to its end, ``None`` if that cannot be known."""
    seekable = hasattr(filelike, "seek") and (
        not hasattr(filelike, "seekable") or filelike.seekable()
    )
    length: int
    if not hasattr(filelike, "tell"):
        if not seekable:
            return None
        length = sum(map(len, iter(partial(filelike.read, block_size), b"")))
        filelike.seek(-length, SEEK_END)
    elif seekable:
        start = filelike.tell()
        filelike.seek(0, SEEK_END)
        length = filelike.tell() - start
        filelike.seek(start)
    elif hasattr(filelike, "getbuffer"):
        length = filelike.getbuffer().nbytes - filelike.tell()
    elif path and os.path.exists(path):  # noqa: PTH110
        length = os.path.getsize(path) - filelike.tell()  # noqa: PTH202
    else:
        return None
    return length


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
        parameter = f"filename*=utf-8''{quote(filename)}"
    return f"{'attachment' if as_attachment else 'inline'}; {parameter}"
