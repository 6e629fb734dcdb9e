"""The caches of the process, made from ``CACHES``: ``{alias: {"BACKEND": …, "LOCATION": …}}``.

Each is made once, on first use, and shared by all threads; Django makes one for each of them.
"""

import threading
from collections.abc import Iterator
from typing import Any, cast

from enfilade.cache.backends.base import BaseCache
from enfilade.cache.errors import InvalidCacheBackendError
from enfilade.cache.keys import imported
from enfilade.conf import settings
from enfilade.dispatch import request_finished, setting_changed

DEFAULT_CACHE_ALIAS = "default"
"""The alias of the cache that ``cache`` of :mod:`enfilade.cache` stands for."""


class CacheHandler:
    """Caches by alias; asking for one raises :exc:`~enfilade.cache.InvalidCacheBackendError` if
    ``CACHES`` has none of the name, or it cannot be made."""

    def __init__(self) -> None:
        self._made: dict[str, BaseCache] = {}
        self._lock = threading.Lock()
        setting_changed.connect(self._on_change)

    def __getitem__(self, alias: str) -> BaseCache:
        try:
            return self._made[alias]
        except KeyError:
            return self._make(alias)

    def __setitem__(self, alias: str, made: BaseCache) -> None:
        self._made[alias] = made

    def __delitem__(self, alias: str) -> None:
        del self._made[alias]

    def __iter__(self) -> Iterator[str]:
        return iter(settings.CACHES)

    def all(self, initialized_only: bool = False) -> list[BaseCache]:
        """All caches, or those that have been asked for."""
        return list(self._made.values()) if initialized_only else [self[alias] for alias in self]

    def close_all(self, **kwargs: Any) -> None:
        """Close those that have been asked for."""
        for made in self.all(initialized_only=True):
            made.close()

    def _make(self, alias: str) -> BaseCache:
        with self._lock:
            if alias not in self._made:
                made = create_cache(alias)
                if type(made).close is not BaseCache.close:
                    request_finished.connect(self.close_all, dispatch_uid="enfilade.cache")
                self._made[alias] = made
            return self._made[alias]

    def _on_change(self, *, setting: str, **_: object) -> None:
        if setting == "CACHES":
            self.close_all()
            self._made.clear()


def create_cache(alias: str) -> BaseCache:
    """A new cache of what ``CACHES`` says for *alias*; raises what :class:`CacheHandler` does."""
    try:
        params = dict(settings.CACHES[alias])
        backend = params.pop("BACKEND")
    except KeyError as error:
        raise InvalidCacheBackendError(
            f"The connection '{alias}' doesn't exist."
            if error.args == (alias,)
            else f"CACHES[{alias!r}] has no BACKEND.",
            hint='CACHES = {"default": {"BACKEND": "enfilade.cache.backends.locmem.LocMemCache"}}',
        ) from None
    factory = imported(backend, f"CACHES[{alias!r}]") if isinstance(backend, str) else backend
    made = factory(params.pop("LOCATION", ""), params)
    if not isinstance(made, BaseCache):
        raise InvalidCacheBackendError(
            f"CACHES[{alias!r}] names {backend!r}, which is no cache of Enfilade.",
            hint="A backend is made from enfilade.cache.BaseCache.",
        )
    return made


class _Proxy:
    """Does what the cache of one alias does."""

    def __init__(self, caches: CacheHandler, alias: str) -> None:
        self.__dict__.update(_caches=caches, _alias=alias)

    def _cache(self) -> BaseCache:
        found: BaseCache = self._caches[self._alias]
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._cache(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._cache(), name)

    def __contains__(self, key: Any) -> bool:
        return key in self._cache()

    def __eq__(self, other: object) -> bool:
        return self._cache() == other

    __hash__ = None  # type: ignore[assignment]


def default_cache(caches: CacheHandler) -> BaseCache:
    """What stands for the default one of *caches*."""
    return cast(BaseCache, _Proxy(caches, DEFAULT_CACHE_ALIAS))
