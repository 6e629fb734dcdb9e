"""One request's record, and who wants to have it.

A :class:`Trace` belongs to one request and travels with it: in ``environ["enfilade.trace"]``
through the WSGI door, in ``scope["enfilade.trace"]`` through the ASGI one. Whoever made it
delivers it when the request is over.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter_ns
from types import TracebackType
from typing import Any, Self

from enfilade.trace.context import TraceParent, new_ids

logger = logging.getLogger("enfilade.trace")

MOST_EVENTS = 2000
"""Events of one request; a view that goes to a thread for each of many rows has more."""

KEY = "enfilade.trace"
"""Where ``environ`` and ``scope`` have the trace of their request."""

FAILURE = "enfilade.failure"
"""Where ``environ`` and ``scope`` have the exception that made the answer a 500, in words."""

ANSWERED = "answered"
"""The outcome of a piece that gave the response itself, so that what is further in is skipped."""

RAISED = "raised"
"""The outcome of a piece that an exception left; its type begins the event's ``detail``."""

REPLACED = "replaced"
"""The outcome of a piece that put another response in the place of the one it was given."""

IN_TASK = "in a task"
"""The detail of the event "gateway" of a request that waited for no thread, since it has none."""


@dataclass(slots=True)
class Event:
    """*event* (see :mod:`enfilade.lifecycle`) began at *node*, and lasted ``until``.

    ``at`` and ``until`` are nanoseconds of :func:`time.perf_counter_ns`; ``until`` is 0 for a
    mere moment, and as long as the event is not over. ``outcome`` is "" if the walk went on as
    it was. As a context manager the event is over at the end of the block.
    """

    at: int
    event: str
    node: str = ""
    detail: str = ""
    until: int = 0
    outcome: str = ""

    def leave(self, outcome: str = "", detail: str = "") -> None:
        """Note that this is over now; an empty *outcome* or *detail* leaves what there is."""
        self.until = perf_counter_ns()
        self.outcome = outcome or self.outcome
        self.detail = detail or self.detail

    def fail(self, exception: BaseException) -> None:
        """Note that *exception* ends this; its type comes first in the ``detail``."""
        kind = type(exception).__name__
        self.leave(RAISED, f"{kind}: {self.detail}" if self.detail else kind)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exception is None:
            self.until = perf_counter_ns()
        else:
            self.fail(exception)


@dataclass(slots=True)
class Note:
    """What was said meanwhile, beside the walk: a line of a log or a query of a database.

    ``kind`` is "log" or "sql", ``source`` the logger or the database, ``text`` what was said, with
    secrets hidden. Times are as those of an event.
    """

    at: int
    kind: str
    source: str
    text: str
    until: int = 0


class Trace:
    """The events of one request, in the order in which they began.

    ``id`` is that of the W3C trace to which the request belongs, ``parent`` the span of who sent
    it, "" if nobody said, and ``span`` the request's own, which no other request has. ``why`` says
    for what reason it is traced, ``tracestate`` what others who trace want to be told again.
    ``passing`` is for those who observe: what they must know again further on, by node. ``route``
    is the pattern that has won, "" until then; ``fields`` are those of the response, once it has
    begun.
    """

    __slots__ = (
        "cut", "events", "fields", "id", "notes", "parent", "passing", "route", "span",
        "tracestate", "why",
    )  # fmt: skip

    def __init__(self, parent: TraceParent | None = None, why: str = "") -> None:
        self.id, self.span = new_ids()
        self.parent = self.tracestate = ""
        if parent is not None:
            self.id, self.parent = parent.trace_id, parent.span_id
            self.tracestate = parent.state
        self.why = why
        self.events: list[Event] = []
        self.cut = 0
        self.notes: list[Note] = []
        self.passing: dict[str, Any] = {}
        self.route = ""
        self.fields: Sequence[tuple[str, str]] = ()

    @property
    def traceparent(self) -> str:
        """The field ``traceparent`` of a request that is made on behalf of this one."""
        return str(TraceParent(self.id, self.span, sampled=True))

    @property
    def context(self) -> dict[str, str]:
        """The fields with which a request that is made on behalf of this one belongs to the same
        trace: ``traceparent``, and ``tracestate`` if there is one."""
        state = {"tracestate": self.tracestate} if self.tracestate else {}
        return {"traceparent": self.traceparent, **state}

    def note(self, kind: str, source: str, text: str) -> Note:
        """Note that *source* says *text* now, and return that, which may end later."""
        noted = Note(perf_counter_ns(), kind, source, text)
        self.notes.append(noted)
        return noted

    def show(self, thing: Any) -> None:
        """Have *thing* seen by who steps through a request, with a kind of trace of his own: the
        request, a match of the URLconf or a response, now that it is there. It is not kept here."""

    def mark(self, event: str, node: str = "", detail: str = "") -> None:
        """Note that *event* happens now, in a moment."""
        self.events.append(Event(perf_counter_ns(), event, node, detail))

    def enter(self, event: str, node: str = "", detail: str = "") -> Event:
        """Note that *event* begins now, and return it to be left. Of those beyond
        :data:`MOST_EVENTS` only the number is kept, in ``cut``."""
        entered = Event(perf_counter_ns(), event, node, detail)
        if len(self.events) < MOST_EVENTS:
            self.events.append(entered)
        else:
            self.cut += 1
        return entered


Sink = Callable[[Trace], object]
_sinks: list[Sink] = []


def listening() -> bool:
    """Whether anybody wants traces."""
    return bool(_sinks)


def subscribers() -> list[Sink]:
    """Those who want traces, now and later: the very list, for who asks at every request."""
    return _sinks


def subscribe(sink: Sink) -> Callable[[], None]:
    """Have *sink* called with every finished trace; returns the function that ends it."""
    _sinks.append(sink)
    return lambda: _sinks.remove(sink)


def begin() -> Trace | None:
    """A new trace if anybody listens, else ``None``."""
    return Trace() if _sinks else None


def deliver(trace: Trace) -> None:
    """Hand a finished *trace* to every subscriber. One that fails is logged: neither the answer
    nor the other subscribers depend on it."""
    for sink in tuple(_sinks):
        try:
            sink(trace)
        except Exception:
            logger.exception("A trace could not be delivered.")


@contextmanager
def recording() -> Iterator[list[Trace]]:
    """Collect the traces of the requests that end inside the block."""
    traces: list[Trace] = []
    unsubscribe = subscribe(traces.append)
    try:
        yield traces
    finally:
        unsubscribe()
