"""What every connection of one worker shares."""

import asyncio
from collections.abc import Callable, MutableSet
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from enfilade.gateway.forwarded import Proxies
from enfilade.protocol.policy import Policy
from enfilade.server.loop.audience import Audience
from enfilade.server.loop.dates import HttpDate
from enfilade.server.loop.deadlines import NEVER, Deadlines
from enfilade.server.options import Options
from enfilade.server.porter import Porter
from enfilade.server.scoreboard import Block, Slot
from enfilade.types import ASGIApplication

GLANCE = 1.0
"""Seconds after which a deadline is looked at, at the latest."""


@dataclass(slots=True, kw_only=True)
class ASGIService(Audience):
    """The application, the terms on which it is served, and what is counted.

    ``websocket`` makes the protocol that takes a connection over that asks for WebSocket; it is
    ``None`` where there is no library for that. ``state`` is what the lifespan has left. ``pages``
    are the profiler's, which development answers at reserved paths. ``on_stuck`` hears of each
    request whose application missed its deadline. ``slots`` has those of the accounts of all
    requests that the application has.
    """

    application: ASGIApplication
    loop: asyncio.AbstractEventLoop = field(init=False)
    options: Options
    policy: Policy
    block: Block
    proxies: Proxies
    porter: Porter | None = None
    pages: ASGIApplication | None = None
    websocket: Callable[[], Any] | None = None
    state: dict[str, Any] = field(default_factory=dict)
    connections: MutableSet[Any] = field(default_factory=set)
    tasks: MutableSet[Any] = field(default_factory=set)
    date: HttpDate = field(default_factory=HttpDate)
    deadlines: Deadlines = field(default_factory=lambda: Deadlines(GLANCE))
    draining: bool = False
    slots: dict[Any, Slot] = field(default_factory=dict, init=False)
    _slots: list[tuple[int, Slot]] = field(default_factory=list, init=False)

    def within(self, seconds: float, now: float) -> float:
        """The deadline *seconds* after *now*; an option's 0 means that there is none."""
        return now + seconds if seconds else NEVER

    def look(self) -> None:
        """Let go of all whose deadline has passed; called a few times a second."""
        now = monotonic()
        for holder in self.deadlines.expired(now):
            holder.expire(now)

    def take_slot(self) -> tuple[int, Slot]:
        """Where the scoreboard shows one more request; to be given back."""
        return self._slots.pop() if self._slots else self.block.take_slot()

    def give_back(self, slot: tuple[int, Slot]) -> None:
        """Nobody is shown there now."""
        self._slots.append(slot)
