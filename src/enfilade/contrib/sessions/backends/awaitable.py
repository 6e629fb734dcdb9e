"""The same for a coroutine: each method has a twin, whose name begins with an ``a``.

The first of them loads the session, in a thread if the store may wait; from then on none of
them waits for anything, and the plain methods may be used as well.
"""

from collections.abc import Callable, ItemsView, KeysView, Mapping, ValuesView
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from enfilade.bridge import in_thread
from enfilade.contrib.sessions.backends.contents import NOT_GIVEN, Contents
from enfilade.contrib.sessions.backends.expiry import Expiry

__all__ = ["AwaitableContents"]

P = ParamSpec("P")
R = TypeVar("R")


class AwaitableContents(Contents):
    """The twins of :class:`Contents`."""

    async def _aside(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call *method* in a thread, or here if the store never waits."""
        if self.blocking:
            return await in_thread(method)(*args, **kwargs)
        return method(*args, **kwargs)

    async def aload(self) -> dict[str, Any]:
        """Twin of ``load``."""
        return await self._aside(self.load)

    async def _aget_session(self) -> dict[str, Any]:
        self.accessed = True
        if self._session_cache is None:
            loaded = {} if self.session_key is None else await self.aload()
            if self._session_cache is None:  # two coroutines may have waited for it
                self._session_cache = loaded
        return self._session_cache

    async def aget(self, key: str, default: Any = None) -> Any:
        """Twin of ``get``."""
        await self._aget_session()
        return self.get(key, default)

    async def aset(self, key: str, value: Any) -> None:
        """Twin of ``session[key] = value``."""
        await self._aget_session()
        self[key] = value

    async def apop(self, key: str, default: Any = NOT_GIVEN) -> Any:
        """Twin of ``pop``."""
        await self._aget_session()
        return self.pop(key, default)

    async def asetdefault(self, key: str, value: Any) -> Any:
        """Twin of ``setdefault``."""
        await self._aget_session()
        return self.setdefault(key, value)

    async def aupdate(self, dict_: Mapping[str, Any]) -> None:
        """Twin of ``update``."""
        await self._aget_session()
        self.update(dict_)

    async def ahas_key(self, key: str) -> bool:
        """Twin of ``has_key``."""
        await self._aget_session()
        return self.has_key(key)

    async def akeys(self) -> KeysView[str]:
        """Twin of ``keys``."""
        await self._aget_session()
        return self.keys()

    async def avalues(self) -> ValuesView[Any]:
        """Twin of ``values``."""
        await self._aget_session()
        return self.values()

    async def aitems(self) -> ItemsView[str, Any]:
        """Twin of ``items``."""
        await self._aget_session()
        return self.items()

    async def aset_test_cookie(self) -> None:
        """Twin of ``set_test_cookie``."""
        await self._aget_session()
        self.set_test_cookie()

    async def atest_cookie_worked(self) -> bool:
        """Twin of ``test_cookie_worked``."""
        await self._aget_session()
        return self.test_cookie_worked()

    async def adelete_test_cookie(self) -> None:
        """Twin of ``delete_test_cookie``."""
        await self._aget_session()
        self.delete_test_cookie()

    async def aset_expiry(self, value: timedelta | Expiry) -> None:
        """Twin of ``set_expiry``."""
        await self._aget_session()
        self.set_expiry(value)

    async def aget_expiry_age(self, **known: Any) -> int:
        """Twin of ``get_expiry_age``."""
        if "expiry" not in known:
            await self._aget_session()
        return self.get_expiry_age(**known)

    async def aget_expiry_date(self, **known: Any) -> datetime:
        """Twin of ``get_expiry_date``."""
        if "expiry" not in known:
            await self._aget_session()
        return self.get_expiry_date(**known)

    async def aget_expire_at_browser_close(self) -> bool:
        """Twin of ``get_expire_at_browser_close``."""
        await self._aget_session()
        return self.get_expire_at_browser_close()
