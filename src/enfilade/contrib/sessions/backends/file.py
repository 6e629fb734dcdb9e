"""Sessions in files of ``SESSION_FILE_PATH``, one each, readable by this user only.

Good for one machine. A file is replaced in one step, so that who reads meanwhile sees the old
or the new contents, never half of them.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from enfilade.atomic import replacing
from enfilade.bridge import refuse_on_event_loop
from enfilade.conf import settings
from enfilade.contrib.sessions.backends.base import VALID_KEY_CHARS
from enfilade.contrib.sessions.backends.contents import EXPIRY
from enfilade.contrib.sessions.backends.keyed import KeyedSession
from enfilade.contrib.sessions.exceptions import InvalidSessionKey
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable

__all__ = ["SessionStore"]


class SessionStore(KeyedSession):
    """A session in a file whose name is the cookie's name and the key."""

    def exists(self, session_key: str) -> bool:
        """Whether there is a file of this key."""
        return _file_of(session_key).exists()

    def _read(self, key: str) -> dict[str, Any] | None:
        path = _file_of(key)
        with _disk():
            try:
                changed = path.stat().st_mtime
                text = path.read_bytes()
            except FileNotFoundError:
                return None
        contents = self.decode(text.decode("ascii", "replace"))
        since = datetime.fromtimestamp(changed, UTC)
        ends = self.get_expiry_date(modification=since, expiry=contents.get(EXPIRY))
        return contents if ends > datetime.now(UTC) else None

    def _insert(self, key: str, contents: dict[str, Any]) -> bool:
        text = self.encode(contents).encode()  # first: what cannot be encoded has no file
        with _disk():
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                descriptor = os.open(_file_of(key), flags, 0o600)
            except FileExistsError:
                return False
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(text)
            except OSError:  # the disk is full: no client is told this key, so none ends its file
                _file_of(key).unlink(missing_ok=True)
                raise
        return True

    def _update(self, key: str, contents: dict[str, Any]) -> bool:
        path = _file_of(key)
        with _disk(), _held(path) as is_there:
            if is_there:
                with replacing(path) as file:
                    file.write(self.encode(contents).encode())
        return is_there

    def _remove(self, key: str) -> None:
        path = _file_of(key)
        with _disk(), _held(path) as is_there:
            if is_there:
                path.unlink()

    @classmethod
    def clear_expired(cls) -> None:
        """Remove the files of sessions that have ended."""
        for key in _keys():
            path = _file_of(key)
            with _disk(), _held(path) as is_there:
                if is_there and cls()._read(key) is None:
                    path.unlink()


def _keys() -> list[str]:
    """The keys of which there are files; what else lies in the folder is left alone."""
    prefix = settings.SESSION_COOKIE_NAME
    names = [path.name for path in _folder().iterdir() if path.name.startswith(prefix)]
    keys = [name.removeprefix(prefix) for name in names]
    return [key for key in keys if key and not set(key) - set(VALID_KEY_CHARS)]


def _file_of(key: str) -> Path:
    """The file of *key*; every way to the disk comes by here.

    Raises :exc:`InvalidSessionKey` for a key that might lead out of the folder.
    """
    refuse_on_event_loop("The folder of sessions")
    if not key or set(key) - set(VALID_KEY_CHARS):
        raise InvalidSessionKey("Invalid characters in session key")
    return _folder() / f"{settings.SESSION_COOKIE_NAME}{key}"


def _folder() -> Path:
    folder = Path(settings.SESSION_FILE_PATH or tempfile.gettempdir())
    if not folder.is_dir():
        raise ImproperlyConfigured(
            f"SESSION_FILE_PATH is {str(folder)!r}, and there is no such folder.",
            hint="Make it, or name another one that the server may write to.",
        )
    return folder


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Whether the file is there. Within the block nobody else replaces or removes it, so that a
    session that ends while it is saved does not come back."""
    while True:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            yield False
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(path, file.fileno()):
                yield True
                return


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the open file is still the one at *path*."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def _disk() -> Iterator[None]:
    """Say of a disk that is full, or gone, what is said of any store that does not answer."""
    try:
        yield
    except OSError as error:
        raise ServiceUnavailable(f"The folder of sessions cannot be used: {error}") from error
