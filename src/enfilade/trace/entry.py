"""One request as the recorder keeps it: what a trace and the access log know, small and in order.

Everything that shows a past request reads entries: ``enfilade requests``, the profiler, and the
exports. Secrets are hidden before an entry is made.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from typing import Any, Self
from urllib.parse import unquote

from enfilade.trace.record import Event, Note

Pairs = tuple[tuple[str, str], ...]

LISTS = ("events", "notes", "stacks", "error_frames", "fields", "response_fields")
TEXTS = ("path", "query", "error", "route")
"""What an entry may lose something of where there is no room for all."""

REASONS = (
    "slow", "failed", "lost", "sampled", "asked", "suspected", "upstream", "development",
)  # fmt: skip
"""What a server keeps requests for."""

_OPTIONAL = frozenset(("node", "detail", "until", "outcome"))


def spell_out(path: str) -> str:
    """*path* without percent-encoding; bytes that are no UTF-8 stay apart from each other."""
    return unquote(path, errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class Stack:
    """A place where the thread of a slow request was found ``count`` times; ``first`` and ``last``
    are nanoseconds since the request had been read. ``frames`` are "file:line function", the
    innermost first."""

    first: int
    last: int
    count: int
    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request.

    ``time`` is when it had been read, in seconds since the epoch; all other times are nanoseconds
    since then, those of what came before it less than 0. ``span`` is its own id, ``trace_id`` that
    of the W3C trace to which it belongs. ``why`` says what it is kept for: "slow", "failed",
    "lost" (its worker died), "sampled", "asked" (with the token), "suspected" (one like it was
    slow or failed before), "upstream" (a trusted caller records it), "development"; "analyzed"
    of one that no server has had. ``status`` is 0 if there was no answer, ``sent`` the bytes of
    its body. ``route`` is the pattern that won, ``error`` the exception that was not caught, "" if
    that is not known, and ``error_frames`` those through which it went, as a :class:`Stack` has
    them.

    ``events`` and ``notes`` are those of its trace, ``stacks`` where it was found while it was
    late: most requests that are kept have one or the other. ``cut`` counts what did not fit.
    """

    span: str
    trace_id: str
    time: float
    pid: int
    method: str
    path: str
    version: str
    status: int
    why: tuple[str, ...]
    parent: str = ""
    query: str = ""
    peer: str = ""
    sent: int = 0
    queued: int = 0
    first_byte: int = 0
    duration: int = 0
    route: str = ""
    error: str = ""
    error_frames: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[Note, ...] = ()
    stacks: tuple[Stack, ...] = ()
    fields: Pairs = ()
    response_fields: Pairs = ()
    cut: int = 0

    @property
    def waited(self) -> tuple[int, int]:
        """From when until when it was queued; a proxy that had it before is part of the queue."""
        taken = (event.at for event in self.events if event.event == "gateway")
        end = next(taken, min(self.queued, self.duration))
        return end - self.queued, end

    @property
    def spelt_out(self) -> str:
        """The path as a person writes it, without percent-encoding (RFC 3986, 2.1)."""
        return spell_out(self.path)

    def encode(self, room: int) -> bytes:
        """As JSON of at most *room* bytes: what is longest loses its end, and ``cut`` says how
        many items that were. Raises :exc:`ValueError` if even that does not help."""
        entry = self
        while len(data := _encode(entry)) > room:
            entry = entry._shortened(room / len(data))
        return data

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The entry that :meth:`encode` has written."""
        return cls.from_dict(json.loads(data))

    def to_dict(self) -> dict[str, Any]:
        """The entry in types that JSON has; what is empty is left out."""
        said: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.default is MISSING or value != each.default:
                said[each.name] = _rows(value) if isinstance(value, tuple) else value
        return said

    @classmethod
    def from_dict(cls, said: dict[str, Any]) -> Self:
        """The entry of which *said* is the :meth:`to_dict`."""
        lists: dict[str, Any] = {
            "why": tuple(said["why"]),
            "events": tuple(Event(**row) for row in said.get("events", ())),
            "notes": tuple(Note(**row) for row in said.get("notes", ())),
            "stacks": tuple(
                Stack(**{**row, "frames": tuple(row["frames"])}) for row in said.get("stacks", ())
            ),
            "error_frames": tuple(said.get("error_frames", ())),
            "fields": _pairs(said.get("fields", ())),
            "response_fields": _pairs(said.get("response_fields", ())),
        }
        return cls(**{**said, **lists})

    def _shortened(self, share: float) -> Self:
        """Without the end of what takes most room: a quarter of that, or so much more that only
        its *share* is left, which is not too little even if nothing else takes any."""
        name = max(LISTS, key=lambda each: len(json.dumps(_rows(getattr(self, each)))))
        items: Sequence[Any] = getattr(self, name)
        if not items:
            longest = max(TEXTS, key=lambda each: len(getattr(self, each)))
            text: str = getattr(self, longest)
            if len(text) < 2:
                raise ValueError("there is no room for an entry")
            shorter: dict[str, Any] = {longest: text[: len(text) // 2]}
            return replace(self, **shorter)
        kept = int(len(items) * min(0.75, share))
        fewer: dict[str, Any] = {name: items[:kept], "cut": self.cut + len(items) - kept}
        return replace(self, **fewer)


def _encode(entry: Entry) -> bytes:
    return json.dumps(entry.to_dict(), separators=(",", ":")).encode()


def _rows(items: Iterable[Any]) -> list[Any]:
    """Each item as JSON has it, without what is empty."""
    return [_row(item) if is_dataclass(item) else item for item in items]


def _row(item: Any) -> dict[str, Any]:
    said = ((name, getattr(item, name)) for name in item.__slots__)
    return {name: value for name, value in said if value or name not in _OPTIONAL}


def _pairs(rows: Iterable[Sequence[str]]) -> Pairs:
    return tuple((name, value) for name, value in rows)
