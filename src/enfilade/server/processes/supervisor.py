"""The parent of the workers: it owns the listening sockets and runs no application code.

Each turn it takes the signals that came, reads what the workers report, buries the dead, and
then brings the roster nearer to what it should be (``staffing.py``). A reload is a new
*generation*: one worker goes ahead, and only when it is ready do the others follow and the old
ones go, one for one. If it fails, the old generation stays as it was. In development the old
ones go first, so that nobody sees what was before the change.
"""

import logging
import selectors
import signal
from collections.abc import Callable
from math import inf
from time import monotonic

from enfilade.exceptions import DeveloperError
from enfilade.server.memory import Executions
from enfilade.server.options import Options
from enfilade.server.processes.generations import OUTDATED, Generations
from enfilade.server.processes.listeners import Listeners
from enfilade.server.processes.losses import tell_of_losses
from enfilade.server.processes.report import Event, Report
from enfilade.server.processes.roster import State, Worker, cause_of_death, dead_children, within
from enfilade.server.processes.signals import SignalQueue, Terminal
from enfilade.server.processes.staffing import RunWorker, Staffing
from enfilade.server.processes.trial import Trial
from enfilade.server.processes.witness import Witness
from enfilade.server.scoreboard import UNREADY
from enfilade.server.tally import Tally

logger = logging.getLogger("enfilade.server")


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
        self.status = 0
        self.refusal: DeveloperError | None = None
        self.stopping = False
        self.deaths = 0
        self.generations = Generations()
        self.selector = selectors.DefaultSelector()
        self.witnesses: list[Witness] = []
        self._staffing = Staffing(
            options, run_worker, self.generations, self.selector, self.witnesses
        )
        self.roster = self._staffing.roster
        self.board = self._staffing.board
        self.rings = self._staffing.rings
        self.tally = Tally(self.board)
        self._trial = Trial(options, self.generations, on_ready, self.witnesses)
        self._leave_at = inf
        self._terminal = Terminal()
        self._executions = Executions()

    def run(self) -> int:
        """Work until stopped; the exit status, 0 unless the application cannot be started.

        ``refusal`` is the reason then, if it is a mistake in what was asked for.
        """
        with SignalQueue(tuple(_REACTIONS)) as self._signals, self.selector:
            self.selector.register(self._signals, selectors.EVENT_READ)
            while not (self.stopping and not self.roster):
                self._turn()
            self._tell("stopped")
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
        for worker in self.roster:
            self._hear(worker)
        self._reap()
        if self.generations.proven and self.generations.asked_again():
            self.reload()

    def _reconcile(self, now: float) -> None:
        if now >= self._leave_at:
            self.stop()
        if not self.stopping:
            self._staffing.hire(now, self._signals.fork)
            self._staffing.dismiss(now)
        self._staffing.abort_overdue(now)

    def _patience(self, now: float) -> float:
        """Seconds until there is something to do, a second at most."""
        births = self._staffing.backoff.end(now)
        own = min(now + 1.0, self.roster.deadline(), births, self._leave_at)
        return max(0.0, min([own, *(witness.on_turn(now) for witness in self.witnesses)]) - now)

    def fork(self, run: Callable[[int], int], witness: Witness) -> int:
        """Start a child that serves nothing of the application, for *witness*, which is told when
        it ends: *run* gets the reading end of the lifeline, and gives the exit status. The pid;
        raises :exc:`OSError` when the system has no room for a process."""

        def be_child() -> int:
            lifeline = self._staffing.part(witness)
            self.listeners.close()
            return run(lifeline)

        return self._signals.fork(be_child)

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
            count = self.tally.under_way()
            under_way = f": {count} request{'s' * (count > 1)} under way" if count else ""
            self._tell(f"stopping{under_way}")
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

    def _tell(self, event: str) -> None:
        """Log *event*, unless nothing was ever served: the reason then is the last word."""
        if not self.status:
            logger.info("%s", event)

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
        self.roster.wanted += 1

    def remove_worker(self) -> None:
        self.roster.wanted = max(1, self.roster.wanted - 1)

    def reopen_logs(self) -> None:
        for worker in self.roster:
            worker.send(signal.SIGUSR1)

    # Reports and deaths --------------------------------------------------------------------

    def _hear(self, worker: Worker) -> None:
        for report in worker.channel.read():
            self._take(worker, report)

    def _take(self, worker: Worker, report: Report) -> None:
        if report.event is Event.READY:
            worker.move("ready")
            if self._trial.is_of(worker):
                self._trial.succeed(worker, report.text)
            self._staffing.fill_vacancy(worker)
        elif report.event is Event.STUCK and worker.generation != OUTDATED:
            logger.warning("worker %d is stuck and will be replaced", worker.pid)
            worker.generation = OUTDATED
        elif report.event is Event.IMPORTED:
            self._staffing.preload.take(report.text.split(), report.hint)
        elif report.event in (Event.FAILED, Event.REFUSED):
            worker.failure = report

    def _reap(self) -> None:
        """Take every dead child off the roster; as process 1 of a container, orphans too."""
        for pid, status in dead_children():
            if worker := self.roster.remove(pid):
                self._hear(worker)
                self.selector.unregister(worker.channel)
                worker.channel.close()
                cause = cause_of_death(status, starved=self._executions.happened())
                if not self.stopping and worker.state is not State.DRAINING:
                    self._mourn(worker, cause)
                if worker.block is not None:
                    self._bury(worker, worker.block, cause if status else "")
            else:
                for witness in self.witnesses:
                    witness.on_death(pid, status)

    def _bury(self, worker: Worker, block: int, cause: str) -> None:
        """Keep what *worker* has counted and what was lost with it, if it died of a *cause*."""
        if cause:
            ring = self.rings.ring(block) if self.rings else None
            under_way = self.tally.activities(block)
            tell_of_losses(worker, cause, under_way, ring, self.options)
        self.tally.bury(block)

    def _mourn(self, worker: Worker, cause: str) -> None:
        self.deaths += 1
        booting = worker.state is State.BOOTING
        tried = booting and self._trial.is_of(worker)
        first = tried and self.generations.previous is None
        if first and worker.failure:
            self._give_up(worker.failure)  # nobody has to know yet that there are workers
            return
        when = " before it was ready" * booting
        said = f"worker {worker.pid} {cause}{when}{_below(worker.failure)}"
        logger.error("%s", said)
        if first:
            self._give_up()
        elif tried:
            self._trial.fail(said)
        else:
            self._staffing.take_loss(worker, monotonic())

    def _give_up(self, failure: Report | None = None) -> None:
        """The very first worker has failed: there is nothing to serve."""
        if failure and failure.event is Event.REFUSED:
            self.refusal = DeveloperError(failure.text, hint=failure.hint or None)
        else:
            logger.error("the application cannot be started; giving up%s", _below(failure))
        self.status = 1
        self.stop()


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
