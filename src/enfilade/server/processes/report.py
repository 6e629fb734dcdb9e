"""What a worker tells its supervisor, over a pipe: one JSON object a line."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """What a worker can report of itself."""

    READY = "ready"
    STUCK = "stuck"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Report:
    """*text* is the interface it serves (ready), or what went wrong (failed)."""

    event: Event
    text: str = ""


class Reporter:
    """The worker's end of the pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, event: Event, text: str = "") -> None:
        """Tell the supervisor, if there still is one."""
        line = json.dumps({"event": event, "text": text}) + "\n"
        try:
            os.write(self._descriptor, line.encode("ascii"))
        except OSError:
            pass  # the supervisor is gone; the lifeline tells the worker so


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
            yield Report(Event(content["event"]), content["text"])

    def close(self) -> None:
        os.close(self._descriptor)
