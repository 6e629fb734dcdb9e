"""Where static files come from: the finders of ``STATICFILES_FINDERS``, asked in order."""

import functools
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, overload

from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.contrib.staticfiles.folders import Folder
from enfilade.dispatch import setting_changed
from enfilade.exceptions import ImproperlyConfigured

__all__ = [
    "BaseFinder",
    "FileSystemFinder",
    "PackageFinder",
    "find",
    "get_finder",
    "get_finders",
    "searched_locations",
]


class BaseFinder:
    """What a finder is: :meth:`find` for one file, :meth:`list` for all."""

    def find(self, path: str, find_all: bool = False) -> str | list[str] | None:
        """The absolute path of the file called *path*; with *find_all* a list of all there are.

        ``None`` or an empty list if there is none. Raises
        :exc:`~enfilade.exceptions.SuspiciousFileOperation` for a path that leaves its folder.
        """
        raise NotImplementedError("A subclass of BaseFinder has a method find().")

    def list(self, ignore_patterns: Sequence[str] | None = None) -> Iterator[tuple[str, Folder]]:
        """Each file's name within its folder, and the folder."""
        raise NotImplementedError("A subclass of BaseFinder has a method list().")

    @property
    def locations(self) -> Sequence[str]:
        """The paths of the folders that are searched."""
        return ()


class FolderFinder(BaseFinder):
    """A finder of files in :attr:`folders`."""

    folders: Sequence[Folder] = ()

    @property
    def locations(self) -> Sequence[str]:
        """The paths of the folders that are searched."""
        return [folder.location for folder in self.folders]

    def find(self, path: str, find_all: bool = False) -> str | list[str] | None:
        """See :meth:`BaseFinder.find`."""
        found = (match for folder in self.folders if (match := _find_in(folder, path)))
        return list(found) if find_all else next(found, None)

    def list(self, ignore_patterns: Sequence[str] | None = None) -> Iterator[tuple[str, Folder]]:
        """See :meth:`BaseFinder.list`."""
        for folder in self.folders:
            for name in folder.files(ignore_patterns or ()):
                yield name, folder


def _find_in(folder: Folder, path: str) -> str | None:
    if folder.prefix:
        before, _, path = path.partition(f"{folder.prefix}/")
        if before or not path:
            return None
    return folder.path(path) if folder.exists(path) else None


class FileSystemFinder(FolderFinder):
    """Finds files in the folders of ``STATICFILES_DIRS``: paths, or pairs of prefix and path."""

    def __init__(self) -> None:
        entries = dict.fromkeys(map(_as_pair, settings.STATICFILES_DIRS))
        self.folders = [Folder(root, prefix) for prefix, root in entries]


def _as_pair(entry: object) -> tuple[str, str]:
    match entry:
        case str() | Path():
            return "", str(entry)
        case [str(prefix), str() | Path() as root]:
            return prefix, str(root)
    raise ImproperlyConfigured(
        f"{entry!r} in STATICFILES_DIRS is neither a path nor a pair of prefix and path."
    )


class PackageFinder(FolderFinder):
    """Finds files in the folder ``static`` of each package of ``STATICFILES_PACKAGES``.

    It does the work of Django's ``AppDirectoriesFinder``; there are no installed apps here, so
    the packages that bring files are named. They are not imported, but those around them are.
    """

    source_dir = "static"

    def __init__(self) -> None:
        self.folders = [
            Folder(Path(place) / self.source_dir)
            for package in settings.STATICFILES_PACKAGES
            for place in _places(package)
            if (Path(place) / self.source_dir).is_dir()
        ]


def _places(package: str) -> Sequence[str]:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, AttributeError, ValueError):
        spec = None
    if spec is None or spec.submodule_search_locations is None:
        raise ImproperlyConfigured(
            f"{package!r} in STATICFILES_PACKAGES is no package that can be imported.",
            hint="An entry is the dotted name of a package, whose folder static has the files.",
        )
    return list(spec.submodule_search_locations)


# All finders -----------------------------------------------------------------------------------


@overload
def find(path: str, find_all: Literal[False] = False) -> str | None: ...
@overload
def find(path: str, find_all: Literal[True]) -> list[str]: ...
def find(path: str, find_all: bool = False) -> str | list[str] | None:
    """The absolute path of the static file called *path*, or ``None``; with *find_all* a list.

    Raises :exc:`~enfilade.exceptions.SuspiciousFileOperation` for a path that leaves the folder
    of static files, through ``..`` or a symbolic link.
    """
    matches: list[str] = []
    for finder in get_finders():
        found = finder.find(path, find_all=find_all)
        if found and not find_all:
            return found
        matches += [found] if isinstance(found, str) else found or []
    return matches if find_all else None


def searched_locations() -> list[str]:
    """The folders that :func:`find` looks into."""
    return [location for finder in get_finders() for location in finder.locations]


def get_finders() -> Iterator[BaseFinder]:
    """The finders of ``STATICFILES_FINDERS``."""
    return map(get_finder, settings.STATICFILES_FINDERS)


@functools.cache
def get_finder(import_path: str) -> BaseFinder:
    """The finder of that class.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is none.
    """
    finder = import_named(import_path, "STATICFILES_FINDERS")
    if not (isinstance(finder, type) and issubclass(finder, BaseFinder)):
        raise ImproperlyConfigured(f"{import_path} in STATICFILES_FINDERS is no BaseFinder.")
    return finder()


def _on_change(*, setting: str, **_: object) -> None:
    if setting in ("STATICFILES_DIRS", "STATICFILES_PACKAGES", "STATICFILES_FINDERS"):
        get_finder.cache_clear()


setting_changed.connect(_on_change)
