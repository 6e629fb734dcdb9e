"""Tell the supervisor when a source file changes: a small program of its own beside it.

``python -m enfilade.server.processes.reloader SUPERVISOR_PID FOLDER...`` sends SIGHUP. As a
program it inherits none of the supervisor's sockets, pipes and handlers, and watchfiles'
threads stay out of a process that forks.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from enfilade.exceptions import DeveloperError

SUFFIXES = (".py", ".html", ".jinja", ".jinja2", ".j2", ".toml", ".css", ".mo", ".po")
IGNORED = frozenset({"__pycache__", "node_modules", "site-packages"})


SETTLED = 20
"""Milliseconds without another change after which a batch is complete: an editor writes a file
in less, and what comes later begins another reload."""


class ReloaderError(DeveloperError):
    """Files cannot be watched."""


def is_installed() -> bool:
    """Whether watchfiles is there, an extra."""
    return find_spec("watchfiles") is not None


def check_available(folders: Sequence[str]) -> None:
    """Raise :exc:`ReloaderError` if *folders* cannot be watched."""
    if not is_installed():
        raise ReloaderError(
            "Reloading needs watchfiles, which is not installed.",
            hint='pip install "enfilade[dev]", or switch it off with --no-reload',
        )
    for folder in folders:
        if not Path(folder).is_dir():
            raise ReloaderError(f"Cannot watch {folder}: there is no such folder.")


@contextmanager
def watching(folders: Sequence[str]) -> Iterator[None]:
    """Have changes in *folders* reload this process while the block runs."""
    # -P: a module of the site must not stand in the way of one of Python's own.
    command = [sys.executable, "-P", "-m", __name__, str(os.getpid()), *folders]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def make_filter(folders: Sequence[str]) -> Callable[[object, str], bool]:
    """Which changes count: source files outside caches, hidden folders and environments."""
    roots = [Path(folder).resolve() for folder in folders]

    def counts(_change: object, name: str) -> bool:
        path = Path(name)
        if path.suffix not in SUFFIXES:
            return False
        root = next((root for root in roots if path.is_relative_to(root)), path.parent)
        inside = [parent for parent in path.parents if parent != root and root in parent.parents]
        return not any(_is_foreign(folder) for folder in inside)

    return counts


def _is_foreign(folder: Path) -> bool:
    return (
        folder.name in IGNORED
        or folder.name.startswith(".")
        or (folder / "pyvenv.cfg").is_file()  # a virtual environment, whatever its name
    )


def forget_bytecode(file: str) -> None:
    """Remove what Python has compiled the source *file* to. Python goes by size and by whole
    seconds, so it would take that for the code of a file that was saved twice in one second."""
    if file.endswith(".py"):
        with suppress(OSError):
            Path(cache_from_source(file)).unlink()


def watch(supervisor: int, folders: Sequence[str]) -> None:
    """Send SIGHUP to *supervisor*, our parent, for every batch of changes; end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to act on
    from watchfiles import watch as watch_files

    batches = watch_files(
        *folders,
        watch_filter=make_filter(folders),
        step=SETTLED,
        rust_timeout=1000,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    for changes in batches:
        if os.getppid() != supervisor:
            return
        for _, name in changes:
            forget_bytecode(name)
        if changes:
            os.kill(supervisor, signal.SIGHUP)


if __name__ == "__main__":
    watch(int(sys.argv[1]), sys.argv[2:])
