"""Values in the memory of this process: the default, and the fastest where one process is enough.

``LOCATION`` is a name; caches of one name share their values, others never meet. A value is kept
as a pickle, so that nobody changes it by changing what they were given. When ``MAX_ENTRIES`` are
reached, those go that were not used for longest: one of ``CULL_FREQUENCY`` (all, if it is 0).
"""

import os
import pickle
import threading
import time
from collections import OrderedDict
from typing import Any, ClassVar

from enfilade.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from enfilade.cache.operations import not_found

Entry = tuple[bytes, float | None]
"""The pickle, and when it expires."""


class Shelf(OrderedDict[str, Entry]):
    """The entries of one ``LOCATION``, least recently used first, and the lock to hold."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def alive(self, key: str) -> Entry | None:
        """The entry, unless it has expired."""
        entry = self.get(key)
        return None if entry is None or _is_over(entry[1]) else entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep *entry*, as the most recently used one."""
        self[key] = entry
        self.move_to_end(key)

    def cull(self, frequency: int) -> None:
        """Drop one of *frequency* entries, or all."""
        if frequency == 0:
            self.clear()
        else:
            for _ in range(len(self) // frequency):
                self.popitem(last=False)


class LocMemCache(BaseCache):
    """The cache of one name in this process, safe to use from all threads."""

    blocking = False
    pickle_protocol = pickle.HIGHEST_PROTOCOL
    _shelves: ClassVar[dict[str, Shelf]] = {}

    def __init__(self, name: str, params: Any) -> None:
        super().__init__(params)
        self._shelf = self._shelves.setdefault(name, Shelf())

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* unless there is one already; whether it is kept."""
        key = self.make_and_validate_key(key, version)
        pickled = pickle.dumps(value, self.pickle_protocol)
        with self._shelf.lock:
            if self._shelf.alive(key):
                return False
            self._put(key, pickled, timeout)
            return True

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """The value, or *default*."""
        key = self.make_and_validate_key(key, version)
        with self._shelf.lock:
            if (entry := self._shelf.alive(key)) is None:
                self._shelf.pop(key, None)
                return default
            self._shelf.move_to_end(key)
        return pickle.loads(entry[0])  # noqa: S301 - made by this process

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Keep *value*."""
        key = self.make_and_validate_key(key, version)
        pickled = pickle.dumps(value, self.pickle_protocol)
        with self._shelf.lock:
            self._put(key, pickled, timeout)

    def replace(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* in place of one that is there; whether there was one."""
        key = self.make_and_validate_key(key, version)
        pickled = pickle.dumps(value, self.pickle_protocol)
        with self._shelf.lock:
            if self._shelf.alive(key) is None:
                return False
            self._put(key, pickled, timeout)
            return True

    def _put(self, key: str, pickled: bytes, timeout: Any) -> None:
        if len(self._shelf) >= self._max_entries:
            self._shelf.cull(self._cull_frequency)
        self._shelf.put(key, (pickled, self.get_backend_timeout(timeout)))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """Give the value another timeout; whether there is one."""
        key = self.make_and_validate_key(key, version)
        with self._shelf.lock:
            if (entry := self._shelf.alive(key)) is None:
                return False
            self._shelf[key] = (entry[0], self.get_backend_timeout(timeout))
            return True

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Add *delta* to the value, whose timeout stays; :exc:`ValueError` if there is none."""
        made = self.make_and_validate_key(key, version)
        with self._shelf.lock:
            if (entry := self._shelf.alive(made)) is None:
                self._shelf.pop(made, None)
                raise not_found(made)
            value = pickle.loads(entry[0]) + delta  # noqa: S301 - made by this process
            self._shelf.put(made, (pickle.dumps(value, self.pickle_protocol), entry[1]))
        return value

    def has_key(self, key: Any, version: Any = None) -> bool:
        """Whether there is a value."""
        key = self.make_and_validate_key(key, version)
        with self._shelf.lock:
            if self._shelf.alive(key):
                return True
            self._shelf.pop(key, None)
            return False

    def delete(self, key: Any, version: Any = None) -> bool:
        """Forget the value; whether there was one, expired or not."""
        key = self.make_and_validate_key(key, version)
        with self._shelf.lock:
            return self._shelf.pop(key, None) is not None

    def clear(self) -> None:
        """Forget everything under this name."""
        with self._shelf.lock:
            self._shelf.clear()


def _unlock_after_fork() -> None:
    """A thread that held a lock when the process forked is not there in the child to let it go."""
    for shelf in LocMemCache._shelves.values():
        shelf.lock = threading.Lock()


os.register_at_fork(after_in_child=_unlock_after_fork)


def _is_over(expiry: float | None) -> bool:
    return expiry is not None and expiry <= time.time()
