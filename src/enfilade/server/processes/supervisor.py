"""The parent of the workers: it owns the listening sockets and runs no application code.

Each turn it takes the signals that came, reads what the workers report, buries the dead, and
then brings the roster nearer to what it should be (:meth:`Supervisor._reconcile`). A reload is a
new *generation*: one worker goes ahead, and only when it is ready do the others follow and the
old ones go, one for one. If it fails, the old generation stays as it was. In development the
old ones go first, so that nobody sees what was before the change.
"""

import logging
import os
import selectors
import signal
from collections.abc import Callable
from functools import partial
from math import inf
from time import monotonic

from enfilade.exceptions import DeveloperError
from enfilade.server.memory import Executions
from enfilade.server.options import Options
from enfilade.server.processes.generations import OUTDATED, Generations
from enfilade.server.processes.listeners import Listeners
from enfilade.server.processes.preload import Preload
from enfilade.server.processes.report import BROKEN, Channel, Event, Report, Reporter
from enfilade.server.processes.roster import (
    Backoff,
    Roster,
    State,
    Worker,
    cause_of_death,
    dead_children,
    within,
)
from enfilade.server.processes.signals import SignalQueue, Terminal
from enfilade.server.processes.witness import Witness
from enfilade.server.scoreboard import PID, UNREADY, Block, Scoreboard
from enfilade.server.tally import Tally

logger = logging.getLogger("enfilade.server")

EARLY = 1.0
"""A worker that dies within this many seconds was never well."""

RunWorker = Callable[[Reporter, int, Block], int]
"""What a child runs, and its exit status: it gets its reporter, the reading end of the lifeline,
a pipe that is at its end when the supervisor is no more, and its block of the scoreboard."""


