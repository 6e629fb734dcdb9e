"""The hops of a traced chain, each noted on the request's trace; what is noted of hooks is in
:mod:`enfilade.trace.observed`.

What is called here has a request with a trace: the handler, and whatever calls ``get_response``,
takes the traced way for such a request and for no other.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from enfilade.bridge import async_to_sync, in_thread
from enfilade.lifecycle import HOP


def hop_to_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """:func:`~enfilade.bridge.in_thread` as an event. The first argument is the request."""
    call = in_thread(function)

    async def hop(request: Any, *args: Any) -> Any:
        with request.trace.enter(HOP, "to thread"):
            return await call(request, *args)

    return hop


def hop_to_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """:func:`~enfilade.bridge.async_to_sync` as an event. The first argument is the request."""
    call = async_to_sync(function)

    def hop(request: Any, *args: Any, **kwargs: Any) -> Any:
        with request.trace.enter(HOP, "to loop"):
            return call(request, *args, **kwargs)

    return hop
