"""The application threads of one worker.

They take jobs from one queue. A thread that is stuck in an application is written off: a new one
takes its place, and the old one ends as soon as it comes back.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from time import monotonic

from enfilade.server.scoreboard import QUEUED, Block, Slot, private_block

logger = logging.getLogger("enfilade.server")

Job = Callable[[], object]

STAGED = 32
"""So many requests at most wait for the loop to have read from all sockets."""


class Pool:
    """*size* threads that run jobs in the order in which they were staged.

    ``slots`` are the threads' places in *block*, by their ``threading.get_ident()``. Only one
    thread, the loop's, may call the methods.
    """

    def __init__(self, size: int, block: Block | None = None) -> None:
        self.slots: dict[int, Slot] = {}
        self._block = block or private_block(size)
        self._size = size
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._numbers = count(1)
        self._threads: dict[int, threading.Thread] = {}
        self._written_off: set[int] = set()
        self._staged: list[Job] = []
        self._owed = 0  # threads that could not be started in place of others
        self._told = False  # of that
        self._since: deque[float] = deque()  # for each job that no thread has taken yet

    def start(self) -> None:
        """Start the threads."""
        for _ in range(self._size):
            self._add_thread()

    def stage(self, job: Job) -> None:
        """Keep *job* for :meth:`submit_staged`, unless many are kept already."""
        self._staged.append(job)
        if len(self._staged) >= STAGED:
            self.submit_staged()

    def submit_staged(self) -> None:
        """Let the threads have what has been staged.

        The loop stages requests while it reads from one socket after the other: threads that
        woke up meanwhile would only take the interpreter lock from it at every system call.
        """
        if not self._staged:
            return
        if self._owed:
            self.replenish()
        self._block.loop.count(QUEUED, len(self._staged))  # first, or more were taken than came
        self._since.extend([monotonic()] * len(self._staged))
        for job in self._staged:
            self._jobs.put(job)
        self._staged.clear()

    def oldest_wait(self) -> float:
        """Seconds for which the job has waited that has waited longest."""
        try:
            return monotonic() - self._since[0]
        except IndexError:
            return 0.0

    def replace(self, ident: int) -> None:
        """Write off the thread whose ``threading.get_ident()`` is *ident* and start another."""
        self._written_off.add(ident)
        self._threads.pop(ident, None)
        self._owed += 1
        self.replenish()

    def replenish(self) -> bool:
        """Start the threads that are owed, if the system has any now; whether it had."""
        while self._owed:
            try:
                self._add_thread()
            except (RuntimeError, MemoryError) as error:
                if not self._told:
                    logger.error("no thread can take the place of one that is stuck: %s", error)
                self._told = True
                return False
            self._owed -= 1
            self._told = False
        return True

    def stop(self, patience: float) -> bool:
        """End the threads once the queue is empty; whether all did within *patience* seconds.

        Threads that were written off are not waited for.
        """
        threads = list(self._threads.values())
        self.submit_staged()
        for _ in threads:
            self._jobs.put(None)
        until = monotonic() + patience
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _add_thread(self) -> None:
        thread = threading.Thread(
            target=self._work,
            name=f"application-{next(self._numbers)}",
            # A thread that never comes back must not keep the process from ending.
            daemon=True,
        )
        thread.start()
        assert thread.ident is not None
        self._threads[thread.ident] = thread

    def _work(self) -> None:
        me = threading.get_ident()
        number, self.slots[me] = self._block.take_slot()
        try:
            self._take_jobs(me)
        finally:
            del self.slots[me]
            self._block.give_back(number)

    def _take_jobs(self, me: int) -> None:
        take = self._jobs.get
        while (job := take()) is not None:
            self._since.popleft()
            try:
                job()
            except BaseException:  # whatever it is, the thread serves the next request
                logger.exception("unexpected error in an application thread; it goes on")
            del job
            if me in self._written_off:
                self._written_off.discard(me)
                return
