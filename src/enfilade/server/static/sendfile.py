"""Files that an application names and the server sends: ``X-Accel-Redirect`` and ``X-Sendfile``.

The application decides who may have a file; its thread is free as soon as it has said so. It names
the file by a path that nobody can ask for from outside, as it does for nginx, or by its place on
the disk, as it does for Apache. Under both names only the folders of ``--sendfile`` can be
reached.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from enfilade.file_types import media_type
from enfilade.gateway.file_range import FileBody, OpenFile
from enfilade.protocol.error_response import status_text
from enfilade.protocol.errors import ResponseError
from enfilade.server.mounts import Mount
from enfilade.server.porter import Answer
from enfilade.server.static.beneath import Folder
from enfilade.server.static.representation import Header, Representation
from enfilade.server.static.selection import plain_answer, select
from enfilade.server.static.targets import file_name
from enfilade.types import Environ, ExcInfo, HeaderList, StartResponse, Write, WSGIApplication

ACCEL, PATH = "x-accel-redirect", "x-sendfile"

# The file's own, or made anew from it.
_REPLACED = frozenset(
    (
        ACCEL, PATH, "content-length", "etag", "last-modified", "accept-ranges",
        "x-content-type-options",
    )
)  # fmt: skip

_FIELDS = {
    name: f"HTTP_{name.replace('-', '_').upper()}"
    for name in (
        "if-match", "if-unmodified-since", "if-none-match", "if-modified-since", "if-range",
        "range",
    )
}  # fmt: skip

MISSING = plain_answer(404, "404 Not Found")


class Sendfile:
    """The WSGI application *application*, with files from the folders of *mounts*."""

    def __init__(self, application: WSGIApplication, mounts: Sequence[Mount]) -> None:
        self.application = application
        self._folders = sorted(
            ((mount.prefix, Folder(os.path.realpath(mount.place))) for mount in mounts),
            key=lambda pair: len(pair[0]),
            reverse=True,
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        head = _Head(start_response)
        result: Any = self.application(environ, head)
        if not head.seen:  # it is called with the first chunk
            result = _Begun(result)
        if head.named is None:
            return result  # type: ignore[no-any-return]
        close = getattr(result, "close", None)
        if close is not None:
            close()
        answer = self._answer(environ, head.named, head.headers)
        headers = list(answer.headers)
        if answer.status != 304:
            headers.append(("Content-Length", str(answer.length)))
        start_response(status_text(answer.status), headers)
        return FileBody(answer.body, answer.length)

    def _answer(self, environ: Environ, named: Header, headers: HeaderList) -> Answer:
        file, name = self._open(*named)
        if file is None or not file.is_regular():
            return MISSING
        kept = [(key, value) for key, value in headers if key.lower() not in _REPLACED]
        if not any(key.lower() == "content-type" for key, _ in kept):
            kept.append(("Content-Type", media_type(name)))
        representation = Representation(file, file.status(), kept)
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return representation.whole
        fields = {name: environ[key] for name, key in _FIELDS.items() if key in environ}
        return select(representation, method, fields)

    def _open(self, header: str, value: str) -> tuple[OpenFile | None, str]:
        """The file, if it is there, and its name."""
        folder, name = self._place(header.lower(), value)
        if name is None:
            return None, ""
        try:
            with folder.entered() as root:
                return folder.open(root, name), os.fsdecode(name)
        except FileNotFoundError:
            return None, ""

    def _place(self, header: str, value: str) -> tuple[Folder, bytes | None]:
        for prefix, folder in self._folders:
            beginning = prefix if header == ACCEL else f"{folder.path}/"
            if value.startswith(beginning):
                rest = value[len(beginning) :]
                return folder, file_name(rest) if header == ACCEL else rest.encode("latin-1")
        raise ResponseError(
            f"the application named a file to send that no --sendfile allows: {value!r}",
            hint="Name its folder: --sendfile /protected=/srv/files",
        )


class _Head:
    """``start_response`` for the application: it keeps a head that names a file."""

    __slots__ = ("_start_response", "headers", "named", "seen")

    def __init__(self, start_response: StartResponse) -> None:
        self._start_response = start_response
        self.headers: HeaderList = []
        self.named: Header | None = None
        self.seen = False

    def __call__(
        self, status: str, headers: HeaderList, exc_info: ExcInfo | None = None, /
    ) -> Write:
        self.seen = True
        self.headers = headers
        self.named = next((pair for pair in headers if pair[0].lower() in (ACCEL, PATH)), None)
        if self.named is not None:
            return _drop
        if exc_info:
            return self._start_response(status, headers, exc_info)
        return self._start_response(status, headers)


def _drop(_data: bytes, /) -> None:
    """What an application says beside a file is not sent."""


class _Begun:
    """*result* with its first chunk taken, and so with its head known."""

    def __init__(self, result: Any) -> None:
        iterator = iter(result)
        first = next(iterator, None)
        self._chunks = iterator if first is None else chain((first,), iterator)
        self._result = result

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        close = getattr(self._result, "close", None)
        if close is not None:
            close()
