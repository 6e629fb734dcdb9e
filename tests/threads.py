"""The threads of an event loop, counted: how often an application leaves the loop."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from oracle import Outcome, run


class CountedThreads(ThreadPoolExecutor):
    """``hops`` is how often one was asked for."""

    hops = 0

    def submit(self, *args: Any, **kwargs: Any) -> "Future[Any]":
        self.hops += 1
        return super().submit(*args, **kwargs)


def use_counted_threads() -> CountedThreads:
    """Have the running event loop take these from now on."""
    threads = CountedThreads(2)
    asyncio.get_running_loop().set_default_executor(threads)
    return threads


def run_counted(make_handler: Callable[[], Any], **request: Any) -> tuple[Outcome, int]:
    """What an ASGI application answers, and the hops that it takes for that."""
    hops = 0

    async def counted(exchange: Coroutine[Any, Any, None]) -> None:
        nonlocal hops
        threads = use_counted_threads()
        await exchange
        hops = threads.hops

    outcome = run(
        make_handler, [], asgi=True, wait=lambda exchange: asyncio.run(counted(exchange)), **request
    )
    return outcome, hops
