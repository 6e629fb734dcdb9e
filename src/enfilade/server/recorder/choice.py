"""Who is traced: so few that it costs next to nothing, and those that are worth it.

All others pay for a look at their fields and a countdown.
"""

from collections.abc import Callable
from hmac import compare_digest
from random import randrange
from threading import Lock
from time import monotonic
from typing import Final, TypedDict

from enfilade.gateway.forwarded import Proxies
from enfilade.protocol.head import RequestHead
from enfilade.reserved import RESERVED
from enfilade.server.options import Options
from enfilade.server.recorder.budget import Budget
from enfilade.trace import Trace, TraceParent, listening, read_trace_parent
from enfilade.trace.asked import ASKED

FIELD: Final = "enfilade-trace"
"""The field with which a request asks to be traced; it has the token."""

A_SECOND: Final = 10.0
"""Requests that are traced in a second at most for each reason but the token, and at once of those
that are sampled."""

SAMPLED: Final = 2.0
"""Requests that are sampled in a second in the long run: fewer than for other reasons, since they
come at any time and not only when it matters."""

SUSPECTED: Final = 3
"""Requests that are traced after one like them was slow or failed…"""

SUSPICION: Final = 10.0
"""…within so many seconds."""

MOST_SUSPECTS: Final = 64

Suspect = tuple[str, str]
"""A method and a path."""


class Terms(TypedDict):
    """What the compiled engine is told: one in *sample*, 0 for none; *seed* is any number;
    *a_second* and *sampled* are the rates above."""

    sample: int
    seed: int
    everything: bool
    asked: bool
    upstream: bool
    a_second: float
    sampled: float


def begin_for_subscribers(head: RequestHead, _peer: str) -> Trace | None:
    """A trace for the request with *head* if anybody listens; where nothing is recorded."""
    return Trace(parent_of(head)) if listening() else None


def parent_of(head: RequestHead) -> TraceParent | None:
    """The span that *head* says it belongs to, be that true or not."""
    said = head.fields.get("traceparent")
    if said is None:
        return None
    return read_trace_parent(said, head.fields.get("tracestate", ""))


class Choice:
    """Chooses on the terms of *options*.

    ``on_suspect`` is told what :meth:`suspect` is. Where the compiled engine has the requests
    first, it leaves those to the loop that may have a reason, on the same :meth:`terms`.
    """

    def __init__(self, options: Options) -> None:
        self._token = options.trace_token.encode()
        self._development = options.debug
        self._sample = options.record_sample
        self._trusts = Proxies(options.trusted_proxies, options.forwarded).trusts
        self._sampled = Budget(SAMPLED, A_SECOND)
        self._upstream, self._suspected = Budget(A_SECOND), Budget(A_SECOND)
        self.on_suspect: Callable[[str, str], object] | None = None
        self._suspects: dict[Suspect, tuple[float, int]] = {}  # until when, and how many more
        self._lock = Lock()  # for those: whoever answers suspects, in any thread
        self._countdown = self._draw()
        self._has_proxies = "none" not in options.trusted_proxies

    def begin(self, head: RequestHead, peer: str) -> Trace | None:
        """A trace for the request with *head*, which *peer* has sent, if it is to have one.

        Its ``why`` is "" if nobody but subscribers wants it. The token is taken out of *head*.
        """
        why = self._reason(head, peer)
        return Trace(parent_of(head), why) if why or listening() else None

    def suspect(self, method: str, path: str) -> None:
        """A request has been slow or has failed: trace the next of its kind."""
        suspects = self._suspects
        with self._lock:
            suspects.pop((method, path), None)
            if len(suspects) >= MOST_SUSPECTS:
                del suspects[next(iter(suspects))]
            suspects[method, path] = monotonic() + SUSPICION, SUSPECTED
        if self.on_suspect is not None:
            self.on_suspect(method, path)

    def terms(self) -> Terms:
        """What there is to choose by beside suspicion."""
        return {
            "sample": self._sample,
            "seed": randrange(1, 2**63),  # noqa: S311 - no secret
            "everything": self._development,
            "asked": bool(self._token),
            "upstream": self._has_proxies,
            "a_second": A_SECOND,
            "sampled": SAMPLED,
        }

    def sample_next(self) -> None:
        """Somebody else has counted: it is the next request's turn."""
        self._countdown = 1

    def _reason(self, head: RequestHead, peer: str) -> str:
        if FIELD in head.fields and self._is_asked(head):
            return ASKED
        if self._development:
            return "" if head.path.startswith(RESERVED) else "development"
        if self._suspects and self._is_suspect(head):
            return "suspected"
        if "traceparent" in head.fields and self._is_recorded(head, peer):
            return "upstream" if self._upstream.spend(monotonic()) else ""
        self._countdown -= 1
        return "sampled" if self._countdown <= 0 and self._is_drawn() else ""

    def _is_asked(self, head: RequestHead) -> bool:
        said = head.fields[FIELD].encode("latin-1")
        if not self._token or not compare_digest(said, self._token):
            return False
        del head.fields[FIELD]  # neither the application nor a log has to know it
        head.headers[:] = [field for field in head.headers if field[0] != FIELD]
        return True

    def _is_recorded(self, head: RequestHead, peer: str) -> bool:
        """Whether a trusted caller records it. Strangers are not listened to, nor paid for."""
        if not (self._has_proxies and self._trusts(peer)):
            return False
        parent = parent_of(head)
        return parent is not None and parent.sampled

    def _is_suspect(self, head: RequestHead) -> bool:
        key, now = (head.method, head.path), monotonic()
        with self._lock:
            until, left = self._suspects.get(key, (0.0, 0))
            if not left or now >= until:
                self._suspects.pop(key, None)
                return False
            if not self._suspected.spend(now):
                return False
            self._suspects[key] = until, left - 1
            return True

    def _is_drawn(self) -> bool:
        """Whether this one in so many is traced; if there were too many, the next that may."""
        if not self._sample or not self._sampled.spend(monotonic()):
            return False
        self._countdown = self._draw()
        return True

    def _draw(self) -> int:
        """How many requests from now; a regular pace might meet the same kind again and again."""
        return randrange(1, 2 * self._sample) if self._sample else 0  # noqa: S311 - no secret
