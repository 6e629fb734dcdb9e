"""The parent of the workers: it owns the listening sockets and runs no application code.

Each turn it takes the signals that came, reads what the workers report, buries the dead, and
then brings the roster nearer to what it should be (:meth:`Supervisor._reconcile`). A reload is a
new *generation*: one worker goes ahead, and only when it is ready do the others follow and the
old ones go, one for one. If it fails, the old generation stays as it was.
"""

import logging
import os
import selectors
import signal
from collections.abc import Callable
from itertools import count
from time import monotonic

from enfilade.server.listeners import Listeners
from enfilade.server.options import Options
from enfilade.server.report import Channel, Event, Report, Reporter
from enfilade.server.roster import OUTDATED, Backoff, Roster, State, Worker, cause_of_death
from enfilade.server.signals import SignalQueue

logger = logging.getLogger("enfilade.server")

EARLY = 1.0
"""A worker that dies within this many seconds was never well."""

RunWorker = Callable[[Reporter, int], int]
"""What a child runs: it gets its reporter and the reading end of the lifeline, a pipe that
reports end-of-file when the supervisor is no more, and returns its exit status."""


class Supervisor:
    """Keeps ``options.workers`` workers running until it is told to stop.

    *on_ready* is called once, with the interface served, when the first worker is ready.
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
        self.stopping = False
        self.roster = Roster()
        self._backoff = Backoff()
        self._generations = count()
        self._previous: int | None = None
        self._generation = next(self._generations)
        self._proven = False
        self._reload_again = False

    def run(self) -> int:
        """Work until stopped; the exit status, 0 unless the application cannot be started."""
        self._lifeline, self._lifeline_end = os.pipe()
        self._selector = selectors.DefaultSelector()
        with SignalQueue(tuple(_REACTIONS)) as self._signals, self._selector:
            self._selector.register(self._signals, selectors.EVENT_READ)
            while not (self.stopping and not self.roster):
                self._reconcile(monotonic())
                self._selector.select(self._patience(monotonic()))
                for number in self._signals.take():
                    _REACTIONS[signal.Signals(number)](self)
                self._read_reports()
                self._reap()
        return self.status

    def _patience(self, now: float) -> float:
        """Seconds until there is something to do, a second at most."""
        moments = [now + 1.0, self.roster.deadline()]
        if self._backoff.not_before > now:
            moments.append(self._backoff.not_before)
        return max(0.0, min(moments) - now)

    # Signals -------------------------------------------------------------------------------

    def stop(self) -> None:
        """Let the workers finish what is under way, and go with them."""
        if not self.stopping:
            self.stopping = True
            # Only the workers' copies keep the sockets alive now: when the last has answered
            # what the kernel has queued, newcomers are refused.
            self.listeners.close()
            deadline = monotonic() + self.options.grace
            for worker in self.roster:
                worker.end(signal.SIGTERM, deadline)

    def stop_at_once(self) -> None:
        """End the workers without waiting for anything."""
        self.stop()
        for worker in self.roster:
            worker.send(signal.SIGKILL)

    def interrupt(self) -> None:
        """The first Ctrl-C drains, the second does not wait."""
        if self.stopping:
            self.stop_at_once()
        else:
            self.stop()

    def reload(self) -> None:
        """Replace the workers by new ones that load the application anew."""
        if not self._proven:
            # The one that went ahead may have read the code before its last change.
            self._reload_again = True
        elif not self.stopping:
            self._previous = self._generation
            self._generation = next(self._generations)
            self._proven = False
            logger.info("reloading")

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
            if worker.generation == self._generation and not self._proven:
                self._settle(worker, report.text)
        elif report.event is Event.STUCK:
            logger.warning("worker %d is stuck and will be replaced", worker.pid)
            worker.generation = OUTDATED
        else:
            worker.failure = report.text

    def _settle(self, worker: Worker, interface: str) -> None:
        """The first worker of a generation is ready: its code works."""
        self._proven = True
        if self._previous is None:
            self.on_ready(interface)
        else:
            logger.info("reloaded in %.0f ms", (monotonic() - worker.born) * 1000)
        self._again()

    def _again(self) -> None:
        if self._reload_again:
            self._reload_again = False
            self.reload()

    def _reap(self) -> None:
        """Take every dead child off the roster; as process 1 of a container, orphans too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if worker := self.roster.remove(pid):
                for report in worker.channel.read():
                    self._hear(worker, report)
                self._selector.unregister(worker.channel)
                worker.channel.close()
                if not self.stopping and worker.state is not State.DRAINING:
                    self._mourn(worker, cause_of_death(status))

    def _mourn(self, worker: Worker, cause: str) -> None:
        now = monotonic()
        booting = worker.state is State.BOOTING
        logger.error("worker %d %s%s", worker.pid, cause, " before it was ready" * booting)
        if worker.failure:
            logger.error("%s", worker.failure)
        if booting and worker.generation == self._generation and not self._proven:
            self._give_up_generation()
        elif booting or now - worker.born < EARLY:
            self._backoff.early_death(now)

    def _give_up_generation(self) -> None:
        if self._previous is None:
            logger.error("the application cannot be started; giving up")
            self.status = 1
            self.stop()
        else:
            logger.error("the new code does not start; the old workers keep serving")
            self._generation, self._proven = self._previous, True
            self._again()

    # The roster ----------------------------------------------------------------------------

    def _reconcile(self, now: float) -> None:
        if not self.stopping:
            self._hire(now)
            self._dismiss(now)
        for worker in self.roster:
            if worker.deadline <= now:
                logger.warning("worker %d is overdue (%s)", worker.pid, worker.state.value)
                worker.abort(now)

    def _hire(self, now: float) -> None:
        wanted = self.target if self._proven else 1
        while len(self.roster.staying(self._generation)) < wanted and (
            now >= self._backoff.not_before
        ):
            self._fork(now)
            self._backoff.birth(now)

    def _dismiss(self, now: float) -> None:
        """Let go those whom the ready ones of the new code replace, and those too many."""
        still_needed = max(0, self.target - self.roster.ready(self._generation))
        old = self.roster.leaving(self._generation)
        old.sort(key=lambda worker: worker.state is State.READY)
        surplus = self.roster.staying(self._generation)[self.target :]
        for worker in surplus + old[: max(0, len(old) - still_needed)]:
            worker.end(signal.SIGUSR2, now + self.options.grace)

    def _fork(self, now: float) -> None:
        channel = Channel()

        def child() -> int:
            os.close(self._lifeline_end)
            self._selector.close()
            for inherited in (channel, *(worker.channel for worker in self.roster)):
                inherited.close()
            return self.run_worker(Reporter(channel.worker_end), self._lifeline)

        pid = self._signals.fork(child)
        os.close(channel.worker_end)
        self._selector.register(channel, selectors.EVENT_READ)
        self.roster.add(
            Worker(pid, self._generation, channel, now, now + self.options.boot_timeout)
        )


_REACTIONS: dict[signal.Signals, Callable[[Supervisor], None]] = {
    signal.SIGTERM: Supervisor.stop,
    signal.SIGINT: Supervisor.interrupt,
    signal.SIGQUIT: Supervisor.stop_at_once,
    signal.SIGHUP: Supervisor.reload,
    signal.SIGTTIN: Supervisor.add_worker,
    signal.SIGTTOU: Supervisor.remove_worker,
    signal.SIGUSR1: Supervisor.reopen_logs,
    signal.SIGUSR2: lambda supervisor: None,  # for workers only
    signal.SIGCHLD: lambda supervisor: None,  # the dead are buried every turn
}
