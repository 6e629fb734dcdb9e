"""Values kept for a while under a key: in memory, in files or on Redis.

``cache`` is the cache called "default", ``caches["other"]`` any other of the ``CACHES`` setting.
What can be done with one is written in :mod:`enfilade.cache.operations`, and once more with an
``a`` before the name, to be awaited, in :mod:`enfilade.cache.backends.base`. Django's
``django.core.cache``.
"""

from enfilade.cache.backends.base import BaseCache
from enfilade.cache.errors import CacheKeyWarning, InvalidCacheBackendError, InvalidCacheKey
from enfilade.cache.handler import DEFAULT_CACHE_ALIAS, CacheHandler, default_cache
from enfilade.cache.operations import DEFAULT_TIMEOUT

caches = CacheHandler()
"""The caches of this process by alias, each made on first use."""

cache: BaseCache = default_cache(caches)
"""Stands for ``caches["default"]``, whatever that is at the time."""

__all__ = [
    "DEFAULT_CACHE_ALIAS",
    "DEFAULT_TIMEOUT",
    "BaseCache",
    "CacheHandler",
    "CacheKeyWarning",
    "InvalidCacheBackendError",
    "InvalidCacheKey",
    "cache",
    "caches",
]
