"""All static files of a site brought to one folder, as ``enfilade collectstatic`` does it.

Whatever stops a run on its way, what was there can still be served: a file takes the place of
another at once, the manifest comes last, and what is no longer wanted goes after that. A second
run changes nothing.
"""

import io
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from enfilade.contrib.staticfiles import files
from enfilade.contrib.staticfiles.errors import StaticFilesError
from enfilade.contrib.staticfiles.finders import get_finders, searched_locations
from enfilade.contrib.staticfiles.folders import Folder
from enfilade.contrib.staticfiles.precompressed import (
    EXTENSIONS,
    is_compressible,
    load_compressors,
)

__all__ = ["Collection", "Orders", "Report", "check_places"]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a run is to do. ``link`` makes links instead of copies, ``clear`` deletes what the
    run has not brought; ``codings`` are those of variants to write."""

    ignore_patterns: Sequence[str] = ()
    dry_run: bool = False
    link: bool = False
    clear: bool = False
    post_process: bool = True
    codings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The names of files by what became of them."""

    modified: list[str] = field(default_factory=list)
    unmodified: list[str] = field(default_factory=list)
    post_processed: list[str] = field(default_factory=list)
    compressed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)


def check_places(location: str) -> None:
    """Raise :exc:`StaticFilesError` if *location* is part of what is collected, or the other way
    round: each run would find what the one before has brought."""
    goal = Path(location).resolve()
    for source in searched_locations():
        path = Path(source).resolve()
        if goal.is_relative_to(path) or path.is_relative_to(goal):
            raise StaticFilesError(
                f"STATIC_ROOT, {location}, and a folder of static files, {source}, are one within "
                "the other.",
                hint="Give STATIC_ROOT a folder of its own, with nothing else in it.",
            )


class Collection:
    """One run: from the finders to *storage*, telling *tell* what happens, a line each."""

    def __init__(self, storage: Any, orders: Orders, tell: Callable[[str], object]) -> None:
        self.storage = storage
        self.orders = orders
        self.tell = tell
        self.report = Report()
        self.compressors = load_compressors(orders.codings)

    @cached_property
    def found(self) -> dict[str, tuple[Folder, str]]:
        """The files to bring, by name: the folder that each is in, and its name there."""
        found: dict[str, tuple[Folder, str]] = {}
        for finder in get_finders():
            for path, folder in finder.list(self.orders.ignore_patterns):
                name = folder.complete(path)
                if found.setdefault(name, (folder, path)) != (folder, path):
                    self.tell(f"{name}: the one in {folder.location} gives way to another")
        return found

    def collect(self) -> Report:
        """Do it. Failures of post-processing stand in the report; nothing is deleted then.

        Raises :exc:`OSError` for what the file system refuses.
        """
        check_places(self.storage.location)
        for name, (folder, path) in self.found.items():
            self._bring(name, folder, path)
        brought = {*self.found, *self._post_process()}
        if self.report.failures:
            return self.report
        variants = {variant for name in sorted(brought) for variant in self._compress(name)}
        if self.orders.clear:
            self._delete_all_but(brought | variants)
        return self.report

    def _bring(self, name: str, folder: Folder, path: str) -> None:
        target = self.storage.target(name)
        source = Path(folder.path(path))
        if _is_linked(target, source) if self.orders.link else _is_copied(target, source):
            self.report.unmodified.append(name)
            return
        self.report.modified.append(name)
        self.tell(f"{name}: {'linked' if self.orders.link else 'copied'} from {source}")
        if self.orders.dry_run:
            return
        self._forget_variants(name)
        if self.orders.link:
            files.link(target, source)
        else:
            with source.open("rb") as content:
                self.storage.save(name, content)

    def _forget_variants(self, name: str) -> None:
        """Before a file changes: a variant of what it was must never be served."""
        for extension in EXTENSIONS.values():
            if name + extension not in self.found:
                self.storage.delete(name + extension)

    def _post_process(self) -> set[str]:
        """The names of the files that the storage has added."""
        if not self.orders.post_process or not hasattr(self.storage, "post_process"):
            return set()
        added = set()
        dry = self.orders.dry_run
        for name, final, outcome in self.storage.post_process(self.found, dry_run=dry):
            if isinstance(outcome, Exception):
                self.report.failures.append(outcome)
                continue
            added.add(final)
            if outcome:
                self.report.post_processed.append(name)
                self.tell(f"{name}: kept as {final}")
        return added

    # Variants ----------------------------------------------------------------------------------

    def _compress(self, name: str) -> list[str]:
        """Write the variants of a file that is there; return the names of all that it has."""
        path = self.storage.target(name)
        if path.is_symlink() or not is_compressible(name):
            return []
        variants = {coding: name + EXTENSIONS[coding] for coding in self.compressors}
        missing = [
            coding
            for coding, variant in variants.items()
            if variant not in self.found and not self.storage.target(variant).is_file()
        ]
        if missing and not self.orders.dry_run:
            self._write_variants(name, path.read_bytes(), missing)
        return [each for each in variants.values() if self.storage.target(each).is_file()]

    def _write_variants(self, name: str, content: bytes, codings: Sequence[str]) -> None:
        for coding in codings:
            smaller = self.compressors[coding](content)
            if len(smaller) < len(content):
                variant = name + EXTENSIONS[coding]
                self.storage.save(variant, io.BytesIO(smaller))
                self.report.compressed.append(variant)
                self.tell(f"{variant}: {len(smaller)} bytes for {len(content)}")

    # --clear -----------------------------------------------------------------------------------

    def _delete_all_but(self, wanted: set[str]) -> None:
        if hasattr(self.storage, "manifest_name") and self.orders.post_process:
            wanted = {*wanted, self.storage.manifest_name}
        root = Path(self.storage.location)
        for path in sorted(root.rglob("*"), reverse=True):  # what is in a folder before the folder
            name = posixpath.join(*path.relative_to(root).parts)
            if path.is_dir() and not path.is_symlink():
                if not self.orders.dry_run and not any(path.iterdir()):
                    path.rmdir()
            elif name not in wanted:
                self.report.deleted.append(name)
                self.tell(f"{name}: deleted")
                if not self.orders.dry_run:
                    path.unlink()


def _is_copied(target: Path, source: Path) -> bool:
    if target.is_symlink() or not target.is_file():
        return False
    if target.stat().st_size != source.stat().st_size:
        return False
    with target.open("rb") as one, source.open("rb") as other:
        return files.same_content(one, other)


def _is_linked(target: Path, source: Path) -> bool:
    return target.is_symlink() and target.readlink() == source
