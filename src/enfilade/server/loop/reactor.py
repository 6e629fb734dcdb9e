"""Waiting for sockets, deadlines and other threads, in one thread and one place.

It knows nothing of HTTP: it calls whoever has something to do.
"""

import logging
import selectors
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Protocol

from enfilade.server.loop.deadlines import Deadlines
from enfilade.server.loop.wakeup import Wakeup

logger = logging.getLogger("enfilade.server")

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
NOTHING = 0


class Descriptor(Protocol):
    """Anything with a file descriptor."""

    def fileno(self) -> int: ...


class Reactor:
    """A selector, the deadlines, and the calls that other threads have left.

    ``now`` is the time of :func:`time.monotonic` at which the current turn began.
    """

    def __init__(self, patience: float) -> None:
        self.now = monotonic()
        self.deadlines = Deadlines(patience)
        self._selector = selectors.DefaultSelector()
        self._wakeup = Wakeup()
        self._posted: deque[Callable[[], object]] = deque()
        self.watch(self._wakeup, NOTHING, READ, self._awake)

    def watch(
        self, descriptor: Descriptor, old: int, new: int, call: Callable[[int], object]
    ) -> None:
        """Go from calling for the events *old* to calling for *new*: ``READ | WRITE`` or
        ``NOTHING``."""
        if old == NOTHING:
            self._selector.register(descriptor, new, call)
        elif new == NOTHING:
            self._selector.unregister(descriptor)
        else:
            self._selector.modify(descriptor, new, call)

    def forget(self, descriptor: Descriptor) -> None:
        """Call for nothing of *descriptor*, which may have been watched."""
        with suppress(KeyError):
            self._selector.unregister(descriptor)

    def post(self, call: Callable[[], object]) -> None:
        """Have *call* called in the loop's thread, soon. Any thread may post, and a signal
        handler too."""
        self._posted.append(call)
        self._wakeup.wake()

    def defer(self, call: Callable[[], object]) -> None:
        """Have *call* called at the end of this turn. For the loop's own thread only, which is
        awake and need not be woken."""
        self._posted.append(call)

    def turn(self, *, wait: bool = True) -> None:
        """Wait until something happens, unless *wait* is false, and see to it."""
        patience = self.patience() if wait else 0.0
        for key, events in self._selector.select(patience):
            self.now = monotonic()
            self._guard(key.data, events)
        self.now = now = monotonic()
        for holder in self.deadlines.expired(now):
            self._guard(holder.expire, now)
        while self._posted:
            self._guard(self._posted.popleft())

    def patience(self) -> float | None:
        """Seconds until there is something to do even if nothing happens; ``None`` for never."""
        return self.deadlines.wait(monotonic())

    def fileno(self) -> int:
        """What is readable, for whoever has others to wait for, when something has happened.

        Raises :exc:`OSError` where the system's selector has no descriptor.
        """
        selector = self._selector
        if not isinstance(selector, selectors.EpollSelector):
            raise OSError("this system's selector has no descriptor")
        return selector.fileno()

    def close(self) -> None:
        """Give the descriptors back."""
        self._selector.close()
        self._wakeup.close()

    def _awake(self, _events: int) -> None:
        self._wakeup.clear()

    def _guard(self, call: Callable[..., object], *args: object) -> None:
        """One connection's trouble must not become everybody's."""
        try:
            call(*args)
        except Exception:
            logger.exception("unexpected error in the server loop; it goes on")
