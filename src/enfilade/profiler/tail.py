"""The live tail: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Each look at the source gives the requests that are new since the last one. A stream ends by itself
after a while, because a thread may be held by it, and the browser comes again with the id of the
last event that it has seen.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from time import monotonic, sleep
from typing import Self

from enfilade.profiler.source import Source
from enfilade.trace import Entry

LIMIT = 20.0
"""Seconds that a stream takes."""

PAUSE = 0.5
"""Seconds between two looks."""

RETRY = 1500
"""Milliseconds after which the browser comes again."""

LATER = 20_000
"""The same for who had to leave a place to another."""

HEARTBEAT = 3.0
"""Seconds of silence after which a comment is sent: nobody between takes the stream for dead, and
whether the visitor is still there is known."""

FIRST = 25
"""How many requests a visitor is told of who has seen none."""

Shown = Callable[[Entry], dict[str, object] | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a stream goes; in seconds."""

    limit: float = LIMIT
    pause: float = PAUSE
    heartbeat: float = HEARTBEAT


class Tail:
    """A stream of events. *show* gives what is sent of an entry, or ``None`` for one that is not
    asked for; *last* is the span of the last one that the visitor has seen.

    To be iterated over, or asynchronously so, and closed, which any thread may do.
    """

    def __init__(self, source: Source, show: Shown, last: str, pace: Pace) -> None:
        self._source = source
        self._show = show
        self._last = last
        self._pace = pace
        self._end = monotonic() + pace.limit
        self._said = 0.0
        self._seen: set[str] | None = None
        self._dismissed = False
        self.closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        while not self._is_over():
            if piece := self._piece():
                return piece
            sleep(self._pace.pause)
        self.close()
        raise StopIteration

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while not self._is_over():
            if piece := await asyncio.to_thread(self._piece):
                return piece
            await asyncio.sleep(self._pace.pause)
        self.close()
        raise StopAsyncIteration

    def close(self) -> None:
        """End it now."""
        self.closed = True

    def dismiss(self) -> None:
        """End it soon, and have the visitor stay away for a while."""
        self._dismissed = True

    def _is_over(self) -> bool:
        return self.closed or monotonic() >= self._end or self._source.draining()

    def _piece(self) -> bytes:
        """What there is to say now, perhaps nothing."""
        if self._dismissed:
            self.closed = True
            return f"retry: {LATER}\n\n".encode()
        now, first = monotonic(), not self._said
        text = "".join(self._events())
        if first:
            text = f"retry: {RETRY}\n\n{text}"
        elif not text and now - self._said >= self._pace.heartbeat:
            text = ": still there\n\n"
        if text:
            self._said = now
        return text.encode()

    def _events(self) -> Iterator[str]:
        entries = sorted(self._source.entries() or [], key=ended)
        for entry in self._unseen(entries):
            shown = self._show(entry)
            if shown is not None:
                yield f"id: {entry.span}\nevent: request\ndata: {json.dumps(shown)}\n\n"
        self._seen = {entry.span for entry in entries}

    def _unseen(self, entries: list[Entry]) -> list[Entry]:
        """Those of *entries*, in the order of their ends, that the visitor has not been told of."""
        if self._seen is not None:
            return [entry for entry in entries if entry.span not in self._seen]
        spans = [entry.span for entry in entries]
        if self._last in spans:
            return entries[spans.index(self._last) + 1 :]
        return entries[-FIRST:]


class Tails:
    """Those that are open, of which there are not more than *limit*: for one more, the oldest has
    to go. Any thread may use it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: list[Tail] = []
        self._lock = Lock()

    def admit(self, tail: Tail) -> None:
        """Let *tail* be open."""
        with self._lock:
            self._open = [each for each in self._open if not each.closed]
            while len(self._open) >= self._limit:
                self._open.pop(0).dismiss()
            self._open.append(tail)


def ended(entry: Entry) -> float:
    """When *entry* was over, in seconds since the epoch."""
    return entry.time + entry.duration / 1e9
