"""Which code the workers run: a reload begins a new generation, which has to prove itself."""

from dataclasses import dataclass

OUTDATED = -1
"""The generation of a worker that has to be replaced whatever becomes of a reload."""


@dataclass(slots=True)
class Generations:
    """``current`` is ``proven`` once one of its workers was ready; else ``previous`` serves on,
    which the first generation has not."""

    current: int = 0
    previous: int | None = None
    proven: bool = False
    newest: int = 0
    _again: bool = False

    def begin(self) -> bool:
        """Begin the next one; whether that was done.

        While one is being tried, the next waits for the outcome: what is tried may have been
        read before the last change.
        """
        if not self.proven:
            self._again = True
            return False
        self.newest += 1
        self.previous, self.current, self.proven = self.current, self.newest, False
        return True

    @property
    def awaited(self) -> int:
        """The generation that will have read everything as it is now."""
        return self.newest + self._again

    def give_up(self) -> None:
        """Go back to the previous one."""
        assert self.previous is not None, "the first generation has nothing to go back to"
        self.current, self.proven = self.previous, True

    def asked_again(self) -> bool:
        """Whether another was asked for meanwhile; the question is forgotten."""
        again, self._again = self._again, False
        return again
