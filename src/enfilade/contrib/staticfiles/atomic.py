"""Files that are there at once or not at all, and that the server's user can read.

What is written has a name of its own until it is complete; then it takes the place of the other.
Modes do not depend on the umask of whoever runs the command: 077 would keep the web server out,
0 would let everybody in.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["UNFINISHED", "link", "make_folder", "same_content", "write"]

FILE_MODE = 0o644
FOLDER_MODE = 0o755
UNFINISHED = ".unfinished"
"""How the name of a file ends that is being written."""

_BLOCK = 256 * 1024


def write(path: Path, content: BinaryIO) -> None:
    """Put *content*, from where it stands, into the file at *path*."""
    with _replacing(path) as temporary, temporary.open("wb") as file:
        shutil.copyfileobj(content, file, _BLOCK)
        os.fchmod(file.fileno(), FILE_MODE)


def link(path: Path, target: Path) -> None:
    """Make *path* a symbolic link to *target*."""
    with _replacing(path) as temporary:
        temporary.unlink()
        temporary.symlink_to(target)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    make_folder(path.parent)
    number, name = tempfile.mkstemp(UNFINISHED, ".", path.parent)
    os.close(number)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise


def make_folder(path: Path) -> None:
    """Make the folder at *path* and those above it, as far as they are missing."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with suppress(FileExistsError):  # another process was faster
        path.mkdir()
        path.chmod(FOLDER_MODE)


def same_content(one: BinaryIO, other: BinaryIO) -> bool:
    """Whether the two read the same, from where they stand."""
    while (block := one.read(_BLOCK)) == other.read(_BLOCK):
        if not block:
            return True
    return False
