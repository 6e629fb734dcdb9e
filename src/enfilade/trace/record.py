"""One request's record, and who wants to have it.

A :class:`Trace` belongs to one request and travels with it: in ``environ["enfilade.trace"]``
through the WSGI door, in ``scope["enfilade.trace"]`` through the ASGI one. Whoever made it
delivers it when the request is over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from time import perf_counter_ns

KEY = "enfilade.trace"


@dataclass(frozen=True, slots=True)
class Event:
    """*event* (see :mod:`enfilade.lifecycle`) happened at *node*; ``at`` is in nanoseconds
    of :func:`time.perf_counter_ns`."""

    at: int
    event: str
    node: str = ""
    detail: str = ""


_ids = count(1)


class Trace:
    """The events of one request, oldest first."""

    __slots__ = ("events", "id")

    def __init__(self) -> None:
        self.id = next(_ids)
        self.events: list[Event] = []

    def mark(self, event: str, node: str = "", detail: str = "") -> None:
        """Note that *event* happens now."""
        self.events.append(Event(perf_counter_ns(), event, node, detail))


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
    """Hand a finished *trace* to every subscriber."""
    for sink in tuple(_sinks):
        sink(trace)


@contextmanager
def recording() -> Iterator[list[Trace]]:
    """Collect the traces of the requests that end inside the block."""
    traces: list[Trace] = []
    unsubscribe = subscribe(traces.append)
    try:
        yield traces
    finally:
        unsubscribe()
