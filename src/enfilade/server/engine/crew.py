"""The threads of the compiled engine: each leads, follows, and runs the application.

There is one more than may be in the application at once, so that somebody always waits for the
sockets, and the watchdog, which sees to that.
"""

import logging
import threading
from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING

from enfilade.server.loop.pool import Job, Pool
from enfilade.server.scoreboard import QUEUED, Block

if TYPE_CHECKING:
    from enfilade.server.engine._engine import Engine

logger = logging.getLogger("enfilade.server")

RETRY = 0.1
"""Seconds until a thread goes on that had no memory to, and until one is asked for again that the
system did not have."""


class Crew(Pool):
    """A pool whose jobs are the engine's, so that the plain loop's requests and the engine's
    share the threads."""

    def __init__(self, engine: "Engine", size: int, block: Block) -> None:
        super().__init__(size, block)
        self.ended = threading.Event()
        self._begun = threading.Event()
        self._engine = engine
        self._watchdog = threading.Thread(target=engine.watchdog, name="watchdog", daemon=True)

    def start(self) -> None:
        """Start the threads, which wait for :meth:`begin`."""
        for _ in range(self._size + 1):
            self._add_thread()
        self._watchdog.start()

    def begin(self) -> None:
        """Let the threads work; the first to wait for the sockets leads."""
        self._begun.set()

    def stage(self, job: Job) -> None:
        """Let the threads have *job*."""
        self._block.loop.count(QUEUED)  # first, or more were taken than came
        self._engine.add_job(job)

    def submit_staged(self) -> None:
        """Nothing is kept back."""

    def replace(self, ident: int) -> None:
        """Write off the thread whose ``threading.get_ident()`` is *ident* and start another."""
        self._engine.write_off(ident)
        self._threads.pop(ident, None)
        self._owed += 1
        self.replenish()

    def stop(self, patience: float) -> bool:
        """Wait for the threads, which the engine has told to end."""
        until = monotonic() + patience
        threads = [*self._threads.values(), self._watchdog]
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _take_jobs(self, me: int) -> None:
        self._begun.wait()
        words = self.slots[me].words
        try:
            while not self._engine.stopping:
                try:
                    self._engine.work(words)
                    return  # at the end, or written off
                except BaseException:  # for lack of memory, as far as is known
                    with suppress(BaseException):
                        logger.exception("an application thread has to begin anew")
                    sleep(RETRY)
        finally:
            if self._engine.stopping:
                self.ended.set()
