"""Requests in the Trace Event Format, which ui.perfetto.dev and chrome://tracing load.

A worker is a process there. The slices of one track must lie within each other or apart
(https://perfetto.dev/docs/getting-started/other-formats), so a request takes the first track of
its worker that is free when it begins, and what outlasts the piece in which it began takes one
of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from enfilade.lifecycle import HOP
from enfilade.trace.entry import Entry, Stack
from enfilade.trace.nesting import nest
from enfilade.trace.record import Event, Note

Row = dict[str, Any]

_TOLD = (
    "span", "trace_id", "parent", "status", "why", "path", "query", "peer", "error",
    "error_frames", "sent",
)  # fmt: skip
"""What the slice of a request says of it."""


@dataclass(frozen=True, slots=True)
class _Slice:
    """From ``at`` to ``end``, in nanoseconds; a ``moment`` has no length."""

    name: str
    category: str
    at: int
    end: int
    args: Mapping[str, Any] = field(default_factory=dict)
    moment: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    """Slices for one track of the process ``pid``, outer ones first: they lie within each other
    or apart."""

    pid: int
    slices: Sequence[_Slice]

    @property
    def at(self) -> int:
        return min(each.at for each in self.slices)

    @property
    def end(self) -> int:
        return max(each.end for each in self.slices)


def trace_events(entries: Sequence[Entry]) -> dict[str, Any]:
    """*entries* as what is to be written as JSON. Times are microseconds since the first of them
    began; ``otherData`` says when that was, in nanoseconds since the epoch."""
    groups = sorted((each for entry in entries for each in _groups(entry)), key=lambda g: g.at)
    epoch = groups[0].at if groups else 0
    return {
        "traceEvents": list(_rows(groups, epoch)),
        "displayTimeUnit": "ms",
        "otherData": {"epoch_ns": str(epoch)},
    }


# From an entry to slices ------------------------------------------------------------------------


def _groups(entry: Entry) -> Iterator[_Group]:
    """The request with all that lies well within it; then, one by one, what does not."""
    epoch = round(entry.time * 1e9)
    pieces = sorted(_pieces(entry, epoch), key=lambda piece: (piece.at, -piece.end))
    whole = [_request(entry, epoch, [piece for piece in pieces if not piece.moment])]
    lasting = list(whole)
    for piece in pieces:
        lasting = [each for each in lasting if each.end > piece.at] or whole[:1]
        if piece.moment or piece.end <= lasting[-1].end:
            whole.append(piece)
            lasting += [] if piece.moment else [piece]
        else:
            yield _Group(entry.pid, (piece,))
    yield _Group(entry.pid, whole)


def _request(entry: Entry, epoch: int, pieces: Sequence[_Slice]) -> _Slice:
    """The request from the first to the last that is known of it."""
    at = min([epoch, *(piece.at for piece in pieces)])
    end = max([epoch + entry.duration, *(piece.end for piece in pieces)])
    told = {name: value for name in _TOLD if (value := getattr(entry, name))}
    return _Slice(f"{entry.method} {entry.route or entry.path}", "request", at, end, told)


def _pieces(entry: Entry, epoch: int) -> Iterator[_Slice]:
    if entry.queued > 0:
        begin, end = entry.waited
        yield _Slice("queue", "queue", epoch + begin, epoch + end)
    yield from _events(entry.events, entry.duration, epoch)
    yield from (_note(note, epoch) for note in entry.notes)
    yield from (_stack(stack, epoch) for stack in entry.stacks)


def _events(events: Iterable[Event], now: int, epoch: int) -> Iterator[_Slice]:
    for span in nest(events, now):
        event = span.event
        args = {"detail": event.detail, "outcome": event.outcome}
        told = {name: value for name, value in args.items() if value}
        name = event.node or event.event
        yield _Slice(name, event.event, epoch + event.at, epoch + span.end, told, span.moment)


def _note(note: Note, epoch: int) -> _Slice:
    args = {"source": note.source, "text": note.text}
    end = max(note.until, note.at)
    return _Slice(note.source, note.kind, epoch + note.at, epoch + end, args, not note.until)


def _stack(stack: Stack, epoch: int) -> _Slice:
    args = {"count": stack.count, "frames": list(stack.frames)}
    end = max(stack.last, stack.first)
    return _Slice("found here", "stack", epoch + stack.first, epoch + end, args, end == stack.first)


# From slices to rows of the format --------------------------------------------------------------


def _rows(groups: Iterable[_Group], epoch: int) -> Iterator[Row]:
    """*groups*, which are sorted by their beginning, each on a track of its process."""
    free: dict[int, list[int]] = {}
    flows = count(1)
    for group in groups:
        tracks = free.setdefault(group.pid, [])
        if not tracks:
            yield _named("process_name", group.pid, 0, f"worker {group.pid}")
        track = next((n for n, end in enumerate(tracks) if end <= group.at), len(tracks))
        if track == len(tracks):
            tracks.append(0)
            yield _named("thread_name", group.pid, track + 1, f"requests, track {track + 1}")
        tracks[track] = group.end
        place = {"pid": group.pid, "tid": track + 1}
        for piece in group.slices:
            yield {**_row(piece, epoch), **place}
        for here, there in _hops(group.slices):
            yield from (
                {**row, **place} for row in _flow(next(flows), here.at - epoch, there.at - epoch)
            )


def _named(what: str, pid: int, tid: int, name: str) -> Row:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "args": {"name": name}}


def _row(piece: _Slice, epoch: int) -> Row:
    row = {"name": piece.name, "cat": piece.category, "ts": (piece.at - epoch) / 1000}
    length = {"ph": "i", "s": "t"} if piece.moment else {"ph": "X", "dur": _length(piece)}
    return {**row, **length, "args": dict(piece.args)}


def _length(piece: _Slice) -> float:
    return (piece.end - piece.at) / 1000


def _hops(slices: Sequence[_Slice]) -> Iterator[tuple[_Slice, _Slice]]:
    """Each hop with the first piece on its other side."""
    lasting = [piece for piece in slices if not piece.moment]
    for here, there in pairwise(lasting):
        if here.category == HOP and there.at < here.end:
            yield here, there


def _flow(number: int, here: int, there: int) -> Iterator[Row]:
    """An arrow from the slice that is innermost *here* to the one *there*."""
    row = {"name": "hop", "cat": HOP, "id": number}
    yield {**row, "ph": "s", "ts": here / 1000}
    yield {**row, "ph": "f", "bp": "e", "ts": there / 1000}
