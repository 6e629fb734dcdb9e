"""The live tail: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Each look at the source gives the requests that are new since the last one. A stream ends by itself
after a while, because a thread may be held by it, and the browser comes again with the id of the
last event that it has seen.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore
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

HEARTBEAT = 10.0
"""Seconds of silence after which a comment is sent, so that nobody between takes it for dead."""

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
    asked for; *last* is the span of the last one that the visitor has seen, *slot* a place among
    those that may be held at a time, given back at the end.

    To be iterated over, or asynchronously so, and closed, which any thread may do.
    """

    def __init__(
        self, source: Source, show: Shown, last: str, slot: BoundedSemaphore, pace: Pace
    ) -> None:
        self._source = source
        self._show = show
        self._last = last
        self._slot: BoundedSemaphore | None = slot
        self._pace = pace
        self._end = monotonic() + pace.limit
        self._said = 0.0
        self._seen: set[str] | None = None

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
        """End it, and leave the place to the next visitor."""
        slot, self._slot = self._slot, None
        if slot is not None:
            slot.release()

    def _is_over(self) -> bool:
        return self._slot is None or monotonic() >= self._end or self._source.draining()

    def _piece(self) -> bytes:
        """What there is to say now, perhaps nothing."""
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


def ended(entry: Entry) -> float:
    """When *entry* was over, in seconds since the epoch."""
    return entry.time + entry.duration / 1e9
