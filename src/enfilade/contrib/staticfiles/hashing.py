"""Names with a hash of the content in them: ``site.css`` becomes ``site.4f1cd2a0b9e3.css``.

A style sheet refers to other files, and its content changes with their names. So the name of a
file is worked out after those of the files that it refers to, each once.
"""

import io
import posixpath
import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import BinaryIO, Protocol
from urllib.parse import unquote

from enfilade.contrib.staticfiles.errors import MissingFileError, PostProcessingError
from enfilade.contrib.staticfiles.folders import Folder
from enfilade.contrib.staticfiles.references import Pattern, rewrite

__all__ = ["FinalNames", "insert_hash", "split_suffix"]

_SUFFIX = re.compile(r"[?#]")
_SCHEME = re.compile(r"[a-z]+:").match
# What may not stand in the path of a URL between double quotes.
_ESCAPES = str.maketrans({each: f"%{ord(each):02X}" for each in '"\\%?#\n\r'})


def split_suffix(name: str) -> tuple[str, str]:
    """The path of a reference, and the query and fragment behind it; ``?`` and ``#`` without
    anything behind them are dropped.

    >>> split_suffix("fonts/serif.eot?#iefix")
    ('fonts/serif.eot', '?#iefix')
    """
    found = _SUFFIX.search(name)
    if found is None:
        return name, ""
    suffix = name[found.start() :].removesuffix("#")
    return name[: found.start()], "" if suffix == "?" else suffix


def insert_hash(name: str, digest: str | None) -> str:
    """*name* with *digest* before its extension, or as it is if there is none."""
    root, extension = posixpath.splitext(name)
    return f"{root}.{digest}{extension}" if digest else name


class HashingStorage(Protocol):
    """What has to be known of a storage."""

    @property
    def base_url(self) -> str: ...
    def exists(self, name: str) -> bool: ...
    def patterns_for(self, name: str) -> Sequence[Pattern]: ...
    def hashed_name(self, name: str, content: BinaryIO | None = None) -> str: ...


class FinalNames:
    """The names of the files in *paths* (by name: a folder and the name in it), with hashes."""

    def __init__(self, storage: HashingStorage, paths: Mapping[str, tuple[Folder, str]]) -> None:
        self.storage = storage
        self.paths = paths
        self.known: dict[str, str] = {}
        self._failed: dict[str, PostProcessingError] = {}
        self._adjusted: dict[str, bytes] = {}
        self._under_way: list[str] = []

    def name_of(self, name: str) -> str:
        """The final name. Raises :exc:`PostProcessingError` if the file, or one that it refers
        to, has a reference that leads nowhere or in a circle; the same one every time."""
        if name in self._failed:
            raise self._failed[name]
        if name not in self.known:
            try:
                with self.open(name) as content:
                    self.known[name] = self.storage.hashed_name(name, content)
            except PostProcessingError as error:
                self._failed[name] = error
                raise
        return self.known[name]

    def open(self, name: str) -> BinaryIO:
        """The content of the file, its references written anew."""
        patterns = self.storage.patterns_for(name)
        folder, path = self.paths[name]
        if not patterns:
            return folder.open(path)
        if name not in self._adjusted:
            with folder.open(path) as source:
                self._adjusted[name] = self._adjust(name, source.read(), patterns)
        return io.BytesIO(self._adjusted[name])

    def _adjust(self, name: str, content: bytes, patterns: Sequence[Pattern]) -> bytes:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise PostProcessingError(
                f"{name}, line {line}: {error.reason}, so the file is not UTF-8.",
                hint="Save it in UTF-8.",
            ) from error
        if name in self._under_way:
            circle = [*self._under_way[self._under_way.index(name) :], name]
            raise PostProcessingError(
                f"{' refers to '.join(circle)}: the name of each depends on that of the next.",
                hint="Break the circle: a name with a hash cannot be part of what is hashed.",
            )
        self._under_way.append(name)
        try:
            return rewrite(name, text, patterns, partial(self._convert, name)).encode()
        finally:
            self._under_way.pop()

    def _convert(self, name: str, url: str) -> str | None:
        """What to write in *name* for its reference *url*."""
        path, suffix = split_suffix(url)
        if not path or _SCHEME(url) or url.startswith("//"):
            return None
        base = self.storage.base_url
        if not path.startswith("/"):
            target = posixpath.join(posixpath.dirname(name), unquote(path))
        elif path.startswith(base):
            target = unquote(path.removeprefix(base))
        else:
            return None  # a page of the site, perhaps
        folders, slash, last = path.rpartition("/")
        if last:
            target = posixpath.normpath(target)
            if (final := self._target_name(target)) == target:
                return None  # a folder, or a storage that hashes nothing
            last = posixpath.basename(final)
        return unquote(folders + slash).translate(_ESCAPES) + last.translate(_ESCAPES) + suffix

    def _target_name(self, target: str) -> str:
        if target in self.paths:
            return self.name_of(target)
        if target.startswith("../") or not self.storage.exists(target):
            raise MissingFileError(f"{target}, which is not among the static files.")
        return self.storage.hashed_name(target)  # collected earlier
