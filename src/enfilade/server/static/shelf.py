"""What has been found lately, kept within bounds: descriptors, prepared answers, small contents."""

from enfilade.server.static.resources import Found

MOST_FILES = 512
MOST_BYTES = 16 * 1024 * 1024
MOST_ABSENT = 4096
LONGEST_PATH = 512
"""Longer ones are looked for each time, rather than have clients fill the memory with them."""


class Kept:
    """What a path has led to, which need not be looked at again ``until`` then."""

    __slots__ = ("found", "until")

    def __init__(self, found: Found | None, until: float) -> None:
        self.found = found
        self.until = until


class Shelf:
    """Files by path; the one that was looked at last is the last to go.

    A hit changes nothing, so it costs one look into a dictionary: a file that is asked for often
    is looked at again every second, and is put last then.
    """

    def __init__(self, files: int = MOST_FILES, size: int = MOST_BYTES) -> None:
        self._most_files = files
        self._most_bytes = size
        self._bytes = 0
        self._kept: dict[str, Kept] = {}
        self._absent: dict[str, Kept] = {}

    def get(self, path: str) -> Kept | None:
        """What is known of *path*, perhaps not any more true."""
        return self._kept.get(path) or self._absent.get(path)

    def put(self, path: str, found: Found | None, until: float) -> None:
        """Keep what *path* leads to, in place of what it led to before."""
        self._drop(path)
        if len(path) > LONGEST_PATH:
            return
        if found is None:
            if len(self._absent) >= MOST_ABSENT:
                self._absent.clear()
            self._absent[path] = Kept(None, until)
            return
        self._absent.pop(path, None)
        self._kept[path] = Kept(found, until)
        self._bytes += found.weight
        while len(self._kept) > self._most_files or self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Let go of everything; descriptors are closed when no answer is under way with them."""
        self._kept.clear()
        self._absent.clear()
        self._bytes = 0

    def _drop(self, path: str) -> None:
        kept = self._kept.pop(path, None)
        if kept is not None and kept.found is not None:
            self._bytes -= kept.found.weight
