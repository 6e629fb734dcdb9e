"""What is logged about a request whose application has missed its deadline: which one, what it
was at, and where every thread of the worker is."""

import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from math import inf
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

from enfilade.protocol.head import RequestHead
from enfilade.secrecy import hide_target
from enfilade.server.memory import resident_memory, show_size
from enfilade.server.scoreboard import PHASE, Phase, Slot

if TYPE_CHECKING:
    from enfilade.server.loop.progress import Progress

logger = logging.getLogger("enfilade.server")

REST = 10.0
"""Seconds for which the stacks of the other threads are not told again: when many requests are
late together, they are late for the same reason."""

OWN_FRAMES, OTHER_FRAMES = 60, 12
MOST_THREADS = 32


class Overdue:
    """Tells of the late requests of one worker."""

    def __init__(self) -> None:
        self._told = self._told_of_queue = -inf

    def tell_of_queue(self, head: RequestHead, waited: float) -> None:
        """*head*'s request was turned away. When many are, one is told of every now and then:
        they are counted on the scoreboard."""
        now = monotonic()
        if now - self._told_of_queue >= REST:
            self._told_of_queue = now
            target = hide_target(head.target)
            logger.error("%s %s waited %.1f s for a free thread", head.method, target, waited)

    def tell(self, exchange: "Progress", slots: Mapping[int, Slot]) -> None:
        """*exchange* has been given up; the threads have *slots* on the scoreboard."""
        logger.error("%s", self._describe(exchange, slots.get(exchange.thread)))

    def _describe(self, exchange: "Progress", slot: Slot | None) -> str:
        now, head = monotonic(), exchange.head
        text = (
            f"{head.method} {hide_target(head.target)} has not begun its answer after "
            f"{now - exchange.began:.1f} s ({_phase(slot)}; it waited "
            f"{exchange.waited:.3f} s for a thread; memory {_memory()}); its thread is here:\n"
        )
        frames = sys._current_frames()
        frame = frames.pop(exchange.thread, None)
        text += _stack(frame, OWN_FRAMES) if frame else "  (it has just ended)\n"
        if now - self._told < REST:
            return text
        self._told = now
        return text + self._others(frames)

    def _others(self, frames: dict[int, FrameType]) -> str:
        frames.pop(threading.get_ident(), None)
        named = [
            (thread.name, frames[thread.ident])
            for thread in threading.enumerate()
            if thread.ident in frames
        ]
        return "".join(
            f"thread {name}:\n{_stack(frame, OTHER_FRAMES)}" for name, frame in named[:MOST_THREADS]
        )


def _phase(slot: Slot | None) -> str:
    return f"phase {Phase(slot.words[PHASE]).name.lower()}" if slot else "phase unknown"


def _stack(frame: FrameType, most: int) -> str:
    """The *most* frames nearest to where the thread stands."""
    return "".join(traceback.format_stack(frame, limit=most))


def _memory() -> str:
    size = resident_memory()
    return "unknown" if size is None else show_size(size)
