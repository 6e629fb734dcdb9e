"""What can be done with a cache, as far as it does not depend on where the values are kept.

A backend says how one value is added, read, set, touched and deleted, and how everything is
cleared; the rest is made of these here, and a backend that can do better does. Keys are turned
into ``prefix:version:key``. A timeout is a number of seconds; ``None`` keeps a value for ever, 0
or less does not keep it at all, and without one the cache's own counts (``TIMEOUT``, 300).

The names and what they do are those of Django's ``django.core.cache.backends.base``.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from enfilade.cache.errors import InvalidCacheBackendError
from enfilade.cache.keys import get_key_func, warn_of_key

DEFAULT_TIMEOUT: Any = object()
"""In place of a timeout: that of the cache."""

MISSING: Any = object()
"""In place of a value: there is none."""


class CacheOperations:
    """A cache; *params* is an entry of ``CACHES`` without ``BACKEND`` and ``LOCATION``.

    All threads of the process share it. Raises :exc:`~enfilade.cache.InvalidCacheBackendError`
    for numbers that are none.
    """

    def __init__(self, params: Mapping[str, Any]) -> None:
        options = params.get("OPTIONS", {})
        timeout = params.get("TIMEOUT", 300)
        self.default_timeout = None if timeout is None else _whole(timeout, "TIMEOUT")
        self._max_entries = _whole(options.get("MAX_ENTRIES", 300), "MAX_ENTRIES")
        self._cull_frequency = _whole(options.get("CULL_FREQUENCY", 3), "CULL_FREQUENCY")
        self.key_prefix: str = params.get("KEY_PREFIX", "")
        self.version: Any = params.get("VERSION", 1)
        self.key_func = get_key_func(params.get("KEY_FUNCTION"))

    # For backends ----------------------------------------------------------------------------

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> Any:
        """When a value expires, in seconds since the epoch; ``None`` for never."""
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        # Not now: the clock may not have moved when the value is asked for.
        return None if seconds is None else time.time() + (seconds or -1)

    def make_key(self, key: Any, version: Any = None) -> str:
        """The key under which a value is kept."""
        return self.key_func(key, self.key_prefix, self.version if version is None else version)

    def validate_key(self, key: str) -> None:
        """Warn (:exc:`~enfilade.cache.CacheKeyWarning`) of a key that memcached would refuse."""
        warn_of_key(key)

    def make_and_validate_key(self, key: Any, version: Any = None) -> str:
        """Both of the above."""
        made = self.make_key(key, version)
        self.validate_key(made)
        return made

    # What a backend provides -----------------------------------------------------------------

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* unless there is one already; whether it is kept."""
        raise self._lacks("add")

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """The value, or *default*."""
        raise self._lacks("get")

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Keep *value*."""
        raise self._lacks("set")

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """Give the value another timeout; whether there is one."""
        raise self._lacks("touch")

    def delete(self, key: Any, version: Any = None) -> bool:
        """Forget the value; whether there was one."""
        raise self._lacks("delete")

    def clear(self) -> Any:
        """Forget everything, under whatever prefix."""
        raise self._lacks("clear")

    def close(self, **kwargs: Any) -> None:
        """Called at the end of a request, if a backend defines it."""

    def _lacks(self, method: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} does not provide {method}().")

    # What is made of that --------------------------------------------------------------------

    def has_key(self, key: Any, version: Any = None) -> bool:
        """Whether there is a value."""
        return self.get(key, MISSING, version) is not MISSING

    def __contains__(self, key: Any) -> bool:
        return self.has_key(key)

    def replace(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Keep *value* in place of one that is there; whether there was one. Memory and Redis do
        this in one step, so that what is deleted at the same moment does not come back."""
        is_there = self.has_key(key, version)
        if is_there:
            self.set(key, value, timeout, version)
        return is_there

    def get_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """The values that are there, by key."""
        found = {key: self.get(key, MISSING, version) for key in keys}
        return {key: value for key, value in found.items() if value is not MISSING}

    def set_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        """Keep several values; the keys that failed, which are none here."""
        for key, value in data.items():
            self.set(key, value, timeout, version)
        return []

    def delete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        """Forget several values."""
        for key in keys:
            self.delete(key, version)

    def get_or_set(
        self, key: Any, default: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> Any:
        """The value; if there is none, *default*, or what it returns, is kept and returned."""
        value = self.get(key, MISSING, version)
        if value is not MISSING:
            return value
        return self._add_and_get(key, default() if callable(default) else default, timeout, version)

    def _add_and_get(self, key: Any, value: Any, timeout: Any, version: Any) -> Any:
        self.add(key, value, timeout, version)
        return self.get(key, value, version)  # somebody else's, if they were faster

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Add *delta* to the value and return it; :exc:`ValueError` if there is none."""
        value = self._present(key, version) + delta
        self.set(key, value, version=version)
        return value

    def decr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Subtract *delta* from the value and return it; :exc:`ValueError` if there is none."""
        return self.incr(key, -delta, version)

    def incr_version(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Move the value to a higher version and return that; :exc:`ValueError` if there is none.

        The value gets the cache's own timeout.
        """
        version = self.version if version is None else version
        self.set(key, self._present(key, version), version=version + delta)
        self.delete(key, version)
        return version + delta

    def decr_version(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """Move the value to a lower version and return that; :exc:`ValueError` if there is none."""
        return self.incr_version(key, -delta, version)

    def _present(self, key: Any, version: Any) -> Any:
        value = self.get(key, MISSING, version)
        if value is MISSING:
            raise not_found(key)
        return value


def not_found(key: Any) -> ValueError:
    """The error of changing what is not there."""
    return ValueError(f"Key '{key}' not found")


def _whole(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InvalidCacheBackendError(
            f"{name} of a cache is {value!r}, which is no number.",
            hint="Seconds for TIMEOUT (or None), a count for MAX_ENTRIES and CULL_FREQUENCY.",
        ) from None
