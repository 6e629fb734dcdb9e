"""A cache that keeps nothing, for development: what is asked for is always missing."""

from typing import Any

from enfilade.cache.backends.base import DEFAULT_TIMEOUT, BaseCache


class DummyCache(BaseCache):
    """Looks at keys, so that their warnings are seen, and at nothing else."""

    blocking = False

    def __init__(self, location: Any, params: Any) -> None:
        super().__init__(params)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """Always true: there was nothing."""
        self.make_and_validate_key(key, version)
        return True

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Always *default*."""
        self.make_and_validate_key(key, version)
        return default

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """Does nothing."""
        self.make_and_validate_key(key, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """Never true."""
        self.make_and_validate_key(key, version)
        return False

    def delete(self, key: Any, version: Any = None) -> bool:
        """Never true."""
        self.make_and_validate_key(key, version)
        return False

    def clear(self) -> None:
        """Does nothing."""
