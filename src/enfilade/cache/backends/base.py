"""The awaitable twin of everything that can be done with a cache.

A backend has one implementation, which blocks. Its twins run it in a thread, in one hop whatever
they do; those of a backend that never waits (``blocking = False``) run it where they are.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar

from enfilade.bridge import in_thread, refuse_on_event_loop
from enfilade.cache.operations import DEFAULT_TIMEOUT, MISSING, CacheOperations

__all__ = ["DEFAULT_TIMEOUT", "BaseCache"]

P = ParamSpec("P")
R = TypeVar("R")


class BaseCache(CacheOperations):
    """What every backend is made from."""

    blocking: ClassVar[bool] = True
    """Whether a value may have to be waited for."""

    async def awaited(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function that uses this cache without keeping the event loop waiting: in a
        thread if the cache may block, else here."""
        if self.blocking:
            return await in_thread(function)(*args, **kwargs)
        return function(*args, **kwargs)

    def refuse_on_event_loop(self) -> None:
        """Raise :exc:`~enfilade.exceptions.SynchronousOnlyOperation` if this thread runs an
        event loop; a backend that blocks calls it before it does."""
        refuse_on_event_loop(f"The cache {type(self).__name__}")

    async def aadd(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """:meth:`add`, awaited."""
        return await self.awaited(self.add, key, value, timeout, version)

    async def aget(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """:meth:`get`, awaited."""
        return await self.awaited(self.get, key, default, version)

    async def aset(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """:meth:`set`, awaited."""
        await self.awaited(self.set, key, value, timeout, version)

    async def areplace(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """:meth:`replace`, awaited."""
        return await self.awaited(self.replace, key, value, timeout, version)

    async def atouch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """:meth:`touch`, awaited."""
        return await self.awaited(self.touch, key, timeout, version)

    async def adelete(self, key: Any, version: Any = None) -> bool:
        """:meth:`delete`, awaited."""
        return await self.awaited(self.delete, key, version)

    async def aclear(self) -> Any:
        """:meth:`clear`, awaited."""
        return await self.awaited(self.clear)

    async def aclose(self, **kwargs: Any) -> None:
        """:meth:`close`, awaited."""
        await self.awaited(self.close, **kwargs)

    async def ahas_key(self, key: Any, version: Any = None) -> bool:
        """:meth:`has_key`, awaited."""
        return await self.awaited(self.has_key, key, version)

    async def aget_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """:meth:`get_many`, awaited."""
        return await self.awaited(self.get_many, keys, version)

    async def aset_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        """:meth:`set_many`, awaited."""
        return await self.awaited(self.set_many, data, timeout, version)

    async def adelete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        """:meth:`delete_many`, awaited."""
        await self.awaited(self.delete_many, keys, version)

    async def aget_or_set(
        self, key: Any, default: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> Any:
        """:meth:`get_or_set`, awaited; *default* may be a coroutine function, too.

        It is called on the event loop.
        """
        value = await self.aget(key, MISSING, version)
        if value is not MISSING:
            return value
        value = default() if callable(default) else default
        if inspect.isawaitable(value):
            value = await value
        return await self.awaited(self._add_and_get, key, value, timeout, version)

    async def aincr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """:meth:`incr`, awaited."""
        return await self.awaited(self.incr, key, delta, version)

    async def adecr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """:meth:`decr`, awaited."""
        return await self.awaited(self.decr, key, delta, version)

    async def aincr_version(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """:meth:`incr_version`, awaited."""
        return await self.awaited(self.incr_version, key, delta, version)

    async def adecr_version(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        """:meth:`decr_version`, awaited."""
        return await self.awaited(self.decr_version, key, delta, version)
