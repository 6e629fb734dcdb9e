"""Ending workers whose loop does not turn any more, so that no deadline of theirs is kept.

A request that takes too long is answered and reported by the worker itself. It cannot if some C
code holds the interpreter's lock, or if the loop itself hangs. So the loop shows the supervisor
a pulse on the scoreboard; a worker without one for as long as an application may take has to say
where it is, which faulthandler does without the lock, and is ended and replaced.
"""

import logging
from typing import TYPE_CHECKING

from enfilade.secrecy import hide_target
from enfilade.server.memory import resident_memory, show_size
from enfilade.server.processes.roster import State, Worker
from enfilade.server.processes.witness import Witness
from enfilade.server.scoreboard import PULSE

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

logger = logging.getLogger("enfilade.server")

INTERVAL = 1.0
"""Seconds from one look at the workers to the next."""

EXTRA = 5.0
"""Seconds in which the worker itself has to see to a request that has taken too long."""

MOST_SHOWN = 20
"""Requests of a worker that hangs that are named in the log."""


class Hangs(Witness):
    """Looks after the workers of *supervisor*."""

    def __init__(self, supervisor: "Supervisor") -> None:
        limit = supervisor.options.application_timeout
        self._supervisor = supervisor
        self._patience = limit + EXTRA if limit else 0.0
        self._last = 0.0
        self._silent: dict[int, tuple[int, float]] = {}  # by pid: the pulse, seconds since

    def on_turn(self, now: float) -> float:
        if self._patience and now >= self._last + INTERVAL:
            # A machine that was stopped or overloaded has stopped the workers, too: such a gap
            # counts as one interval.
            passed = min(now - self._last, 2 * INTERVAL)
            self._last = now
            self._look(passed, now)
        return self._last + INTERVAL

    def _look(self, passed: float, now: float) -> None:
        silent = {}
        for worker in self._supervisor.roster:
            if worker.block is None or worker.state is not State.READY or worker.aborted:
                continue
            pulse = self._supervisor.board.blocks[worker.block][PULSE]
            before, seconds = self._silent.get(worker.pid, (pulse, 0.0))
            seconds = seconds + passed if pulse == before else 0.0
            silent[worker.pid] = pulse, seconds
            if seconds > self._patience:
                self._report(worker, worker.block, seconds)
                worker.abort(now)
        self._silent = silent

    def _report(self, worker: Worker, block: int, seconds: float) -> None:
        activities = self._supervisor.tally.activities(block)
        lines = [
            f"    {_shown(each.text)}  ({each.phase.name.lower()}, {each.elapsed:.1f} s)"
            for each in sorted(activities, key=lambda each: -each.elapsed)[:MOST_SHOWN]
        ]
        logger.error(
            "worker %d hangs: nothing in it has moved for %.0f s, not even its loop (memory %s);"
            " it is ended and replaced. Its requests, and below them where its threads are:\n%s",
            worker.pid,
            seconds,
            show_size(resident_memory(worker.pid) or 0),
            "\n".join(lines) or "    none",
        )


def _shown(text: str) -> str:
    """A method and a target without its secrets."""
    method, _, target = text.partition(" ")
    return f"{method} {hide_target(target)}"
