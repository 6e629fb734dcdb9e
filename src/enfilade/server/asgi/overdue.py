"""Where a task stands that waits: through all coroutines that await one another."""

import asyncio
from collections.abc import Iterator
from traceback import StackSummary, format_list
from types import FrameType
from typing import Any


def describe_task(task: asyncio.Task[Any]) -> str:
    """The stack of *task*, as a traceback has it, the innermost call last."""
    return "".join(format_list(StackSummary.extract(frames_of(task.get_coro()))))


def frames_of(awaited: Any) -> Iterator[tuple[FrameType, int]]:
    """The frames, and the lines where they are, of all that *awaited* waits for; the outermost
    first."""
    while awaited is not None:
        for kind in ("cr", "gi", "ag"):  # coroutines, generators, asynchronous generators
            frame: FrameType | None = getattr(awaited, f"{kind}_frame", None)
            if frame is not None:
                yield frame, frame.f_lineno
                break
        else:
            return
        awaited = getattr(awaited, f"{kind}_await", None) or getattr(awaited, "gi_yieldfrom", None)
