"""Replacing workers that have served long enough or have grown too large.

Both are remedies for leaks that nobody has found yet. A worker is replaced like one in a reload:
another is started first, and only when that serves, the old one finishes what it has and goes.
There is one such replacement at a time, so that the others are there meanwhile.
"""

import logging
from random import randint, uniform
from typing import TYPE_CHECKING

from enfilade.server.memory import parse_size, resident_memory, show_size
from enfilade.server.processes.generations import OUTDATED
from enfilade.server.processes.roster import State, Worker
from enfilade.server.processes.witness import Witness
from enfilade.server.tally import Sums

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

logger = logging.getLogger("enfilade.server")

INTERVAL = 1.0
"""Seconds from one look at the workers to the next."""

SPREAD = 0.1
"""A worker's limit of memory is smaller than what was asked for by up to this share: workers that
grow alike should not come to their ends together."""


class Wear(Witness):
    """Looks after the workers of *supervisor*, by its options."""

    def __init__(self, supervisor: "Supervisor") -> None:
        options = supervisor.options
        self._supervisor = supervisor
        self._requests = options.max_requests
        self._jitter = options.max_requests_jitter
        self._memory = parse_size(options.memory_limit)
        self._limits: dict[int, tuple[int, int]] = {}  # by pid: requests, bytes
        self._next = 0.0

    def on_turn(self, now: float) -> float:
        if now >= self._next:
            self._next = now + INTERVAL
            if self._may_replace():
                self._look()
        return self._next

    def _may_replace(self) -> bool:
        supervisor = self._supervisor
        if supervisor.stopping or not supervisor.generations.proven:
            return False
        return all(worker.generation != OUTDATED for worker in supervisor.roster)

    def _look(self) -> None:
        current = self._supervisor.generations.current
        serving = self._supervisor.roster.staying(current)
        limits = {worker.pid: self._limits.get(worker.pid) or self._draw() for worker in serving}
        self._limits = limits
        for worker in serving:
            if worker.state is State.READY and (reason := self._why(worker, *limits[worker.pid])):
                logger.info("worker %d %s and will be replaced", worker.pid, reason)
                self._supervisor.replace(worker.pid)
                return

    def _draw(self) -> tuple[int, int]:
        """The limits of one worker."""
        requests = self._requests and self._requests + randint(0, self._jitter)  # noqa: S311
        return requests, int(self._memory * uniform(1 - SPREAD, 1))  # noqa: S311

    def _why(self, worker: Worker, requests: int, size: int) -> str:
        """Why *worker* has to go, if it has to."""
        if requests and worker.block is not None:
            served = _answers(self._supervisor.tally.of(worker.block))
            if served >= requests:
                return f"has served {served} requests, of {requests} at most,"
        memory = (resident_memory(worker.pid) or 0) if size else 0
        if memory > size:
            return f"has {show_size(memory)} of memory, more than {show_size(size)},"
        return ""


def _answers(sums: Sums) -> int:
    return sum(sums.responses)
