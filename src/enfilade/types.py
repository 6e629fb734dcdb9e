"""The words of the two standards between server and framework, as types.

PEP 3333 gives ``environ``, ``start_response`` and the application iterable; ASGI 3 gives
``scope``, ``receive`` and ``send``.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any, Protocol

Environ = dict[str, Any]
"""The request as PEP 3333 has it ("environ Variables"), a dict of exactly this type."""
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
"""What ``sys.exc_info()`` gives while an exception is handled."""
HeaderList = list[tuple[str, str]]
"""Names and values of response fields, each character one byte (Latin-1)."""
Write = Callable[[bytes], object]
"""What ``start_response`` returns, for applications older than iterables."""


class StartResponse(Protocol):
    """``start_response(status, headers, exc_info=None)``, as PEP 3333 specifies it."""

    def __call__(
        self, status: str, headers: HeaderList, exc_info: ExcInfo | None = None, /
    ) -> Write: ...


WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]
"""A callable that PEP 3333 describes: it starts a response and returns the body's pieces."""

Scope = MutableMapping[str, Any]
"""A connection as ASGI has it: ``type`` says which kind, the other keys follow from it."""
Message = MutableMapping[str, Any]
"""One event of ASGI, either way: ``http.request``, ``http.response.start`` and so on."""
Receive = Callable[[], Awaitable[Message]]
"""Awaited by an ASGI application for the next message of the client."""
Send = Callable[[Message], Awaitable[None]]
"""Awaited by an ASGI application with each message for the client."""
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]
"""A coroutine function that ASGI 3 describes, called once for each connection."""
