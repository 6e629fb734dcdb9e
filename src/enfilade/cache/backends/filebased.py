"""Values in files, one for each: for processes of one machine that share a folder.

``LOCATION`` is the folder; it is made, for its owner only, if it is not there. A file's name is
a digest of the key, so no key leads out of the folder. Its first eight bytes say when the value
expires, the rest is the value, compressed. A file appears under its name when it is complete. When
``MAX_ENTRIES`` are reached, the oldest go, expired or not: one of ``CULL_FREQUENCY`` (all, if it is
0).
"""

import fcntl
import hashlib
import math
import os
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from enfilade.atomic import replacing
from enfilade.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from enfilade.cache.errors import InvalidCacheBackendError
from enfilade.cache.keys import key_in_bytes
from enfilade.cache.serializers import get_serializer

_EXPIRY = struct.Struct("!d")


class FileBasedCache(BaseCache):
    """The cache in one folder. ``OPTIONS`` may hold ``serializer``, see
    :mod:`enfilade.cache.serializers`. Raises
    :exc:`~enfilade.cache.InvalidCacheBackendError` without a folder."""

    cache_suffix = ".cache"

    def __init__(self, dir: Any, params: Any) -> None:
        super().__init__(params)
        if not dir:
            raise InvalidCacheBackendError(
                "A cache in files has no LOCATION.", hint="Name a folder for it alone."
            )
        self.folder = Path(dir).absolute()
        self._serializer = get_serializer(params.get("OPTIONS", {}).get("serializer"))

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* unless there is one already; whether it is kept."""
        with self._exclusively():
            if self.has_key(key, version):
                return False
            self.set(key, value, timeout, version)
            return True

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """The value, or *default*, also if a crash of the machine has left half a file."""
        path = self._file(key, version)
        try:
            data = path.read_bytes()
            if not _is_over(data):
                return self._serializer.loads(zlib.decompress(data[_EXPIRY.size :]))
        except (FileNotFoundError, zlib.error):
            pass
        return default

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Keep *value*."""
        file = self._file(key, version)
        content = self._expiry(timeout) + zlib.compress(self._serializer.dumps(value))
        self._make_folder()  # somebody may have removed it
        self._make_room()
        with replacing(file) as new:
            new.write(content)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """Give the value another timeout; whether there is one."""
        path = self._file(key, version)
        try:
            with path.open("r+b", buffering=0) as file:
                if _is_over(file.read(_EXPIRY.size)):
                    return False
                os.pwrite(file.fileno(), self._expiry(timeout), 0)
        except FileNotFoundError:
            return False
        return True

    def has_key(self, key: Any, version: Any = None) -> bool:
        """Whether there is a value."""
        path = self._file(key, version)
        try:
            with path.open("rb", buffering=0) as file:
                return not _is_over(file.read(_EXPIRY.size))
        except FileNotFoundError:
            return False

    def delete(self, key: Any, version: Any = None) -> bool:
        """Forget the value; whether there was one that had not expired."""
        is_kept = self.has_key(key, version)
        return _remove(self._file(key, version)) and is_kept

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Add *delta* to the value and return it; :exc:`ValueError` if there is none."""
        with self._exclusively():
            return super().incr(key, delta, version)

    def clear(self) -> None:
        """Remove the files of this cache; others in the folder stay."""
        self.refuse_on_event_loop()
        for file in self._files():
            _remove(file)

    def _file(self, key: Any, version: Any) -> Path:
        self.refuse_on_event_loop()
        made = key_in_bytes(self.make_and_validate_key(key, version))
        return (
            self.folder / f"{hashlib.blake2b(made, digest_size=20).hexdigest()}{self.cache_suffix}"
        )

    def _files(self) -> list[Path]:
        return list(self.folder.glob(f"*{self.cache_suffix}"))

    def _expiry(self, timeout: Any) -> bytes:
        expiry = self.get_backend_timeout(timeout)
        return _EXPIRY.pack(math.inf if expiry is None else expiry)

    def _make_folder(self) -> None:
        for folder in reversed((self.folder, *self.folder.parents)):
            if not folder.exists():  # Path.mkdir(parents=True) has no mode for parents
                folder.mkdir(mode=0o700, exist_ok=True)

    def _make_room(self) -> None:
        files = self._files()
        if len(files) < self._max_entries:
            return
        if self._cull_frequency:
            files = sorted(files, key=_written)[: len(files) // self._cull_frequency]
        for file in files:
            _remove(file)

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """Keep other processes and threads from changing the cache in the same way."""
        self.refuse_on_event_loop()
        self._make_folder()
        with (self.folder / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _is_over(data: bytes) -> bool:
    """Whether a file that begins with *data* has expired, or has no beginning.

    Whoever finds out leaves it there: under its name somebody may just have put a new one, and
    to remove that would let two processes add the same key.
    """
    return len(data) < _EXPIRY.size or bool(_EXPIRY.unpack_from(data)[0] < time.time())


def _written(file: Path) -> float:
    with suppress(FileNotFoundError):
        return file.stat().st_mtime
    return 0


def _remove(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
