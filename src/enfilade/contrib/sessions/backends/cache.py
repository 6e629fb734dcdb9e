"""Sessions in a cache, the one that ``SESSION_CACHE_ALIAS`` names.

As safe as the cache is: what that forgets, because it is full or was started anew, is gone. Of
many machines or processes, all must see the same cache: Redis, not the memory of each.
"""

from typing import Any

from enfilade.cache import caches
from enfilade.cache.backends.base import BaseCache
from enfilade.conf import settings
from enfilade.contrib.sessions.backends.keyed import KeyedSession

__all__ = ["KEY_PREFIX", "SessionStore"]

KEY_PREFIX = "enfilade.contrib.sessions.cache"


class SessionStore(KeyedSession):
    """A session as a value of a cache."""

    cache_key_prefix = KEY_PREFIX

    @property
    def _cache(self) -> BaseCache:
        return caches[settings.SESSION_CACHE_ALIAS]

    def exists(self, session_key: str) -> bool:
        """Whether the cache has something under the key."""
        return bool(session_key) and self._cache.has_key(self.cache_key_prefix + session_key)

    def _read(self, key: str) -> dict[str, Any] | None:
        contents: dict[str, Any] | None = self._cache.get(self.cache_key_prefix + key)
        return contents

    def _insert(self, key: str, contents: dict[str, Any]) -> bool:
        return self._cache.add(self.cache_key_prefix + key, contents, self.get_expiry_age())

    def _update(self, key: str, contents: dict[str, Any]) -> bool:
        return self._cache.replace(self.cache_key_prefix + key, contents, self.get_expiry_age())

    def _remove(self, key: str) -> None:
        self._cache.delete(self.cache_key_prefix + key)

    @classmethod
    def clear_expired(cls) -> None:
        """Nothing to do: a cache forgets by itself."""
