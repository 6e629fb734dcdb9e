"""The lifespan of an ASGI application (ASGI 3, "Lifespan") around requests that are made in this
process, as the server runs it around those of its clients.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from enfilade.exceptions import DeveloperError
from enfilade.secrecy import hide_text
from enfilade.server.options import Options
from enfilade.trace.failure import described
from enfilade.types import Message

logger = logging.getLogger("enfilade.explain")

PATIENCE = Options().boot_timeout
"""Seconds that the application has to start if no server says otherwise."""

TO_END = 5.0
"""Seconds that it has to end at most: what was to be seen has been seen, and somebody waits."""


class LifespanError(DeveloperError):
    """The application says that it cannot start, or does not come to say so."""


@dataclass(frozen=True, slots=True)
class Lifespan:
    """That of *application*, which has *patience* seconds to start, 0 without a limit. One that
    does not know the protocol goes on without."""

    application: Callable[..., Any]
    patience: float = PATIENCE

    @asynccontextmanager
    async def lived(self) -> AsyncIterator[dict[str, Any]]:
        """Start the application, and have it end behind the block; of the ``state`` that it has
        made each request's scope has a copy.

        Raises :exc:`LifespanError` if it does not start; what goes wrong at the end is logged.
        """
        conversation = _Conversation(self.application, self.patience)
        await conversation.start()
        try:
            yield conversation.state
        finally:
            await conversation.end()


class _Conversation:
    def __init__(self, application: Callable[..., Any], patience: float) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._patience = patience
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._asked = ""
        self._answer: asyncio.Future[Message] = asyncio.Future()
        self._failure: BaseException | None = None
        self._task = asyncio.create_task(self._run())

    async def start(self) -> None:
        answer = await self._ask("lifespan.startup", self._patience)
        if answer is None and not self._task.done():
            self._task.cancel()
            raise LifespanError(
                f"The application has not started within {self._patience:g} s.",
                hint="What does it wait for? boot-timeout (ENFILADE_BOOT_TIMEOUT) gives it longer.",
            )
        if answer is None:
            if self._failure is not None and self._said.empty():  # it knows the protocol
                said = described(self._failure)
                logger.warning("the application has raised at its start: %s", said)
        elif answer["type"] == "lifespan.startup.failed":
            said = hide_text(str(answer.get("message", ""))).strip() or "it does not say why."
            raise LifespanError(f"The application does not start: {said}")

    async def end(self) -> None:
        if self._task.done():
            return
        patience = min(self._patience or TO_END, TO_END)
        answer = await self._ask("lifespan.shutdown", patience)
        if answer is not None:
            if answer["type"] == "lifespan.shutdown.failed":
                said = hide_text(str(answer.get("message", "")))
                logger.error("the application has not ended well: %s", said)
        elif self._failure is not None:
            logger.error("the application has not ended well: %s", described(self._failure))
        elif not self._task.done():
            logger.error("the application has not ended within %g s", patience)

    async def _ask(self, kind: str, patience: float) -> Message | None:
        """The answer to the message *kind*; ``None`` if there is none in so many seconds, or the
        application is over without."""
        self._asked, self._answer = kind, asyncio.Future()
        self._said.put_nowait({"type": kind})
        await asyncio.wait(
            (self._answer, self._task),
            timeout=patience or None,
            return_when=asyncio.FIRST_COMPLETED,
        )
        return self._answer.result() if self._answer.done() else None

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._application(scope, self._said.get, self._hear)
        except (Exception, SystemExit) as error:
            self._failure = error

    async def _hear(self, message: Message) -> None:
        if message["type"] not in (f"{self._asked}.complete", f"{self._asked}.failed"):
            raise RuntimeError(f"{message['type']!r} does not answer {self._asked!r}.")
        if not self._answer.done():
            self._answer.set_result(message)
