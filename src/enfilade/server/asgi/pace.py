"""How long a client is waited for that sends a body."""

from enfilade.server.loop.feed import BODY_START, STALL


class Pace:
    """The time that one client has, for a body that comes at *rate* bytes a second at least.

    Each byte earns it some, and only waiting costs any, so it does not have to pay for an
    application that dawdles (as in :class:`~enfilade.server.loop.feed.Feed`).
    """

    __slots__ = ("_asked", "_left", "_rate")

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._left = BODY_START
        self._asked = 0.0

    def earn(self, size: int) -> None:
        """So many bytes have come."""
        if self._rate:
            self._left = min(STALL, self._left + size / self._rate)

    def begin(self, now: float) -> float:
        """The application waits from *now* on; for how many seconds it may have to."""
        self._asked = now
        return self._left

    def end(self, now: float) -> None:
        """It waits no more."""
        if self._asked:
            self._left = max(0.0, self._left + self._asked - now)
            self._asked = 0.0
