"""A client that goes away takes its view along: ASGI's ``http.disconnect`` as cancellation."""

import asyncio
from types import TracebackType

from enfilade.types import Receive


class CancelledOnDisconnect:
    """``async with`` whose block is cancelled when the client disconnects.

    The block sees :exc:`asyncio.CancelledError` where it waits, may clean up, and the statement
    after it runs normally; ``disconnected`` then tells. A cancellation from elsewhere, such as
    the server's own shutdown, goes through untouched.
    """

    def __init__(self, receive: Receive) -> None:
        self.disconnected = False
        self._receive = receive

    async def __aenter__(self) -> "CancelledOnDisconnect":
        task = asyncio.current_task()
        assert task is not None, "ASGI applications run in a task"
        self._task = task
        self._listener = asyncio.create_task(self._listen())
        return self

    async def _listen(self) -> None:
        # After the body there is nothing else to come (ASGI, "Disconnect - receive event").
        if (await self._receive())["type"] == "http.disconnect":
            self.disconnected = True
            self._task.cancel()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._listener.cancel()
        if not self.disconnected:
            return False
        still_cancelled = self._task.uncancel() > 0
        return isinstance(exc, asyncio.CancelledError) and not still_cancelled
