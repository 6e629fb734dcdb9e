"""Workers are forked where some are missing, and let go where others have taken their place."""

import logging
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from selectors import EVENT_READ, BaseSelector

from enfilade.server.options import Options
from enfilade.server.processes.generations import Generations
from enfilade.server.processes.preload import Preload
from enfilade.server.processes.report import Channel, Reporter
from enfilade.server.processes.roster import Backoff, Roster, State, Worker, within
from enfilade.server.processes.share import Share
from enfilade.server.processes.witness import Witness
from enfilade.server.recorder import rings_for
from enfilade.server.scoreboard import PID, Scoreboard

logger = logging.getLogger("enfilade.server")

EARLY = 1.0
"""A worker that dies within this many seconds was never well."""

RunWorker = Callable[[Reporter, int, Share], int]
"""What a child runs, and its exit status: it gets its reporter, the reading end of the lifeline,
a pipe that is at its end when the supervisor is no more, and its share of the common memory."""

Fork = Callable[[Callable[[], int]], int]
"""Starts a child that exits with what it is given returns; its pid, to the parent only. Raises
:exc:`OSError` when the system has no room for one."""


class Staffing:
    """Brings its ``roster`` nearer to what it should be: ``roster.wanted`` workers of the current
    one of *generations*.

    *selector* hears of what workers report; *witnesses* are told in each child that it is one.
    """

    def __init__(
        self,
        options: Options,
        run_worker: RunWorker,
        generations: Generations,
        selector: BaseSelector,
        witnesses: Sequence[Witness],
    ) -> None:
        self.roster = Roster(options.workers)
        self.board = Scoreboard(options.workers, options.threads)
        self.rings = rings_for(options)
        self.backoff = Backoff()
        self.preload = Preload(options)
        self._options = options
        self._run_worker = run_worker
        self._generations = generations
        self._selector = selector
        self._witnesses = witnesses
        self._vacancies: list[int] = []
        self._lifeline, self._lifeline_end = os.pipe()

    def hire(self, now: float, fork: Fork) -> None:
        """Fork those that are missing: one, as long as nobody knows whether its code works."""
        generations = self._generations
        wanted = self.roster.wanted if generations.proven else 1
        while len(self.roster.staying(generations.current)) < wanted and (
            now >= self.backoff.not_before
        ):
            try:
                self._add_worker(now, fork)
            except OSError as error:  # the system is short of something; those who serve go on
                logger.error("cannot start a worker: %s", error.strerror)
                self.backoff.early_death(now)
            else:
                self.backoff.birth(now)

    def dismiss(self, now: float) -> None:
        """Let go those whom the ready ones of the new code replace, and those too many.

        In development the old ones go at once, and requests wait in the backlog for the new
        code: whoever loads a page after a change wants to see it, be it an error.
        """
        roster, current = self.roster, self._generations.current
        still_needed = 0 if self._options.debug else max(0, roster.wanted - roster.ready(current))
        old = roster.leaving(current)
        old.sort(key=lambda worker: worker.state is State.READY)
        surplus = roster.staying(current)[roster.wanted :]
        for worker in surplus + old[: max(0, len(old) - still_needed)]:
            worker.end(signal.SIGUSR2, within(self._options.grace, now))

    def abort_overdue(self, now: float) -> None:
        """End by force who has not become ready, or not finished, in time."""
        for worker in self.roster:
            if worker.deadline <= now:
                logger.warning("worker %d is overdue (%s)", worker.pid, self._lateness(worker))
                worker.abort(now)

    def _lateness(self, worker: Worker) -> str:
        state: str = worker.state.value
        if worker.state is not State.BOOTING:
            return state
        limit = self._options.boot_timeout
        return f"{state}: it has not started within {limit:g} s, --boot-timeout"

    def take_loss(self, worker: Worker, now: float) -> None:
        """*worker* has died of itself; if it was never well, those after it take their time."""
        if worker.state is State.READY:
            self._vacancies.append(worker.pid)
        if worker.state is State.BOOTING or now - worker.born < EARLY:
            self.backoff.early_death(now)

    def fill_vacancy(self, worker: Worker) -> None:
        """*worker* is ready, perhaps in the place of one that has died."""
        if self._vacancies:
            dead = self._vacancies.pop(0)
            logger.info("worker %d takes the place of worker %d", worker.pid, dead)

    def _add_worker(self, now: float, fork: Fork) -> None:
        channel = Channel()
        generation = self._generations.current
        block = self.board.hire(generation)
        try:
            pid = fork(partial(self._be_child, channel, block))
        except OSError:
            channel.close()
            if block is not None:
                self.board.clear(block)
            raise
        finally:
            os.close(channel.worker_end)
        self._selector.register(channel, EVENT_READ)
        deadline = within(self._options.boot_timeout, now)
        self.roster.add(Worker(pid, generation, channel, now, deadline, block))

    def part(self, spared: Witness | None = None) -> int:
        """Close in a child what is the supervisor's, but not what is the witness *spared*'s; the
        reading end of the lifeline."""
        os.close(self._lifeline_end)
        self._selector.close()
        for worker in self.roster:
            worker.channel.close()
        for witness in self._witnesses:
            if witness is not spared:
                witness.on_forked()
        return self._lifeline

    def _be_child(self, channel: Channel, index: int | None) -> int:
        channel.close()
        lifeline = self.part()
        self.preload.make_room()
        block = self.board.block(index)
        block.words[PID] = os.getpid()
        ring = self.rings.ring(index) if self.rings else None
        share = Share(block, self.board, ring, self.rings)
        return self._run_worker(Reporter(channel.worker_end), lifeline, share)
