"""What a worker tells its supervisor, over a pipe: one JSON object a line."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

BROKEN = "broken"
"""The interface of an application that does not start: development serves the reason."""


class Event(StrEnum):
    """What a worker can report of itself."""

    READY = "ready"
    STUCK = "stuck"
    FAILED = "failed"
    REFUSED = "refused"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Report:
    """*text* is the interface it serves (ready), what went wrong in the application (failed), the
    mistake in how it was asked for, with a *hint* (refused), or the names of modules, with what
    speaks against importing them ahead as the *hint* (imported)."""

    event: Event
    text: str = ""
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.text}\nHint: {self.hint}" if self.hint else self.text


class Reporter:
    """The worker's end of the pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, event: Event, text: str = "", hint: str = "") -> None:
        """Tell the supervisor, if there still is one."""
        line = json.dumps({"event": event, "text": text, "hint": hint}) + "\n"
        try:
            self._write(line.encode("ascii"))
        except OSError:
            pass  # the supervisor is gone; the lifeline tells the worker so

    def _write(self, data: bytes) -> None:
        while data:  # a signal may end a write in the middle of a long line
            data = data[os.write(self._descriptor, data) :]


class Channel:
    """The supervisor's end of the pipe; never blocks."""

    def __init__(self) -> None:
        self._descriptor, self.worker_end = os.pipe()
        os.set_blocking(self._descriptor, False)
        self._rest = b""

    def fileno(self) -> int:
        return self._descriptor

    def read(self) -> Iterator[Report]:
        """The reports that have arrived whole."""
        try:
            while data := os.read(self._descriptor, 65536):
                self._rest += data
        except BlockingIOError:
            pass
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            content = json.loads(line)
            yield Report(Event(content["event"]), content["text"], content["hint"])

    def close(self) -> None:
        os.close(self._descriptor)
