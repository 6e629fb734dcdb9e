"""A generation is tried: its first worker gets ready, or it does not."""

import logging
from collections.abc import Callable, Sequence
from time import monotonic

from enfilade.server.options import Options
from enfilade.server.processes.generations import Generations
from enfilade.server.processes.report import BROKEN
from enfilade.server.processes.roster import Worker
from enfilade.server.processes.witness import Witness

logger = logging.getLogger("enfilade.server")


class Trial:
    """Says of the current one of *generations* whether it works, to the log and *witnesses*.

    *on_ready* is called once, with the interface served, when the first of them all does.
    """

    def __init__(
        self,
        options: Options,
        generations: Generations,
        on_ready: Callable[[str], object],
        witnesses: Sequence[Witness],
    ) -> None:
        self._options = options
        self._generations = generations
        self._on_ready = on_ready
        self._witnesses = witnesses

    def is_of(self, worker: Worker) -> bool:
        """Whether *worker* goes ahead for a generation that is not proven yet."""
        generations = self._generations
        return worker.generation == generations.current and not generations.proven

    def succeed(self, worker: Worker, interface: str) -> None:
        """*worker* is ready: its code works, or serves the reason why it does not."""
        self._generations.proven = True
        if self._generations.previous is None:
            self._on_ready(interface)
        elif interface != BROKEN:
            logger.info("reloaded in %.0f ms", (monotonic() - worker.born) * 1000)
        if interface == BROKEN:
            waiting = "; waiting for a change" * self._options.reload
            logger.error("the application does not start%s", waiting)
        self._tell("The application does not start." if interface == BROKEN else "")

    def fail(self, failure: str) -> None:
        """The worker has died before it was ready, for the reason *failure*: the generation
        before serves on."""
        outcome = "trying again" if self._options.debug else "the old workers keep serving"
        logger.error("the new code does not start; %s", outcome)
        self._generations.give_up()
        self._tell(f"The new code does not start: {failure}")

    def _tell(self, failure: str) -> None:
        for witness in self._witnesses:
            witness.on_settled(self._generations.newest, failure)