class Supervisor:
    """Keeps ``options.workers`` workers running until it is told to stop.

    *on_ready* is called once, with the interface served, when the first worker is ready.
    ``witnesses`` are told what happens; ``selector`` calls whatever is registered with it.
    """

    def __init__(
        self,
        listeners: Listeners,
        options: Options,
        run_worker: RunWorker,
        on_ready: Callable[[str], object],
    ) -> None:
        self.listeners = listeners
        self.options = options
        self.run_worker = run_worker
        self.on_ready = on_ready
        self.target = options.workers
        self.status = 0
        self.refusal: DeveloperError | None = None
        self.stopping = False
        self.deaths = 0
        self.roster = Roster()
        self.board = Scoreboard(options.workers, options.threads)
        self.tally = Tally(self.board)
        self.generations = Generations()
        self.selector = selectors.DefaultSelector()
        self.witnesses: list[Witness] = []
        self._leave_at = inf
        self._terminal = Terminal()
        self._backoff = Backoff()
        self._preload = Preload(options)
        self._executions = Executions()

    def run(self) -> int:
        """Work until stopped; the exit status, 0 unless the application cannot be started.

        ``refusal`` is the reason then, if it is a mistake in what was asked for.
        """
        self._lifeline, self._lifeline_end = os.pipe()
        with SignalQueue(tuple(_REACTIONS)) as self._signals, self.selector:
            self.selector.register(self._signals, selectors.EVENT_READ)
            while not (self.stopping and not self.roster):
                self._turn()
            for witness in self.witnesses:
                witness.on_ended()
        return self.status

    def _turn(self) -> None:
        self._reconcile(monotonic())
        for key, events in self.selector.select(self._patience(monotonic())):
            if key.data is not None:
                key.data(events)
        for number in self._signals.take():
            _REACTIONS[signal.Signals(number)](self)
        self._read_reports()
        self._reap()

    def _patience(self, now: float) -> float:
        """Seconds until there is something to do, a second at most."""
        own = min(now + 1.0, self.roster.deadline(), self._backoff.end(now), self._leave_at)
        return max(0.0, min([own, *(witness.on_turn(now) for witness in self.witnesses)]) - now)

    # Signals -------------------------------------------------------------------------------

    def leave(self) -> None:
        """Stop, after the delay in which balancers notice that they should go elsewhere."""
        if not self.options.drain_delay or not self.generations.proven:
            self.stop()
        elif self._leave_at == inf and not self.stopping:
            logger.info("stopping in %g s", self.options.drain_delay)
            self._leave_at = monotonic() + self.options.drain_delay
            self.set_ready(False)
            for witness in self.witnesses:
                witness.on_leaving()

    def stop(self) -> None:
        """Let the workers finish what is under way, and go with them."""
        if not self.stopping:
            self.stopping = True
            self._leave_at = inf
            self.set_ready(False)
            # Only the workers' copies keep the sockets alive now: when the last has answered
            # what the kernel has queued, newcomers are refused.
            self.listeners.ignore_newcomers()
            self.listeners.close()
            deadline = within(self.options.grace, monotonic())
            for worker in self.roster:
                worker.end(signal.SIGTERM, deadline)
            for witness in self.witnesses:
                witness.on_stopping()

    def stop_at_once(self) -> None:
        """End the workers without waiting for anything."""
        self.stop()
        for worker in self.roster:
            worker.send(signal.SIGKILL)

    def interrupt(self) -> None:
        """The first Ctrl-C drains, the second does not wait."""
        self.stop_at_once() if self.stopping else self.stop()

    def hang_up(self) -> None:
        """Reload, unless the hang-up is the real one: the terminal window was closed."""
        self.stop() if self._terminal.lost else self.reload()

    def reload(self) -> int:
        """Replace the workers by new ones that load the application anew; the generation that
        will do so."""
        if not self.stopping and self.generations.begin():
            logger.info("reloading")
            for witness in self.witnesses:
                witness.on_reloading()
        return self.generations.awaited

    def replace(self, pid: int) -> None:
        """Let the worker *pid* finish as soon as another serves in its place."""
        for worker in self.roster:
            if worker.pid == pid:
                worker.generation = OUTDATED

    def set_ready(self, ready: bool) -> None:
        """Have /readyz say whether the server should get requests; it serves them anyway."""
        self.board.server[UNREADY] = not ready

    def add_worker(self) -> None:
        self.target += 1

    def remove_worker(self) -> None:
        self.target = max(1, self.target - 1)

    def reopen_logs(self) -> None:
        for worker in self.roster:
            worker.send(signal.SIGUSR1)

    # Reports and deaths --------------------------------------------------------------------

    def _read_reports(self) -> None:
        for worker in self.roster:
            for report in worker.channel.read():
                self._hear(worker, report)

    def _hear(self, worker: Worker, report: Report) -> None:
        if report.event is Event.READY:
            worker.move("ready")
            if self._is_tried(worker):
                self._settle(worker, report.text)
        elif report.event is Event.STUCK and worker.generation != OUTDATED:
            logger.warning("worker %d is stuck and will be replaced", worker.pid)
            worker.generation = OUTDATED
        elif report.event is Event.IMPORTED:
            self._preload.take(report.text.split(), report.hint)
        elif report.event in (Event.FAILED, Event.REFUSED):
            worker.failure = report

    def _is_tried(self, worker: Worker) -> bool:
        """Whether *worker* goes ahead for a generation that is not proven yet."""
        return worker.generation == self.generations.current and not self.generations.proven

    def _settle(self, worker: Worker, interface: str) -> None:
        """The first worker of a generation is ready: its code works."""
        self.generations.proven = True
        if self.generations.previous is None:
            self.on_ready(interface)
        elif interface != BROKEN:
            logger.info("reloaded in %.0f ms", (monotonic() - worker.born) * 1000)
        if interface == BROKEN:
            waiting = "; waiting for a change" * self.options.reload
            logger.error("the application does not start%s", waiting)
        self._tell_settled("The application does not start." if interface == BROKEN else "")
        self._try_again()

    def _tell_settled(self, failure: str) -> None:
        """*failure* is why the generation that was tried does not serve."""
        for witness in self.witnesses:
            witness.on_settled(self.generations.newest, failure)

    def _try_again(self) -> None:
        if self.generations.asked_again():
            self.reload()

    def _reap(self) -> None:
        """Take every dead child off the roster; as process 1 of a container, orphans too."""
        for pid, status in dead_children():
            if worker := self.roster.remove(pid):
                for report in worker.channel.read():
                    self._hear(worker, report)
                self.selector.unregister(worker.channel)
                worker.channel.close()
                if worker.block is not None:
                    self.tally.bury(worker.block)
                cause = cause_of_death(status, starved=self._executions.happened())
                if not self.stopping and worker.state is not State.DRAINING:
                    self._mourn(worker, cause)

    def _mourn(self, worker: Worker, cause: str) -> None:
        self.deaths += 1
        now = monotonic()
        booting = worker.state is State.BOOTING
        tried = booting and self._is_tried(worker)
        if tried and worker.failure and self.generations.previous is None:
            self._give_up(worker.failure)  # nobody has to know yet that there are workers
            return
        when = " before it was ready" * booting
        said = f"worker {worker.pid} {cause}{when}{_below(worker.failure)}"
        logger.error("%s", said)
        if tried:
            self._give_up_generation(said)
        elif booting or now - worker.born < EARLY:
            self._backoff.early_death(now)

    def _give_up(self, failure: Report | None = None) -> None:
        """The very first worker has failed: there is nothing to serve."""
        if failure and failure.event is Event.REFUSED:
            self.refusal = DeveloperError(failure.text, hint=failure.hint or None)
        else:
            logger.error("the application cannot be started; giving up%s", _below(failure))
        self.status = 1
        self.stop()

    def _give_up_generation(self, failure: str) -> None:
        if self.generations.previous is None:
            self._give_up()
        else:
            outcome = "trying again" if self.options.debug else "the old workers keep serving"
            logger.error("the new code does not start; %s", outcome)
            self.generations.give_up()
            self._tell_settled(f"The new code does not start: {failure}")
            self._try_again()

    # The roster ----------------------------------------------------------------------------

    def _reconcile(self, now: float) -> None:
        if now >= self._leave_at:
            self.stop()
        if not self.stopping:
            self._hire(now)
            self._dismiss(now)
        for worker in self.roster:
            if worker.deadline <= now:
                logger.warning("worker %d is overdue (%s)", worker.pid, worker.state.value)
                worker.abort(now)

    def _hire(self, now: float) -> None:
        wanted = self.target if self.generations.proven else 1
        while len(self.roster.staying(self.generations.current)) < wanted and (
            now >= self._backoff.not_before
        ):
            try:
                self._fork(now)
            except OSError as error:  # the system is short of something; those who serve go on
                logger.error("cannot start a worker: %s", error.strerror)
                self._backoff.early_death(now)
            else:
                self._backoff.birth(now)

    def _dismiss(self, now: float) -> None:
        """Let go those whom the ready ones of the new code replace, and those too many.

        In development the old ones go at once, and requests wait in the backlog for the new
        code: whoever loads a page after a change wants to see it, be it an error.
        """
        ready = self.roster.ready(self.generations.current)
        still_needed = 0 if self.options.debug else max(0, self.target - ready)
        old = self.roster.leaving(self.generations.current)
        old.sort(key=lambda worker: worker.state is State.READY)
        surplus = self.roster.staying(self.generations.current)[self.target :]
        for worker in surplus + old[: max(0, len(old) - still_needed)]:
            worker.end(signal.SIGUSR2, within(self.options.grace, now))

    def _fork(self, now: float) -> None:
        channel = Channel()
        block = self.board.hire(self.generations.current)
        try:
            pid = self._signals.fork(partial(self._be_child, channel, block))
        except OSError:
            channel.close()
            if block is not None:
                self.board.clear(block)
            raise
        finally:
            os.close(channel.worker_end)
        self.selector.register(channel, selectors.EVENT_READ)
        deadline = within(self.options.boot_timeout, now)
        self.roster.add(Worker(pid, self.generations.current, channel, now, deadline, block))

    def _be_child(self, channel: Channel, index: int | None) -> int:
        os.close(self._lifeline_end)
        self.selector.close()
        for inherited in (channel, *(worker.channel for worker in self.roster)):
            inherited.close()
        for witness in self.witnesses:
            witness.on_forked()
        self._preload.make_room()
        block = self.board.block(index)
        block.words[PID] = os.getpid()
        return self.run_worker(Reporter(channel.worker_end), self._lifeline, block)


def _below(failure: Report | None) -> str:
    """A traceback as it stands below a line of the log, where its own lines line up."""
    return f"\n\n{failure}\n" if failure else ""


_REACTIONS: dict[signal.Signals, Callable[[Supervisor], object]] = {
    signal.SIGTERM: Supervisor.leave,
    signal.SIGINT: Supervisor.interrupt,
    signal.SIGQUIT: Supervisor.stop_at_once,
    signal.SIGHUP: Supervisor.hang_up,
    signal.SIGTTIN: Supervisor.add_worker,
    signal.SIGTTOU: Supervisor.remove_worker,
    signal.SIGUSR1: Supervisor.reopen_logs,
    signal.SIGUSR2: lambda supervisor: None,  # for workers only
    signal.SIGCHLD: lambda supervisor: None,  # the dead are buried every turn
}
