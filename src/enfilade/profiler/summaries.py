"""Many requests in a few lines: by route, by fault, by the time that they took."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from enfilade.profiler.selection import has_failed
from enfilade.trace import Entry
from enfilade.trace.failure import kind_of

FINEST = 7
"""All below 2⁷ µs is one bar: no request of any use is so short."""


_PLACED = re.compile(r"(.+) at (.+:\d+ in \S+)")
"""An error with its place, as the recorder tells it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What several requests have in common, and how they went; times in nanoseconds."""

    count: int = 0
    failed: int = 0
    median: int = 0
    longest: int = 0
    last: Entry | None = None
    slowest: Entry | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Requests that failed alike: ``kind`` is the exception's type or the status, ``place`` where
    it was raised, "" if nobody knows, and ``routes`` are those that are known of them. Without a
    place they are of one route."""

    kind: str
    place: str
    routes: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Requests that took less than ``below`` µs (``None``: longer than all others) and were not in
    a bucket before; ``share`` is of the largest bucket, in hundredths."""

    below: int | None
    count: int
    share: float


def summarize(entries: Sequence[Entry]) -> Summary:
    """*entries*, which are newest first."""
    if not entries:
        return Summary()
    durations = [entry.duration for entry in entries]
    return Summary(
        count=len(entries),
        failed=sum(map(has_failed, entries)),
        median=round(median(durations)),
        longest=max(durations),
        last=entries[0],
        slowest=max(entries, key=lambda entry: entry.duration),
    )


def by_route(entries: Iterable[Entry]) -> dict[str, Summary]:
    """Summaries by the route that won; "" are those of which none is known."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.route].append(entry)
    return {route: summarize(some) for route, some in found.items()}


def faults(entries: Iterable[Entry]) -> list[Fault]:
    """Failed requests by how and where they failed, those of late first."""
    found: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in filter(has_failed, entries):
        said, place = _parted(entry.error)
        found[_kind(entry, said), place, "" if place else entry.route].append(entry)
    return [
        Fault(kind, place, tuple(sorted({each.route for each in some} - {""})), tuple(some))
        for (kind, place, _), some in found.items()
    ]


def slowest(entries: Iterable[Entry], number: int) -> list[Entry]:
    """Those that took longest."""
    return sorted(entries, key=lambda entry: -entry.duration)[:number]


def buckets(counts: Sequence[int]) -> list[Bucket]:
    """A histogram of the scoreboard without what is empty at both ends."""
    if not any(counts):
        return []
    merged = [sum(counts[: FINEST + 1]), *counts[FINEST + 1 :]]
    bounds: list[int | None] = [*(1 << power for power in range(FINEST, len(counts) - 1)), None]
    used = [place for place, count in enumerate(merged) if count]
    most = max(merged)
    return [
        Bucket(bounds[place], merged[place], round(100 * merged[place] / most, 2))
        for place in range(used[0], used[-1] + 1)
    ]


def quantile(counts: Sequence[int], share: float) -> int | None:
    """The µs below which that *share* of all lies, as a power of two; ``None`` if it is beyond
    all of them, or there are none."""
    wanted, seen = sum(counts) * share, 0
    for power, count in enumerate(counts[:-1]):
        seen += count
        if seen and seen >= wanted:
            return 1 << power
    return None


def _parted(error: str) -> tuple[str, str]:
    """What is said of an exception, and its place, "" if that is not told."""
    found = _PLACED.fullmatch(error)
    return (found[1], found[2]) if found else (error, "")


def _kind(entry: Entry, said: str) -> str:
    kind = kind_of(said)
    if "lost" in entry.why:
        return f"{kind[:1].upper()}{kind[1:]}" or "The worker died"
    return kind or str(entry.status or "No answer")


def totals_by_class(server: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The answers of *server* by the class of their status, and those that got none."""
    totals = server["totals"]
    classes = [(f"{digit}xx", totals[f"responses_{digit}xx"]) for digit in range(1, 6)]
    return [*classes, ("none", totals["requests"] - sum(number for _, number in classes))]
