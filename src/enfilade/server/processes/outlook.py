"""The server as the common memory shows it: to the supervisor, to any worker, and to the profiler.

What only the supervisor knows it writes there at every turn (:class:`Notice`), so that others need
not ask it.
"""

import os
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from enfilade.secrecy import hide_target
from enfilade.server.memory import resident_memory
from enfilade.server.options import Options
from enfilade.server.processes.roster import State
from enfilade.server.processes.witness import Witness
from enfilade.server.scoreboard import (
    BORN,
    CURRENT,
    GENERATION,
    PAUSED,
    PID,
    RELOADING,
    STANDING,
    STARTED_AT,
    STOPPING,
    SUPERVISOR,
    TOOK,
    UNREADY,
    WAITED,
    WANTED,
    Scoreboard,
    read_pause,
)
from enfilade.server.tally import Activity, Tally
from enfilade.version import VERSION

if TYPE_CHECKING:
    from enfilade.server.processes.supervisor import Supervisor

Answer = dict[str, Any]

_STATES = tuple(State)


class Outlook:
    """What *board* tells of a server with these *options*; *urls* are where it listens."""

    def __init__(self, board: Scoreboard, options: Options, urls: list[str]) -> None:
        self._board = board
        self._tally = Tally(board)
        self._options = options
        self._urls = urls

    def status(self) -> Answer:
        """The server, its workers, and what they have done."""
        server = self._board.server
        paused = server[PAUSED]
        return {
            "version": VERSION,
            "pid": server[SUPERVISOR],
            "uptime": _seconds_since(server[STARTED_AT]),
            "addresses": self._urls,
            "application": self._options.application,
            "generation": server[CURRENT],
            "reloading": bool(server[RELOADING]),
            "state": "stopping" if server[STOPPING] else "drained" * server[UNREADY],
            "paused": read_pause(server, paused)[0] if paused else None,
            "wanted": server[WANTED],
            "totals": self._tally.total().as_dict(),
            "workers": [self._worker(index) for index in self._living()],
        }

    def top(self) -> Answer:
        """The same, and what every thread does now, who has been at it longest first."""
        found = [each for index in self._living() for each in self._tally.activities(index)]
        found.sort(key=lambda activity: -activity.elapsed)
        activities = [_describe(activity) for activity in found]
        return {**self.status(), "histograms": self._histograms(), "activities": activities}

    def _histograms(self) -> dict[str, list[int]]:
        """How long requests waited for a thread, and took: buckets of the scoreboard."""
        total = self._tally.total()
        return {"waited": total.histogram(WAITED), "took": total.histogram(TOOK)}

    def _living(self) -> list[int]:
        """The blocks of the workers, the oldest first."""
        blocks = self._board.blocks
        living = [index for index in self._tally.living() if blocks[index][PID]]
        return sorted(living, key=lambda index: blocks[index][BORN])

    def _worker(self, index: int) -> Answer:
        words = self._board.blocks[index]
        return {
            "pid": words[PID],
            "generation": words[GENERATION],
            "state": _STATES[words[STANDING]].value,
            "uptime": _seconds_since(words[BORN]),
            "busy": len(self._tally.activities(index)),
            "threads": self._options.threads,
            "memory": resident_memory(words[PID]),
            **self._tally.of(index).as_dict(),
        }


class Notice(Witness):
    """Writes into the common memory what *supervisor* knows."""

    def __init__(self, supervisor: "Supervisor") -> None:
        self._supervisor = supervisor
        server = supervisor.board.server
        server[SUPERVISOR], server[STARTED_AT] = os.getpid(), monotonic_ns()
        self.write()

    def write(self) -> None:
        """Write it now."""
        supervisor = self._supervisor
        server, generations = supervisor.board.server, supervisor.generations
        server[WANTED] = supervisor.roster.wanted
        server[CURRENT] = generations.current
        server[RELOADING] = not generations.proven
        server[STOPPING] = supervisor.stopping
        for worker in supervisor.roster:
            if worker.block is not None:
                words = supervisor.board.blocks[worker.block]
                words[PID], words[STANDING] = worker.pid, _STATES.index(worker.state)

    def on_turn(self, now: float) -> float:
        self.write()
        return super().on_turn(now)

    def on_stopping(self) -> None:
        self.write()


def _describe(activity: Activity) -> Answer:
    method, _, target = activity.text.partition(" ")
    return {
        "worker": activity.pid,
        "slot": activity.slot,
        "method": method,
        "target": hide_target(target),
        "phase": activity.phase.name.lower(),
        "elapsed": activity.elapsed,
    }


def _seconds_since(moment: int) -> float:
    return max(0, monotonic_ns() - moment) / 1e9
