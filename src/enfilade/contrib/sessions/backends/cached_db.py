"""Sessions in the database, and in the cache what was read or written lately.

A cache that does not answer costs time, not sessions: the database knows them. Only what *ends*
a session insists on the cache, because a copy that stays behind would bring the session back.
"""

import logging
from collections.abc import Callable
from datetime import UTC
from typing import Any

from enfilade.cache import caches
from enfilade.cache.backends.base import BaseCache
from enfilade.conf import settings
from enfilade.contrib.sessions.backends.db import SessionStore as DatabaseStore
from enfilade.exceptions import ServiceUnavailable

__all__ = ["KEY_PREFIX", "SessionStore"]

KEY_PREFIX = "enfilade.contrib.sessions.cached_db"

logger = logging.getLogger("enfilade.contrib.sessions")


class SessionStore(DatabaseStore):
    """A session in a row, with a copy in a cache."""

    cache_key_prefix = KEY_PREFIX

    @property
    def _cache(self) -> BaseCache:
        return caches[settings.SESSION_CACHE_ALIAS]

    def exists(self, session_key: str) -> bool:
        """Whether there is a row of this key, or a copy of it."""
        return self._copy(session_key) is not None or super().exists(session_key)

    def _read(self, key: str) -> dict[str, Any] | None:
        if (copy := self._copy(key)) is not None:
            return copy
        if (row := self._row(key)) is None:
            return None
        contents = self.decode(row.data)
        ends = row.expires if row.expires.tzinfo else row.expires.replace(tzinfo=UTC)
        # Somebody may have changed it since: theirs is the newer copy.
        self._keep(self._cache.add, key, contents, self.get_expiry_age(expiry=ends))
        return contents if self._has_row(key) else None

    def _insert(self, key: str, contents: dict[str, Any]) -> bool:
        inserted = super()._insert(key, contents)
        if inserted:
            self._keep(self._cache.set, key, contents, self.get_expiry_age())
        return inserted

    def _update(self, key: str, contents: dict[str, Any]) -> bool:
        if super()._update(key, contents):
            self._keep(self._cache.set, key, contents, self.get_expiry_age())
        return self._has_row(key)

    def _remove(self, key: str) -> None:
        super()._remove(key)
        self._cache.delete(self.cache_key_prefix + key)

    def _copy(self, key: str) -> dict[str, Any] | None:
        try:
            contents: dict[str, Any] | None = self._cache.get(self.cache_key_prefix + key)
        except ServiceUnavailable as error:
            logger.warning("Sessions are read from the database alone: %s", error)
            return None
        return contents

    def _has_row(self, key: str) -> bool:
        """Whether the row is there, after a copy was made; where it is not, the copy goes, too.

        Whoever ends the session deletes first the row, then the copy. So either they come after
        the copy was made, or the row is found to be gone.
        """
        there = super().exists(key)
        if not there:
            self._cache.delete(self.cache_key_prefix + key)
        return there

    def _keep(
        self, keep: Callable[..., object], key: str, contents: dict[str, Any], seconds: int
    ) -> None:
        try:
            keep(self.cache_key_prefix + key, contents, seconds)
        except ServiceUnavailable as error:
            logger.warning("A session is saved in the database alone: %s", error)
