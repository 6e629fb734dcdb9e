"""A revision of a site, as git has it: written out into a folder of its own, for a while.

Neither the working tree nor the repository is touched: git reads the revision into an index
that lies beside the folder.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from enfilade.exceptions import DeveloperError


class RevisionError(DeveloperError):
    """A revision cannot be had."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A revision on the disk: ``repository`` is where it comes from, ``top`` where it lies now,
    and ``folder`` what the working directory is there."""

    repository: Path
    top: Path
    folder: Path

    def counterpart(self, folder: str) -> str:
        """*folder* of the command line, which is seen from here, as it is called there."""
        path = Path(folder).absolute()
        if not path.is_relative_to(self.repository):
            return str(path)
        return str(self.top / path.relative_to(self.repository))


@contextmanager
def checked_out(revision: str) -> Iterator[Checkout]:
    """Have *revision* (a branch, a tag, ``HEAD~1`` …) written out while the block lasts.

    Raises :exc:`RevisionError` if there is no git, no repository or no such revision.
    """
    repository = Path(_git("rev-parse", "--show-toplevel"))
    commit = _commit(revision)
    inside = Path.cwd().resolve().relative_to(repository.resolve())
    with _ending_properly(), tempfile.TemporaryDirectory(prefix="enfilade-") as temporary:
        top = Path(temporary).resolve() / repository.name
        top.mkdir()
        # An index of its own: unlike an archive it has every file, and unlike a work tree it
        # leaves nothing in the repository when this process is killed.
        index = {"GIT_INDEX_FILE": f"{temporary}/index"}
        _git("read-tree", commit, **index)
        _git("-C", str(repository), "checkout-index", "--all", f"--prefix={top}/", **index)
        if not (top / inside).is_dir():
            raise RevisionError(f"{revision} has no folder {inside}, in which this was asked.")
        yield Checkout(repository, top, top / inside)


def _commit(revision: str) -> str:
    try:
        return _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
    except RevisionError:
        raise RevisionError(
            f"There is no revision {revision!r} here.",
            hint="Write what git knows: rev:HEAD~1, rev:main, rev:v1.2",
        ) from None


def _git(*arguments: str, **variables: str) -> str:
    environ = {**os.environ, **variables}
    try:
        done = subprocess.run(  # noqa: S603 - no shell reads the arguments
            ["git", *arguments],  # noqa: S607 - the one that the person would run
            env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise RevisionError("Revisions are git's, and git is not installed.") from None
    if done.returncode:
        said = done.stderr.strip().removeprefix("fatal: ")
        raise RevisionError(f"git says: {said}." if said else "git finds nothing.")
    return done.stdout.strip()


@contextmanager
def _ending_properly() -> Iterator[None]:
    """Whoever ends this process has it tidy up before, as Ctrl-C has."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, leave) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
