"""The porter that answers with files."""

import logging
import os
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TypeVar

from enfilade.protocol.head import RequestHead
from enfilade.server.mounts import Mount
from enfilade.server.porter import Answer
from enfilade.server.static.beneath import Folder
from enfilade.server.static.resources import Found, Resource, Terms, Unreadable, find
from enfilade.server.static.selection import plain_answer
from enfilade.server.static.shelf import Shelf
from enfilade.server.static.targets import file_name

T = TypeVar("T")

logger = logging.getLogger("enfilade.server")

VALIDITY = 1.0
"""Seconds for which what was found on the disk is believed."""

NOT_FOUND = plain_answer(404, "404 Not Found")


class StaticFiles:
    """Answers with the files of *mounts*; where several match a path, the longest prefix counts.

    A path that leads to no file gets the one that the path of its fallback leads to. Without one
    it is left to the application, or with *whole_prefix* answered 404. *validity* is how long, in
    seconds, a file is believed to be as it was.
    """

    def __init__(
        self,
        mounts: Sequence[Mount],
        terms: Terms,
        *,
        fallbacks: Sequence[Mount] = (),
        whole_prefix: bool = False,
        validity: float = VALIDITY,
    ) -> None:
        self.prefixes = tuple(mount.prefix.encode("latin-1") for mount in mounts)
        self.shelf = Shelf()
        self._mounts = _longest_first([(mount.prefix, Folder(mount.place)) for mount in mounts])
        self._fallbacks = _longest_first([(each.prefix, each.place) for each in fallbacks])
        self._terms = terms
        self._missing = NOT_FOUND if whole_prefix else None
        self._validity = validity
        self._reported: set[str] = set()

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        """See :class:`~enfilade.server.porter.Porter`."""
        found = self.lookup(head.path)
        return self._missing if found is None else found.answer(head)

    def lookup(self, path: str) -> Found | None:
        """What *path*, as it was sent, leads to, as of a moment ago."""
        kept = self.shelf.get(path)
        if kept is not None and monotonic() < kept.until:
            return kept.found
        found = self._look(path, kept.found if kept else None)
        self.shelf.put(path, found, monotonic() + self._validity)
        return found

    def ready(self, path: str, accept_encoding: str | None) -> tuple[Answer, float] | None:
        """See :class:`~enfilade.server.porter.Steady`."""
        found = self.lookup(path)
        kept = self.shelf.get(path)
        if not isinstance(found, Resource) or kept is None:
            return None
        form = found.choose(accept_encoding)
        if form is None or not isinstance(form.whole.body, bytes):
            return None
        return form.whole, kept.until

    def places(self, path: str) -> Iterator[tuple[str, str]]:
        """The file that *path* names and the one of its fallback, whether they are there or not,
        each behind the prefix of its folder: for those who explain."""
        instead = next((place for prefix, place in self._fallbacks if path.startswith(prefix)), "")
        for each in (path, instead):
            mount = next(((p, f) for p, f in self._mounts if each.startswith(p)), None)
            name = mount and file_name(each[len(mount[0]) :])
            if mount and name is not None:
                yield mount[0], os.path.join(mount[1].path, os.fsdecode(name))  # noqa: PTH118

    def close(self) -> None:
        """Let go of all files."""
        self.shelf.clear()

    def _look(self, path: str, known: Found | None) -> Found | None:
        found = self._find(path, known)
        if found is None:
            for prefix, instead in self._fallbacks:
                if path.startswith(prefix):
                    return self._find(instead, known)
        return found

    def _find(self, path: str, known: Found | None) -> Found | None:
        for prefix, folder in self._mounts:
            if path.startswith(prefix):
                name = file_name(path[len(prefix) :])
                if name is None:
                    return None
                found = find(folder, name, self._terms, known)
                if isinstance(found, Unreadable):
                    self._report(path, folder)
                return found
        return None

    def _report(self, path: str, folder: Folder) -> None:
        """Once for each folder: clients choose the paths."""
        if folder.path not in self._reported:
            self._reported.add(folder.path)
            logger.warning("%s: the server may not read its file in %s", path, folder.path)


def _longest_first(pairs: list[tuple[str, T]]) -> list[tuple[str, T]]:
    return sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)
