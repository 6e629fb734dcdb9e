"""``/livez`` and ``/readyz``: whether the server lives, and whether it should get requests.

They are answered at the door, so they say how the server is even if the application's threads
are all busy. *Alive* means that the loop turns: restarting helps if it does not. *Ready* means
that a balancer should send requests here, which it should not while the server drains, is paused
or has more to do than it manages.
"""

from collections.abc import Callable

from enfilade.protocol.head import RequestHead
from enfilade.server.options import Options
from enfilade.server.porter import Answer
from enfilade.server.scoreboard import PAUSED, UNREADY

_HEADERS = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
)


def nothing_waits() -> float:
    """The age of a queue that there is not."""
    return 0.0


class HealthPorter:
    """Answers at the paths *livez* and *readyz*, where an empty one is none.

    *server* is the server's block of the scoreboard. A request that has waited for more than
    *longest_wait* seconds makes the server unready, unless that is 0; ``oldest_wait`` tells for
    how long the one has waited that waits longest.
    """

    def __init__(self, livez: str, readyz: str, server: memoryview, longest_wait: float) -> None:
        self.oldest_wait: Callable[[], float] = nothing_waits
        self.prefixes = tuple(path.encode("ascii") for path in (livez, readyz) if path)
        self._livez = livez
        self._readyz = readyz
        self._server = server
        self._longest_wait = longest_wait
        self._well = _say(200, "ok")

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        if head.method not in ("GET", "HEAD"):
            return None
        if head.path == self._readyz:
            reason = self._obstacle()
            return _say(503, f"not ready: {reason}") if reason else self._well
        return self._well if head.path == self._livez else None

    def _obstacle(self) -> str:
        """Why the server should get no requests; empty if it should."""
        if self._server[UNREADY]:
            return "draining"
        if self._server[PAUSED]:
            return "paused"
        wait = self.oldest_wait() if self._longest_wait else 0.0
        if wait > self._longest_wait:
            return f"a request has waited {wait:.1f} s for a thread"
        return ""


def open_health(options: Options, server: memoryview) -> HealthPorter | None:
    """Who answers health checks as *options* say; ``None`` if nobody should."""
    livez = options.livez or "/livez" * options.health
    readyz = options.readyz or "/readyz" * options.health
    return HealthPorter(livez, readyz, server, options.ready_wait) if livez or readyz else None


def _say(status: int, text: str) -> Answer:
    return Answer(status, _HEADERS, f"{text}\n".encode())
