"""The pulse by which a worker's loop shows its supervisor that it still turns."""

from collections.abc import Callable
from time import monotonic_ns

from enfilade.server.scoreboard import PULSE, Block


class Pulse:
    """*post* has a function called in the loop's thread, soon; the time is written on *block*."""

    def __init__(self, block: Block, post: Callable[[Callable[[], object]], object]) -> None:
        self._words = block.words
        self._post = post
        self._answered = True

    def beat(self) -> None:
        """Ask the loop for a sign of life, unless it still owes the last one; in any thread."""
        if self._answered:
            self._answered = False
            self._post(self._answer)

    def _answer(self) -> None:
        self._words[PULSE] = monotonic_ns()
        self._answered = True
