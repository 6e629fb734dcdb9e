"""Where the tasks of late requests stand, as a thread beside the event loop sees it."""

import sys
import threading
from collections.abc import Callable, Iterable
from itertools import dropwhile
from types import FrameType

from enfilade.server.asgi.account import Account
from enfilade.server.asgi.overdue import frames_of
from enfilade.server.recorder.stacks import DEPTH, Frames, describe, is_own


def tasks_finder() -> Callable[[Iterable[Account]], dict[Account, Frames]]:
    """What finds tasks of the event loop of the calling thread.

    A task that waits stands where its coroutines await one another; one that runs, and keeps all
    others waiting, where the loop's thread is. What a thread does for which a task waits is not
    known.
    """
    ident = threading.get_ident()

    def find(accounts: Iterable[Account]) -> dict[Account, Frames]:
        return {each: _frames(each, sys._current_frames().get(ident)) for each in accounts}

    return find


def _frames(account: Account, running: FrameType | None) -> Frames:
    task = account.task
    if task is None:
        return ()
    coroutine = task.get_coro()
    outermost: FrameType | None = getattr(coroutine, "cr_frame", None)
    frames: list[FrameType] = []
    while running is not None and running is not outermost:
        frames.append(running)
        running = running.f_back
    if running is None or outermost is None:  # the thread is not in it, so it waits
        frames = [frame for frame, _ in frames_of(coroutine)][::-1]
    inward = [describe(frame) for frame in dropwhile(is_own, reversed(frames))]
    return tuple(inward[-DEPTH:][::-1])
