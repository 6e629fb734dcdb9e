"""What can be wrong with a cache or with a key."""

from enfilade.exceptions import ImproperlyConfigured


class InvalidCacheBackendError(ImproperlyConfigured):
    """An entry of ``CACHES`` is missing, or names a backend that cannot be imported."""


class InvalidCacheKey(ValueError):
    """A key that the backend cannot take."""


class CacheKeyWarning(RuntimeWarning):
    """A key that this backend takes and memcached would not."""
