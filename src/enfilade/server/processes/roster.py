"""The workers there are, the states they go through, and when a dead one may be replaced.

::

    BOOTING --ready--> READY --drain--> DRAINING --(dies)--> off the roster
       └────────────drain──────────────────┘
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from enfilade.server.processes.report import Channel, Report


class State(Enum):
    BOOTING = "booting"
    READY = "ready"
    DRAINING = "draining"


NEXT = {
    (State.BOOTING, "ready"): State.READY,
    (State.BOOTING, "drain"): State.DRAINING,
    (State.READY, "drain"): State.DRAINING,
    # It became ready while it was being told to go.
    (State.DRAINING, "ready"): State.DRAINING,
    (State.DRAINING, "drain"): State.DRAINING,
}


@dataclass(slots=True, eq=False)
class Worker:
    """One worker process. ``generation`` counts reloads: which code it runs; ``born`` and
    ``deadline`` are times of :func:`time.monotonic`; ``block`` is its place on the scoreboard,
    if there was one."""

    pid: int
    generation: int
    channel: Channel
    born: float
    deadline: float
    block: int | None = None
    state: State = State.BOOTING
    aborted: bool = False
    failure: Report | None = None

    def move(self, event: str, deadline: float = inf) -> None:
        """Go to the next state, if that is another, which must be left before *deadline*."""
        state = NEXT[self.state, event]
        if state is not self.state:
            self.state, self.deadline = state, deadline

    def send(self, number: signal.Signals) -> None:
        """Signal the process, unless it is dead and waits to be reaped."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self, number: signal.Signals, deadline: float) -> None:
        """Have it drain, if it does not already: SIGTERM, or SIGUSR2 if others take over."""
        if self.state is not State.DRAINING:
            self.move("drain", deadline)
            self.send(number)

    def abort(self, now: float) -> None:
        """End it by force: first so that it can say where it hung, a second later at once."""
        self.send(signal.SIGKILL if self.aborted else signal.SIGABRT)
        self.aborted = True
        self.deadline = now + 1.0


@dataclass(slots=True)
class Roster:
    """The workers by process id, oldest first, and how many are ``wanted``."""

    wanted: int = 1
    workers: dict[int, Worker] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Worker]:
        return iter(list(self.workers.values()))

    def __len__(self) -> int:
        return len(self.workers)

    def add(self, worker: Worker) -> None:
        self.workers[worker.pid] = worker

    def remove(self, pid: int) -> Worker | None:
        return self.workers.pop(pid, None)

    def staying(self, generation: int) -> list[Worker]:
        """Who runs *generation*, or will soon."""
        return [
            worker
            for worker in self
            if worker.generation == generation and worker.state is not State.DRAINING
        ]

    def ready(self, generation: int) -> int:
        """How many of *generation* serve."""
        return sum(worker.state is State.READY for worker in self.staying(generation))

    def leaving(self, generation: int) -> list[Worker]:
        """Who runs another code than *generation* and has not been told to go."""
        return [
            worker
            for worker in self
            if worker.generation != generation and worker.state is not State.DRAINING
        ]

    def deadline(self) -> float:
        """When the first of them is overdue."""
        return min((worker.deadline for worker in self), default=inf)


def within(seconds: float, now: float) -> float:
    """The deadline *seconds* after *now*; an option's 0 means that there is none."""
    return now + seconds if seconds else inf


def dead_children() -> Iterator[tuple[int, int]]:
    """Reap every child that has ended: its pid, and its status as :func:`os.waitpid` has it."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            yield ended


def cause_of_death(status: int, *, starved: bool = False) -> str:
    """What :func:`os.waitpid` tells, in words. *starved*: the kernel has just killed somebody for
    lack of memory."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exited with {code}"
    if starved and -code == signal.SIGKILL:
        return (
            "was killed by the kernel: the control group has no memory left (raise its limit,"
            " or have workers replaced before that with --memory-limit)"
        )
    return f"was killed by {signal.Signals(-code).name}"


@dataclass(slots=True)
class Backoff:
    """Deaths soon after birth slow the next births down, to one a second at most."""

    longest: float = 1.0
    memory: float = 10.0
    streak: int = 0
    not_before: float = 0.0
    _last: float = -inf

    def early_death(self, now: float) -> None:
        self.streak = self.streak + 1 if now - self._last < self.memory else 1
        self._last = now
        self._pause(now)

    def birth(self, now: float) -> None:
        if now - self._last >= self.memory:
            self.streak = 0
        self._pause(now)

    def end(self, now: float) -> float:
        """When births are free again, if they are not."""
        return self.not_before if self.not_before > now else inf

    def _pause(self, now: float) -> None:
        if self.streak:
            self.not_before = now + min(self.longest, 0.05 * 2**self.streak)
