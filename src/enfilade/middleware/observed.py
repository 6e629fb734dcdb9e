"""The marks of a traced chain: the same hooks, each noting on the request's trace that it runs.

Only a handler that is constructed while somebody listens has these; see :mod:`enfilade.trace`.
"""

import functools
from collections.abc import Callable
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.trace import Trace


def _trace_of(request: Any) -> Trace | None:
    return getattr(request, "trace", None)


def mark(request: Any, event: str, node: str, detail: str = "") -> None:
    """Mark *event* on the trace of *request*, if it has one."""
    if (trace := _trace_of(request)) is not None:
        trace.mark(event, node, detail)


def observed(hook: Callable[..., Any], event: str, node: str) -> Callable[..., Any]:
    """*hook*, marking *event* before it runs. Its first argument is the request."""

    async def async_marked(request: Any, *args: Any) -> Any:
        mark(request, event, node)
        return await hook(request, *args)

    def marked(request: Any, *args: Any) -> Any:
        mark(request, event, node)
        return hook(request, *args)

    return functools.wraps(hook)(async_marked if iscoroutinefunction(hook) else marked)


def observed_around(middleware: Callable[..., Any], node: str, is_async: bool) -> Any:
    """A plain middleware, marked on the way in and on the way out."""

    def around(request: Any) -> Any:
        mark(request, "middleware.in", node)
        response = middleware(request)
        mark(request, "middleware.out", node)
        return response

    async def async_around(request: Any) -> Any:
        mark(request, "middleware.in", node)
        response = await middleware(request)
        mark(request, "middleware.out", node)
        return response

    return async_around if is_async else around
