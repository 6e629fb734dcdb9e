"""Signals as a queue that a loop reads, none lost, and the fresh start of a forked child.

Python runs a handler between two instructions of the main thread; here it only notes the
number. The wake-up descriptor gets the loop out of ``select``, so nothing happens between the
look at the queue and the wait (the race that PEP 475 leaves).
"""

import atexit
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn, Self

IGNORED_BY_CHILDREN = (
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGHUP,
    signal.SIGTTIN,
    signal.SIGTTOU,
    signal.SIGUSR1,
)
"""A terminal sends some of these to the whole process group; only the supervisor acts on them."""


class SignalQueue:
    """A context in which the given signals are queued instead of acting."""

    def __init__(self, numbers: Sequence[signal.Signals]) -> None:
        self.numbers = tuple(numbers)
        self._pending: deque[int] = deque()
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def __enter__(self) -> Self:
        # A full pipe is no loss: the numbers are in the queue, the pipe only wakes.
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._previous = [(number, signal.signal(number, self._note)) for number in self.numbers]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous:
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._reader)
        os.close(self._writer)

    def fileno(self) -> int:
        """The descriptor that becomes readable when a signal has come."""
        return self._reader

    def take(self) -> list[int]:
        """The signals since the last call, in the order in which they came."""
        with suppress(BlockingIOError):
            while os.read(self._reader, 4096):
                pass
        taken = []
        while self._pending:
            taken.append(self._pending.popleft())
        return taken

    def fork(self, run: Callable[[], int]) -> int:
        """Fork a child that exits with what *run* returns; the pid, to the parent only.

        Signals are held back until the child has its own handlers, so that none meant for the
        child reaches the parent's. Raises :exc:`OSError` when there is no room for a process.
        """
        flush_output()  # else the child would write what is buffered once more
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, self.numbers)
        try:
            return os.fork() or self._begin_child(run, mask)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _begin_child(self, run: Callable[[], int], mask: set[signal.Signals | int]) -> NoReturn:
        def begin() -> int:
            signal.set_wakeup_fd(-1)
            for number in self.numbers:
                signal.signal(number, signal.SIG_DFL)
            for number in IGNORED_BY_CHILDREN:
                # Not SIG_IGN, which programs that the application starts would inherit.
                signal.signal(number, _do_nothing)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(self._reader)
            os.close(self._writer)
            return run()

        end_process(begin)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._pending.append(number)


class Terminal:
    """The terminal that a process was started from, if it was started from one."""

    def __init__(self) -> None:
        self._had_one = os.isatty(2)

    @property
    def lost(self) -> bool:
        """Whether it was there and has been closed."""
        return self._had_one and not os.isatty(2)


def end_process(run: Callable[[], int]) -> NoReturn:
    """Exit with what *run* returns, without unwinding the stack that a fork has copied."""
    status = 1
    try:
        status = run()
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else bool(exit_.code)
    except BaseException:
        traceback.print_exc()
    finally:
        # os._exit skips what the application registered to flush its own buffers.
        with suppress(Exception):
            atexit._run_exitfuncs()
        flush_output()
        os._exit(status)


def flush_output() -> None:
    """Flush standard output and error, as far as they are there and work."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()


def _do_nothing(_number: int, _frame: FrameType | None) -> None:
    pass
