"""A folder of static files: what is in it, and where a name leads to.

A name is relative, with slashes. Nothing outside of the folder is ever reached, neither through
``..`` nor through a symbolic link: what is published should be what one sees in the folder.
"""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from enfilade.contrib.staticfiles.errors import StaticFilesError
from enfilade.exceptions import Http404
from enfilade.views.static import safe_join

__all__ = ["IGNORED", "Folder", "matches_patterns"]

IGNORED = ("CVS", ".*", "*~")
"""Patterns of names that are nobody's business."""

# Control characters, what Windows takes for a slash, and bytes that are no text (PEP 383).
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]").search


def matches_patterns(name: str, patterns: Sequence[str]) -> bool:
    """Whether *name* matches one of the shell's patterns; ``*`` stands for slashes too."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class Folder:
    """The folder at *location*; its files are called *prefix* and a slash before their names."""

    def __init__(self, location: str | os.PathLike[str], prefix: str = "") -> None:
        self.location: str = os.path.abspath(location)  # noqa: PTH100 - links stay as they are
        self.prefix = prefix

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.location}>"

    def path(self, name: str) -> str:
        """The absolute path of *name*, links followed.

        Raises :exc:`~enfilade.exceptions.SuspiciousFileOperation` if that leaves the folder, and
        :exc:`~enfilade.exceptions.Http404` for what can be no name.
        """
        return str(safe_join(self.location, name))

    def exists(self, name: str) -> bool:
        """Whether there is a file or a folder; raises as :meth:`path` does for one outside."""
        try:
            return os.path.exists(self.path(name))  # noqa: PTH110 - no error for a long name
        except Http404:
            return False

    def open(self, name: str) -> BinaryIO:
        """The file, to be read."""
        return Path(self.path(name)).open("rb")

    def complete(self, name: str) -> str:
        """*name* with the prefix."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def files(self, ignore_patterns: Sequence[str] = ()) -> Iterator[str]:
        """The names of all files, in order.

        A pattern is compared with the name of a file or folder, and with the whole name of a
        file. Raises :exc:`StaticFilesError` for a symbolic link that leaves the folder or leads
        in a circle, and for a name that no URL can have.
        """
        root = Path(self.location).resolve()
        if root.is_dir():
            yield from self._below(root, "", ignore_patterns, (root,))

    def _below(
        self, folder: Path, within: str, ignored: Sequence[str], above: tuple[Path, ...]
    ) -> Iterator[str]:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            name = within + entry.name
            if matches_patterns(entry.name, ignored):
                continue
            path = self._checked(entry, name, above)
            if path.is_dir():
                yield from self._below(path, f"{name}/", ignored, (*above, path))
            elif path.is_file() and not matches_patterns(name, ignored):
                yield name

    def _checked(self, entry: os.DirEntry[str], name: str, above: tuple[Path, ...]) -> Path:
        """Where *entry* leads."""
        if _NOT_IN_NAMES(name):
            raise StaticFilesError(
                f"{name!r} in {self.location} is no name for a static file.",
                hint="Give it one without backslashes and control characters, in UTF-8.",
            )
        path = Path(entry.path)
        if not entry.is_symlink():
            return path
        target = Path(os.path.realpath(path))
        if not target.exists() or target in above:
            raise StaticFilesError(
                f"{path} is a symbolic link that leads nowhere: to {target}.",
                hint="Remove it, or leave it out with --ignore.",
            )
        if not self.allows(target, above[0]):
            raise StaticFilesError(
                f"{path} is a symbolic link to {target}, outside of the folder.",
                hint="Copy what it leads to, or name that folder in STATICFILES_DIRS.",
            )
        return target

    def allows(self, target: Path, root: Path) -> bool:
        """Whether a link below *root* may lead to *target*."""
        return target.is_relative_to(root)
