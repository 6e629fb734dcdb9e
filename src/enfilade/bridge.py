"""The two doors between synchronous and asynchronous code.

A *hop* is a call that leaves the event loop for a thread, or a thread for the event loop. The
rest of the package hops only through this module, so a search for its names finds every hop.
asgiref does the work and its marks are the ones that third-party middleware carries.
"""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import (
    ThreadSensitiveContext,
    async_to_sync,
    iscoroutinefunction,
    markcoroutinefunction,
    sync_to_async,
)

__all__ = [
    "ThreadSensitiveContext",
    "async_to_sync",
    "in_thread",
    "inline",
    "iscoroutinefunction",
    "markcoroutinefunction",
]

P = ParamSpec("P")
R = TypeVar("R")


def in_thread(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Return an awaitable twin of *function* that runs it in a thread of the loop's pool.

    The request's context variables go along. Unlike Django's, the thread is any of the pool:
    a request makes one hop as a rule, and one shared thread would serve one request at a time.
    """
    return sync_to_async(function, thread_sensitive=False)


def inline(function: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Return an awaitable twin of *function* that runs it here: for what never blocks."""

    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return call
