"""Access lines: one for every answer, written by a thread of their own.

A log that is closed, full or slow costs lines, never a request: what cannot be written is
dropped, and the number of lost lines is reported when writing works again.
"""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from time import sleep

from enfilade.exceptions import DeveloperError
from enfilade.server.access import AccessRecord
from enfilade.server.access_format import Format, choose_format
from enfilade.server.options import Options
from enfilade.server.scoreboard import UNLOGGED, Block

logger = logging.getLogger("enfilade.server")

MOST_WAITING = 10_000
LINGER = 0.02
"""Seconds after a write in which lines gather, so that a busy server writes in batches."""

PIPE_BUF = 4096
"""Writes up to this size into a pipe are not mixed with other processes' (POSIX, write)."""


class AccessLog:
    """Takes records from any thread; ``path`` is ``-`` for standard output. Lines that are lost
    are counted on *block*, the worker's on the scoreboard.

    Raises :exc:`OSError` when the file cannot be opened.
    """

    def __init__(self, path: str, line: Format, block: Block | None = None) -> None:
        self._words = block.loop.words if block else None
        self._path = path
        self._line = line
        self._descriptor = self._open()
        self._waiting: deque[AccessRecord] = deque()
        self._fields: tuple[str, ...] = getattr(line, "fields", ())
        self._lost = 0
        self._lock = threading.Lock()
        self._stale = self._closing = False
        self._work = threading.Event()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def __call__(self, record: AccessRecord) -> None:
        """Have *record* written soon; never blocks, never raises."""
        if len(self._waiting) >= MOST_WAITING:
            self._lose(1)
            return
        # A field may be large, and many records may have to wait.
        fields = record.fields
        record.fields = {name: fields[name] for name in self._fields if name in fields}
        self._waiting.append(record)
        if not self._work.is_set():
            self._work.set()

    def reopen(self) -> None:
        """Open the file anew before the next line, after it has been moved away (rotation)."""
        self._stale = True
        self._work.set()

    def close(self, patience: float = 1.0) -> None:
        """Write what is waiting, for *patience* seconds at most."""
        self._closing = True
        self._work.set()
        self._thread.join(patience)

    def _open(self) -> int:
        if self._path == "-":
            return sys.__stdout__.fileno() if sys.__stdout__ else os.open(os.devnull, os.O_WRONLY)
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def _run(self) -> None:
        while not self._closing or self._waiting:
            self._work.wait()
            self._work.clear()
            if self._stale:
                self._reopen()
            for block in blocks(self._lines()):
                self._write(block)
            if not self._closing:
                sleep(LINGER)

    def _reopen(self) -> None:
        self._stale = False
        if self._path == "-":
            return
        try:
            fresh = self._open()
        except OSError as error:
            logger.error("cannot reopen the access log %s: %s", self._path, error.strerror)
        else:
            os.close(self._descriptor)
            self._descriptor = fresh

    def _lose(self, lines: int) -> None:
        with self._lock:
            self._lost += lines
            if self._words is not None:
                self._words[UNLOGGED] += lines

    def _lines(self) -> Iterator[bytes]:
        while self._waiting:
            yield self._line(self._waiting.popleft())

    def _write(self, block: bytes) -> None:
        lines = block.count(b"\n")
        try:
            while block:
                block = block[os.write(self._descriptor, block) :]
        except OSError:
            self._lose(lines)
            return
        if self._lost:
            with self._lock:
                lost, self._lost = self._lost, 0
            logger.warning("the access log works again; %d lines were lost", lost)


def blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join *lines* into blocks that a pipe takes whole."""
    gathered = bytearray()
    for line in lines:
        if gathered and len(gathered) + len(line) > PIPE_BUF:
            yield bytes(gathered)
            gathered.clear()
        gathered += line
    if gathered:
        yield bytes(gathered)


class AccessLogError(DeveloperError):
    """The access log cannot be written where it was asked for."""


def open_access_log(options: Options, block: Block | None = None) -> AccessLog | None:
    """The log that *options* asks for, or ``None`` for ``off``.

    Raises :exc:`AccessLogError`, and
    :exc:`~enfilade.server.access_atoms.AccessFormatError`.
    """
    path = options.access_log
    if path in ("off", ""):
        return None
    try:
        return AccessLog(path, choose_format(options), block)
    except OSError as error:
        raise AccessLogError(
            f"Cannot open the access log {path}: {error.strerror}.",
            hint="Give a path that can be written with --access-log, or off.",
        ) from error
