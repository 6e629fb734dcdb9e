"""One request as bars on a line of time, each within what it lies in."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from enfilade.explain.nodes import Key, Node
from enfilade.explain.recorded import READ, walk
from enfilade.explain.timed import MeasuredNode, time_nodes
from enfilade.lifecycle import HOP
from enfilade.trace import RAISED, Entry, Event, Note

PATIENCE = 1_000_000_000
"""Nanoseconds from the acceptance to the head of the request within which both are drawn; beyond
it the connection has idled, and the picture would be of that."""

TICKS = 4
"""Times that are written along the line, at most."""

_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something is on the line, in hundredths of its length."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of the walk; ``notes`` are what was said while none lay within it."""

    measured: MeasuredNode
    mark: Mark
    notes: tuple[Mark, ...]

    @property
    def is_hop(self) -> bool:
        """Whether it goes between the event loop and a thread."""
        return self.measured.node.event == HOP

    @property
    def failed(self) -> bool:
        """Whether an exception left it."""
        return self.measured.outcome == RAISED


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All bars, from ``begin`` to ``end`` in nanoseconds since the request had been read;
    ``idle`` is for how long before that the connection was open, where this is not drawn."""

    bars: tuple[Bar, ...]
    begin: int
    end: int
    idle: int

    @property
    def slowest(self) -> int:
        """The place of the innermost bar on the path that took longest; -1 without any."""
        return max((n for n, bar in enumerate(self.bars) if bar.measured.slowest), default=-1)

    def share(self, bar: Bar) -> int:
        """How much of the whole time is that of *bar*, in hundredths."""
        return round(100 * bar.measured.total_ns / (self.end - self.begin))

    @property
    def ticks(self) -> list[tuple[float, int]]:
        """Places on the line, in hundredths, and the times there."""
        length = self.end - self.begin
        step = _round(self.end // TICKS + 1)
        return [
            (round(100 * (ns - self.begin) / length, 3), ns) for ns in range(0, self.end + 1, step)
        ]


@dataclass(frozen=True, slots=True)
class Said:
    """A *note*, how often the like of it was said one after the other, and how long that took in
    all. Queries are alike that differ in their values only."""

    note: Note
    times: int
    took: int


def draw(entry: Entry, known: Mapping[Key, Node]) -> Waterfall:
    """The waterfall of *entry*; what is *known* of a node is where it is written."""
    events = list(walk(entry))
    idle = 0
    if events and events[0].node == READ and events[0].at < -PATIENCE:
        idle = -events.pop(0).at
    begin = min([0, *(event.at for event in events)])
    end = max([entry.duration, 1, *(max(event.until, event.at) for event in events)])
    scale = _Scale(begin, end - begin)
    lanes = _lanes(events, entry.notes)
    bars = (
        Bar(measured, scale.mark(measured.node.event, event.at, event.until), tuple(notes))
        for measured, event, notes in zip(
            time_nodes([events], known),
            events,
            ([scale.mark(note.kind, note.at, note.until) for note in lane] for lane in lanes),
            strict=True,
        )
    )
    return Waterfall(tuple(bars), begin, end, idle)


def gather(notes: Sequence[Note]) -> list[Said]:
    """The *notes* in their order, those together that are alike and follow one another."""
    groups = [list(group) for _, group in groupby(notes, _shape)]
    return [Said(group[0], len(group), sum(map(_took, group))) for group in groups]


def repeated(notes: Sequence[Note]) -> list[tuple[str, int, int]]:
    """The queries among *notes* that were made more than once: the first of them, how often, and
    how long all took together, those made most often first."""
    queries = [note for note in notes if note.kind == "sql"]
    found = []
    for shape, times in Counter(map(_shape, queries)).most_common():
        if times > 1:
            alike = [note for note in queries if _shape(note) == shape]
            found.append((alike[0].text, times, sum(map(_took, alike))))
    return found


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: int
    length: int

    def mark(self, kind: str, at: int, until: int) -> Mark:
        x = min(max(100 * (at - self.begin) / self.length, 0), 100)
        width = min(max(100 * (max(until, at) - at) / self.length, 0), 100 - x)
        return Mark(kind, round(x, 3), round(width, 3))


def _lanes(events: Sequence[Event], notes: Sequence[Note]) -> Iterator[list[Note]]:
    """For each of *events* the *notes* that were said within it and nothing that began later."""
    lanes: list[list[Note]] = [[] for _ in events]
    begins = [event.at for event in events]
    for note in notes:
        within = range(bisect_right(begins, note.at))
        places = [place for place in within if events[place].until >= note.at]
        if lanes:
            lanes[places[-1] if places else 0].append(note)
    yield from lanes


def _round(least: int) -> int:
    """The first of 1, 2, 5, 10, 20 and so on that is not less than *least*."""
    power = int("1" + "0" * (len(str(least)) - 1))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least)


def _took(note: Note) -> int:
    return max(note.until - note.at, 0) if note.until else 0


def _shape(note: Note) -> tuple[str, str, str]:
    """What notes that are alike have in common."""
    if note.kind != "sql":
        return note.kind, note.source, note.text
    return note.kind, note.source, _BLANKS.sub(" ", _LITERAL.sub("?", note.text)).strip()
