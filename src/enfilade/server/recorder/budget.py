"""So that what the recorder does costs the same at any load."""


class Budget:
    """*most* in a second, all of which may come at once."""

    __slots__ = ("_last", "_left", "_most")

    def __init__(self, most: float) -> None:
        self._most = self._left = most
        self._last = 0.0

    def spend(self, now: float) -> bool:
        """Whether there is one left at *now*, in seconds of any clock; it is gone then."""
        self._left = min(self._most, self._left + (now - self._last) * self._most)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
