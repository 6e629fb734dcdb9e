"""Single keys of a terminal, for a command that goes on at each."""

import os
import re
import sys
import termios
import tty
from types import TracebackType

_KEY = re.compile("\x1b[\\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)
"""What one key sends: a control sequence (ECMA-48, 5.4), or a character."""

END = "\x04"
"""What a terminal sends for the end of its input."""


class Keyboard:
    """The keys of standard input, inside of ``with``: each is there at once and is not shown.

    What was typed before somebody asked for it is kept, in this order.
    """

    def __init__(self) -> None:
        self._file = sys.stdin.fileno()
        self._typed = ""

    def __enter__(self) -> "Keyboard":
        self._before = termios.tcgetattr(self._file)
        tty.setcbreak(self._file, termios.TCSADRAIN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def read(self) -> str:
        """The next key, as what the terminal sends for it. :data:`END` once nothing more comes.

        Raises :exc:`KeyboardInterrupt`.
        """
        if not self._typed:
            self._typed = os.read(self._file, 256).decode("utf-8", "replace") or END
        found = _KEY.match(self._typed)
        assert found is not None, "there is a character"
        self._typed = self._typed[found.end() :]
        return found[0]
