"""Files that are there whole or not at all.

What is written has a name of its own until it is complete, and then takes the other's place in one
step (rename(2)): who reads meanwhile has the old contents or the new, never half of them. The
disk is not waited for, so a crash of the machine, unlike one of the process, may leave a file
that is empty or cut short.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

__all__ = ["UNFINISHED", "replacing"]

UNFINISHED = ".unfinished"
"""How the name of a file ends that is being written; it begins with a dot."""


@contextmanager
def replacing(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A new file, to be written in the block, that is at *path* after it; none if it fails.

    *mode* is that of open(2), of which the umask takes away. The folder has to be there.
    """
    unfinished = path.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    try:
        with open(unfinished, "xb", opener=partial(os.open, mode=mode)) as file:
            yield file
        unfinished.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        raise
