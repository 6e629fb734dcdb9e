"""From the key that a site uses to the key under which a value is kept."""

import re
import warnings
from collections.abc import Callable
from typing import Any

from enfilade.cache.errors import CacheKeyWarning, InvalidCacheBackendError, InvalidCacheKey
from enfilade.conf.importing import import_string

KeyFunction = Callable[[Any, str, Any], str]
"""Takes the key, the prefix and the version, and returns the key under which to keep a value."""

LONGEST_KEY = 250
"""Characters; memcached takes no longer ones."""

_not_portable = re.compile(r"[\x00-\x20\x7f]").search


def default_key_func(key: Any, key_prefix: str, version: Any) -> str:
    """``prefix:version:key``."""
    return f"{key_prefix}:{version}:{key}"


def get_key_func(key_func: KeyFunction | str | None) -> KeyFunction:
    """*key_func* itself, imported if it is a dotted path; :func:`default_key_func` for ``None``.

    Raises :exc:`InvalidCacheBackendError` if it cannot be imported.
    """
    if key_func is None:
        return default_key_func
    if callable(key_func):
        return key_func
    found: KeyFunction = imported(key_func, "KEY_FUNCTION")
    return found


def imported(path: str, where: str) -> Any:
    """What *path* names; :exc:`InvalidCacheBackendError`, naming *where* it stands, if nothing."""
    try:
        return import_string(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidCacheBackendError(
            f"{where} of a cache names {path!r}, which cannot be imported: {error}",
            hint="It is the dotted path of a class or function, module first.",
        ) from error


def warn_of_key(key: str) -> None:
    """Warn of a key that memcached would refuse, so that a site may change to it."""
    if len(key) > LONGEST_KEY:
        _warn(f"Cache key will cause errors if used with memcached: {key!r} (longer than 250)")
    if _not_portable(key):
        _warn(
            f"Cache key contains characters that will cause errors if used with memcached: {key!r}"
        )


def _warn(text: str) -> None:
    warnings.warn(text, CacheKeyWarning, stacklevel=6)


def key_in_bytes(key: str) -> bytes:
    """*key* for a store outside of this process; :exc:`InvalidCacheKey` if it is no text."""
    try:
        return key.encode()
    except (UnicodeEncodeError, AttributeError) as error:
        raise InvalidCacheKey(f"The cache key {key!r} cannot be written as UTF-8.") from error
