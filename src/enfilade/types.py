"""The words of the two standards between server and framework, as types, and a mark.

PEP 3333 gives ``environ``, ``start_response`` and the application iterable; ASGI 3 gives
``scope``, ``receive`` and ``send``.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any, Protocol

Environ = dict[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
HeaderList = list[tuple[str, str]]
Write = Callable[[bytes], object]


class StartResponse(Protocol):
    """``start_response(status, headers, exc_info=None)``, as PEP 3333 specifies it."""

    def __call__(
        self, status: str, headers: HeaderList, exc_info: ExcInfo | None = None, /
    ) -> Write: ...


WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]


class LazyText:
    """Marks what stands for a text that is worked out anew by each ``str()``."""
