"""A client that goes away takes its view along: ASGI's ``http.disconnect`` as cancellation."""

import asyncio
from types import TracebackType

from enfilade.types import Receive, Scope

CLIENT = "enfilade.client"
"""Where our own server's scopes have who can say that the client has gone."""


class CancelledOnDisconnect:
    """``async with`` whose block is cancelled when the client disconnects.

    The block sees :exc:`asyncio.CancelledError` where it waits, may clean up, and the statement
    after it runs normally; ``disconnected`` then tells. A cancellation from elsewhere, such as
    the server's own shutdown, goes through untouched.
    """

    def __init__(self, receive: Receive, scope: Scope) -> None:
        self.disconnected = False
        self._receive = receive
        self._client = scope.get(CLIENT)
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "CancelledOnDisconnect":
        task = asyncio.current_task()
        assert task is not None, "ASGI applications run in a task"
        self._task = task
        if self._client is not None:
            self._client.call_when_gone(self._cancel)
        else:
            self._listener = asyncio.create_task(self._listen())
        return self

    async def _listen(self) -> None:
        # After the body there is nothing else to come (ASGI, "Disconnect - receive event").
        if (await self._receive())["type"] == "http.disconnect":
            self._cancel()

    def _cancel(self) -> None:
        self.disconnected = True
        self._task.cancel()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._listener is not None:
            self._listener.cancel()
        elif self._client is not None:
            self._client.call_when_gone(None)
        if not self.disconnected:
            return False
        still_cancelled = self._task.uncancel() > 0
        return isinstance(exc, asyncio.CancelledError) and not still_cancelled
