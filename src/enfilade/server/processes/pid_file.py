"""The file that tells other programs which process to signal."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from enfilade.exceptions import DeveloperError
from enfilade.server.processes.witness import Witness


class PidFileError(DeveloperError):
    """The pid file cannot be written."""


class PidFile(Witness):
    """The file *path* with this process's id, locked while the server lives.

    A file that a killed server has left has no lock, whoever has its number meanwhile, and is
    taken over. Raises :exc:`PidFileError`.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path).absolute()
        self._descriptor = _open(path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise PidFileError(
                f"The pid file {path} belongs to a server that runs.",
                hint="Stop that one, or choose another path.",
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, b"%d\n" % os.getpid())

    def close(self) -> None:
        """Remove the file, or empty it where the folder is not ours."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
            if self._path.stat().st_ino == os.fstat(self._descriptor).st_ino:
                self._path.unlink()
        os.close(self._descriptor)

    def on_forked(self) -> None:
        os.close(self._descriptor)  # the lock is the supervisor's


def _open(path: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except OSError as error:
        absent = isinstance(error, FileNotFoundError)
        raise PidFileError(
            f"Cannot write the pid file {path}: {error.strerror}.",
            hint="Make the folder of the pid file first." if absent else None,
        ) from error
