"""The two doors between synchronous and asynchronous code.

A *hop* is a call that leaves the event loop for a thread, or a thread for the event loop. The
rest of the package hops only through this module, so a search for its names finds every hop.
asgiref does the work and its marks are the ones that third-party middleware carries.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import (
    ThreadSensitiveContext,
    async_to_sync,
    iscoroutinefunction,
    markcoroutinefunction,
    sync_to_async,
)

from enfilade.exceptions import SynchronousOnlyOperation

__all__ = [
    "ThreadSensitiveContext",
    "async_to_sync",
    "in_thread",
    "inline",
    "iscoroutinefunction",
    "iterate_in_loop",
    "iterate_in_thread",
    "markcoroutinefunction",
    "refuse_on_event_loop",
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


def refuse_on_event_loop(what: str) -> None:
    """Raise :exc:`~enfilade.exceptions.SynchronousOnlyOperation` if this thread runs an event
    loop; *what* is the thing that would block it, as the beginning of a sentence."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise SynchronousOnlyOperation(
        f"{what} was used on the event loop, which would stand still meanwhile.",
        hint="Await the asynchronous twin, whose name begins with an a (aget, asave, auser), or "
        "call it in a thread with sync_to_async().",
    )


_END: Any = object()


async def iterate_in_thread(iterator: Iterator[R]) -> AsyncIterator[R]:
    """Yield what a blocking *iterator* yields, pulled one at a time.

    A generator has a thread of its own, and is closed there if it is left early: what it holds
    (a database cursor, say) may belong to the thread that made it. Any other iterator is pulled
    in whatever thread of the loop's pool is free, so a slow reader of a file holds none.
    """
    loop, context = asyncio.get_running_loop(), copy_context()

    def pull() -> R:
        return context.run(next, iterator, _END)

    own = isinstance(iterator, Generator)
    thread = ThreadPoolExecutor(1, thread_name_prefix="enfilade-stream") if own else None
    try:
        while (item := await loop.run_in_executor(thread, pull)) is not _END:
            yield item
    except BaseException:
        if isinstance(iterator, Generator):
            # Queued behind a pull that is still going on: a running generator cannot be closed.
            with suppress(Exception):
                await loop.run_in_executor(thread, iterator.close)
        raise
    finally:
        if thread is not None:
            thread.shutdown(wait=False)


def iterate_in_loop(iterator: AsyncIterator[R]) -> Generator[R, None, None]:
    """Yield what an asynchronous *iterator* yields, awaited one at a time.

    All of it runs in one event loop, since what it awaits belongs to a loop; the loop ends, and
    the iterator with it, when this generator is closed.
    """

    async def pull() -> R:
        return await anext(iterator, _END)

    with asyncio.Runner() as runner:
        while (item := runner.run(pull())) is not _END:
            yield item
