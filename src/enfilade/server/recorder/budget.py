"""So that what the recorder does costs the same at any load."""


class Budget:
    """*rate* a second in the long run, and *most* at once: those of a second, unless told
    otherwise."""

    __slots__ = ("_last", "_left", "_most", "_rate")

    def __init__(self, rate: float, most: float | None = None) -> None:
        self._rate = rate
        self._most = self._left = rate if most is None else most
        self._last = 0.0

    def spend(self, now: float) -> bool:
        """Whether there is one left at *now*, in seconds of any clock; it is gone then."""
        self._left = min(self._most, self._left + (now - self._last) * self._rate)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
