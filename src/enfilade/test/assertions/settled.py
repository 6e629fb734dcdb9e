"""Waiting for what an async client or an async stream has still to say.

Assertions are plain functions, also where the test is a coroutine: its loop cannot be used.
"""

from collections.abc import Awaitable
from inspect import isawaitable
from typing import Any


def settled(value: Any) -> Any:
    """*value*, or what it comes to, awaited in a loop and a thread of its own."""
    if not isawaitable(value):
        return value
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _awaited(value)).result()


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value
