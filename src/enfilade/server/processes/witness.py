"""Who follows what the supervisor does, without the supervisor knowing them: the service manager,
the control socket, the metrics."""

from math import inf


class Witness:
    """Hears of events in the supervisor's thread; none of its methods may block or raise.

    Each does nothing, so a witness has those that it needs.
    """

    def on_reloading(self) -> None:
        """A new generation is being tried."""

    def on_settled(self, generation: int, failure: str) -> None:
        """*generation* serves, or does not start, for the reason *failure*."""

    def on_leaving(self) -> None:
        """The server is told to stop, and serves on for the drain delay."""

    def on_stopping(self) -> None:
        """The workers have been told to finish."""

    def on_ended(self) -> None:
        """The last worker has gone, and the server ends now."""

    def on_turn(self, now: float) -> float:
        """Look at what depends on the time *now*; when to be called again at the latest."""
        return inf

    def on_death(self, pid: int, status: int) -> None:
        """A child has ended that is no worker, with a *status* as :func:`os.waitpid` has it."""

    def on_forked(self) -> None:
        """This is a new worker: close what belongs to the supervisor."""
