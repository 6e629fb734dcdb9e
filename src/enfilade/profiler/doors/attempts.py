"""How often somebody may guess."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

MOST = 10
"""Wrong guesses that a peer has…"""

WHILE = 60.0
"""…in so many seconds."""

KNOWN = 1024
"""Peers that are remembered."""


class Attempts:
    """The wrong guesses of each peer, by the *clock*, in seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: dict[str, tuple[int, float]] = {}  # how many, and until when they count

    def wait(self, peer: str) -> float:
        """For how many seconds *peer* may not guess any more; 0 if it may."""
        with self._lock:
            count, until = self._wrong.get(peer, (0, 0.0))
            return max(0.0, until - self._clock()) if count >= MOST else 0.0

    def fail(self, peer: str) -> bool:
        """*peer* has guessed wrong; whether that was its last guess for a while."""
        now = self._clock()
        with self._lock:
            count, until = self._wrong.pop(peer, (0, 0.0))
            if until <= now:
                count, until = 0, now + WHILE
            while len(self._wrong) >= KNOWN:
                self._wrong.pop(next(iter(self._wrong)))
            self._wrong[peer] = count + 1, until
            return count + 1 == MOST
