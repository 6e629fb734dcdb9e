"""What can be served, by name: each file with its variants and the fields that it is sent with.

In production everything is looked up once, when the application starts, and a request costs a
dictionary. In development each request asks the finders, so that a new file is seen at once.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from enfilade.atomic import UNFINISHED
from enfilade.contrib.staticfiles.finders import find, get_finders
from enfilade.contrib.staticfiles.folders import IGNORED
from enfilade.contrib.staticfiles.precompressed import EXTENSIONS
from enfilade.exceptions import Http404
from enfilade.file_types import media_type
from enfilade.http.content_codings import IDENTITY, choose_coding

__all__ = ["Catalogue", "Found", "Index", "ServedFile", "Variant", "index_of"]

FOREVER = "max-age=31536000, immutable"
"""For what never changes under its name: a year (RFC 9111, 5.2.2.1; RFC 8246)."""

REVALIDATE = "no-cache"
"""For what may change at any moment: kept, but asked for."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One file: its path, and the fields that it is sent with."""

    path: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file and its compressed variants by content coding; ``codings`` has the smallest first."""

    media_type: str
    plain: Variant
    compressed: Mapping[str, Variant]
    codings: tuple[str, ...]

    def choose(self, accept_encoding: str) -> tuple[str, Variant]:
        """The coding and the variant that such a request gets (RFC 9110, 12.5.3)."""
        if self.codings:
            coding = choose_coding(accept_encoding, self.codings).coding
            if coding != IDENTITY:
                return coding, self.compressed[coding]
        return IDENTITY, self.plain


class Catalogue(Protocol):
    """What can be asked for a file."""

    blocking: bool
    """Whether :meth:`get` waits for the disk."""

    def get(self, name: str) -> ServedFile | None:
        """The file called *name*, or ``None``."""


# Development -----------------------------------------------------------------------------------


class Found:
    """What the finders find just now."""

    blocking = True

    def get(self, name: str) -> ServedFile | None:
        """See :class:`Catalogue`.

        Raises :exc:`~enfilade.exceptions.SuspiciousFileOperation` for a symbolic link that leads
        out of its folder.
        """
        if not name or name.startswith("/") or posixpath.normpath(f"/{name}") != f"/{name}":
            return None  # another spelling, or no name at all: in production there is none either
        try:
            path = find(name)
        except Http404:  # nothing that a file can be called
            return None
        if path is None or not Path(path).is_file():
            return None
        return ServedFile(media_type(name), Variant(path, _fields(name, REVALIDATE)), {}, ())


# Production ------------------------------------------------------------------------------------


class Index:
    """What was there when the application started."""

    blocking = False

    def __init__(self, files: Mapping[str, ServedFile]) -> None:
        self.get = files.get


def index_of(storage: Any, max_age: int) -> Index:
    """Everything that *storage* has, or the finders if it has no place of its own.

    Raises :exc:`~enfilade.contrib.staticfiles.errors.StaticFilesError` for what must not be
    served, such as a symbolic link that leads elsewhere.
    """
    paths = dict(_collected(storage) if storage.location else _sources())
    paths.pop(getattr(storage, "manifest_name", ""), None)
    immutable = frozenset(getattr(storage, "hashed_files", {}).values())
    kept = f"max-age={max_age}, public"
    return Index(
        {
            name: _with_variants(name, paths, FOREVER if name in immutable else kept)
            for name in paths
        }
    )


def _collected(storage: Any) -> Iterator[tuple[str, str]]:
    for name in storage.files([f".*{UNFINISHED}"]):
        yield name, storage.path(name)


def _sources() -> Iterator[tuple[str, str]]:
    seen = set()
    for finder in get_finders():
        for path, folder in finder.list(IGNORED):
            if (name := folder.complete(path)) not in seen:
                seen.add(name)
                yield name, folder.path(path)


def _with_variants(name: str, paths: Mapping[str, str], cache_control: str) -> ServedFile:
    fields = _fields(name, cache_control)
    beside = {
        coding: path
        for coding, extension in EXTENSIONS.items()
        if (path := paths.get(name + extension))
    }
    if beside:
        fields["Vary"] = "Accept-Encoding"
    return ServedFile(
        media_type(name),
        Variant(paths[name], fields),
        {
            coding: Variant(path, {**fields, "Content-Encoding": coding})
            for coding, path in beside.items()
        },
        tuple(sorted(beside, key=lambda coding: Path(beside[coding]).stat().st_size)),
    )


def _fields(name: str, cache_control: str) -> dict[str, str]:
    fields = {"Cache-Control": cache_control}
    if name.lower().endswith(".svgz"):  # pictures that only exist compressed
        fields["Content-Encoding"] = "gzip"
    return fields
