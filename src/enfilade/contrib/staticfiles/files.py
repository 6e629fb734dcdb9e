"""The files that are collected: there at once or not at all, and readable by the server's user.

Modes do not depend on the umask of whoever runs the command: 077 would keep the web server out,
0 would let everybody in.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from enfilade.atomic import replacing

__all__ = ["link", "make_folder", "same_content", "write"]

FILE_MODE = 0o644
FOLDER_MODE = 0o755

_BLOCK = 256 * 1024


def write(path: Path, content: BinaryIO) -> None:
    """Put *content*, from where it stands, into the file at *path*."""
    make_folder(path.parent)
    with replacing(path) as file:
        shutil.copyfileobj(content, file, _BLOCK)
        os.fchmod(file.fileno(), FILE_MODE)


def link(path: Path, target: Path) -> None:
    """Make *path* a symbolic link to *target*."""
    make_folder(path.parent)
    with replacing(path) as file:
        placeholder = Path(file.name)
        placeholder.unlink()
        placeholder.symlink_to(target)


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
