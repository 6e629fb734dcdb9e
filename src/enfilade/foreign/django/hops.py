"""Which trace is under way, and the hops between event loop and threads that Django makes in it.

Django asks for a hop at the very moment of it, by ``sync_to_async(function)(…)``. Whose request
that is for is said by a context variable, which its threads and tasks inherit.
"""

import functools
from collections.abc import Callable
from typing import Any

from enfilade.lifecycle import HOP
from enfilade.trace import CURRENT, Trace


def observed_hop(adapt: Callable[..., Any], node: str) -> Callable[..., Any]:
    """*adapt*, which is ``sync_to_async`` or ``async_to_sync``: what it gives is an event if it is
    asked for while a request with a trace is under way."""

    @functools.wraps(adapt)
    def adapted(function: Any = None, *args: Any, **options: Any) -> Any:
        call = adapt(function, *args, **options)
        trace = CURRENT.get()
        return call if trace is None or function is None else hopping(call, node, lambda *_: trace)

    return adapted


def hopping(call: Any, node: str, trace_of: Callable[..., Trace]) -> Callable[..., Any]:
    """*call*, a hop "to thread" or "to loop", as an event; *trace_of* is given its arguments."""

    async def to_thread(*args: Any, **kwargs: Any) -> Any:
        with trace_of(*args).enter(HOP, node):
            return await call(*args, **kwargs)

    def to_loop(*args: Any, **kwargs: Any) -> Any:
        with trace_of(*args).enter(HOP, node):
            return call(*args, **kwargs)

    return to_thread if node == "to thread" else to_loop
