"""Which trace is under way here, for those who are not given the request: logs, databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from enfilade.trace.record import Trace

CURRENT: ContextVar[Trace | None] = ContextVar("enfilade.trace", default=None)
"""The trace of the request that is being handled here, if it has one. Tasks and hops inherit it;
only the traced ways set it, so that other requests cost nothing."""


@contextmanager
def carrying(trace: Trace) -> Iterator[None]:
    """Have *trace* be under way in this context."""
    outer = CURRENT.get()
    CURRENT.set(trace)
    try:
        yield
    finally:
        # Not by a token: a generator may be closed in another context than it began in.
        CURRENT.set(outer)
