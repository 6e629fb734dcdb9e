"""What keeps silent is asked by one at a time, so that it does not hold every thread.

A server that is gone refuses, and whoever asks knows at once. One that takes a question and says
nothing, because it is paused or its machine hangs, costs each who asks a whole deadline. With
:class:`Outage` the first ones pay it; from then on one caller a time tries again, and the others
are told what is known already.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from enfilade.exceptions import ServiceUnavailable

SECONDS_TO_WAIT = 1
"""How long an answer is waited for."""

SECONDS_TO_PAUSE = 0.25
"""How long nobody asks after a silence."""


class Outage:
    """What is known of the silence of *what*, a name for messages such as "The cache"."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._asked_again_at: float | None = None
        self._answered_at = time.monotonic()
        self._lock = threading.Lock()

    @contextmanager
    def asking(self, silence: type[Exception]) -> Iterator[None]:
        """Ask in the block. The exception *silence* says that no answer came in time; any other
        end of the block is an answer.

        Raises :exc:`~enfilade.exceptions.ServiceUnavailable` without asking during a silence.
        """
        self.check()
        try:
            yield
        except silence:
            self.begin()
            raise
        except BaseException:
            self.end()
            raise
        self.end()

    def check(self) -> None:
        """Let the caller ask, or raise :exc:`~enfilade.exceptions.ServiceUnavailable`.

        During a silence one caller at a time may ask, who then says :meth:`begin` or :meth:`end`.
        """
        if self._asked_again_at is None:
            return
        with self._lock:
            now = time.monotonic()
            if self._asked_again_at is not None:
                if now < self._asked_again_at:
                    raise ServiceUnavailable(f"{self._what} has not answered for a while.")
                self._asked_again_at = now + SECONDS_TO_WAIT + SECONDS_TO_PAUSE

    def begin(self) -> None:
        """No answer came in time."""
        with self._lock:
            self._asked_again_at = time.monotonic() + SECONDS_TO_PAUSE

    @property
    def seconds_of_silence(self) -> float:
        """How long nobody has had an answer."""
        return time.monotonic() - self._answered_at

    def end(self) -> None:
        """An answer came, whatever it said."""
        self._answered_at = time.monotonic()
        if self._asked_again_at is not None:
            self._asked_again_at = None
