"""One form of one file, ready to be sent: its fields, its validators, its bytes or descriptor."""

import re
from collections.abc import Iterable
from email.utils import formatdate
from functools import cached_property
from os import stat_result
from time import time

from enfilade.gateway.file_range import FileRange, OpenFile
from enfilade.server.porter import Answer

SMALL = 64 * 1024
"""A file up to this size is read into memory, and leaves in one piece with its head."""

FOREVER = "public, max-age=31536000, immutable"
"""For what never changes under its name: a year (RFC 9111, 5.2.2.1; RFC 8246)."""

_has_hash = re.compile(r"\.[0-9a-f]{12}(?:\.[^./]+)?$").search

Header = tuple[str, str]


class Representation:
    """*file* as it was when *status* was taken, to be sent with *fields* and those made here.

    ``modified`` is in whole seconds since the epoch, and not in the future (RFC 9110, 8.8.2.1).
    """

    def __init__(
        self, file: OpenFile, status: stat_result, fields: Iterable[Header], coding: str = ""
    ) -> None:
        self.size = status.st_size
        self.modified = max(0, min(int(status.st_mtime), int(time())))
        self.last_modified = formatdate(self.modified, usegmt=True)
        self.etag = make_etag(status, coding)
        self.content: bytes | OpenFile = file
        if self.size <= SMALL:
            self.content = FileRange(file, 0, self.size).read() if self.size else b""
            self.size = len(self.content)
        self.fields = (
            *fields,
            ("ETag", self.etag),
            ("Last-Modified", self.last_modified),
            ("Accept-Ranges", "bytes"),
            ("X-Content-Type-Options", "nosniff"),
        )

    @cached_property
    def whole(self) -> Answer:
        """All of it."""
        return Answer(200, self.fields, self.piece(0, self.size))

    @cached_property
    def not_modified(self) -> Answer:
        """What a 304 tells (RFC 9110, 15.4.5): nothing that describes the content."""
        content = ("content-type", "content-encoding", "accept-ranges", "x-content-type-options")
        return Answer(304, [pair for pair in self.fields if pair[0].lower() not in content])

    def piece(self, first: int, end: int) -> bytes | tuple[FileRange]:
        """The octets from *first* to before *end*; few of them are read at once."""
        if isinstance(self.content, bytes):
            return self.content[first:end]
        part = FileRange(self.content, first, end - first)
        return part.read() if part.size <= SMALL else (part,)


def make_etag(status: stat_result, coding: str = "") -> str:
    """A strong entity tag (RFC 9110, 8.8.3): the same on all machines that have the file with
    the same time; of each coding another."""
    tag = f"{status.st_mtime_ns:x}-{status.st_size:x}"
    return f'"{tag}-{coding}"' if coding else f'"{tag}"'


def cache_control(name: str, max_age: int) -> str:
    """How long a file called *name* may be kept: for ever with a hash of its content in its
    name, *max_age* seconds without."""
    if _has_hash(name):
        return FOREVER
    return f"public, max-age={max_age}" if max_age else "no-cache"
