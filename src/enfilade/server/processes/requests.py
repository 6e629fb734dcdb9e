"""Which recorded requests an operator wants to see.

The control command ``requests`` says it in the keys of :class:`Selection`; the answer has the
entries as :meth:`~enfilade.trace.Entry.to_dict` makes them, the one that ended last first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import islice, takewhile
from math import isfinite
from typing import Any, Self

from enfilade.server.control import ControlError
from enfilade.server.recorder import Rings
from enfilade.trace import REASONS, Entry, spell_out
from enfilade.trace.entry import LISTS

CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")

MOST = 1000
"""Entries in one answer."""

SLACK = 10.0
"""Seconds after its end within which an entry is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What an entry must be like; each condition that is empty lets all pass.

    ``span`` is the beginning of one. ``path`` is one, too, with or without percent-encoding.
    ``status`` is a number or a class as "4xx". ``failed`` wants
    those answered with 5xx and those lost with their worker, ``slower`` those that took that many
    seconds or longer, ``since`` those that ended then or later, in seconds since the epoch.
    ``limit`` is how many at most; without ``details`` the entries come without their lists of
    events, notes, stacks and fields.
    """

    span: str = ""
    status: str = ""
    failed: bool = False
    slower: float = 0.0
    path: str = ""
    method: str = ""
    why: str = ""
    since: float = 0.0
    limit: int = 20
    details: bool = True

    @classmethod
    def read(cls, request: Mapping[str, Any]) -> Self:
        """The selection in *request*. Raises :exc:`ControlError` for what is none."""
        asked = {name: value for name, value in request.items() if name not in _ENVELOPE}
        for name, value in asked.items():
            default = _DEFAULTS.get(name)
            if default is None:
                known = ", ".join(_DEFAULTS)
                raise ControlError(
                    f"Requests are not selected by {name!r}.", hint=f"There are {known}."
                )
            if not _is_like(value, default):
                kind = "a number" if type(default) is float else f"of type {type(default).__name__}"
                raise ControlError(f"{name} is not {kind}: {value!r}.")
        selection = cls(**asked)
        selection._check()
        return selection

    def _check(self) -> None:
        if self.status and self.status not in CLASSES and not self.status.isdecimal():
            raise ControlError(
                f"There is no status {self.status!r}.", hint="A status is like 404, or like 4xx."
            )
        if self.why and self.why not in REASONS:
            raise ControlError(
                f"Requests are not kept for {self.why!r}.", hint=f"There are {', '.join(REASONS)}."
            )
        if not 1 <= self.limit <= MOST:
            raise ControlError(f"The limit is not between 1 and {MOST}: {self.limit}.")

    def choose(self, entries: Iterable[Entry]) -> list[Entry]:
        """Those of *entries*, which come in about the order in which they ended, that are wanted,
        the latest first."""
        recent = takewhile(lambda entry: ended(entry) >= self.since - SLACK, entries)
        chosen = list(islice(filter(self._wants, recent), self.limit))
        return sorted(chosen, key=ended, reverse=True)

    def _wants(self, entry: Entry) -> bool:
        return (
            entry.span.startswith(self.span)
            and entry.duration >= self.slower * 1e9
            and self._wants_path(entry)
            and self.method in ("", entry.method)
            and (not self.why or self.why in entry.why)
            and (not self.failed or has_failed(entry))
            and self._wants_status(entry.status)
            and ended(entry) >= self.since
        )

    def _wants_path(self, entry: Entry) -> bool:
        if not self.path or entry.path.startswith(self.path):
            return True
        return entry.spelt_out.startswith(spell_out(self.path))

    def _wants_status(self, status: int) -> bool:
        return self.status in ("", str(status), f"{status // 100}xx")


_DEFAULTS: Mapping[str, Any] = {each.name: each.default for each in fields(Selection)}
_ENVELOPE = frozenset(("protocol", "command"))


def answer_requests(rings: Rings | None, request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to *request* out of *rings*, the latest first.

    Raises :exc:`ControlError` where nothing is recorded, for conditions that are none, and for a
    span that is not that of exactly one entry.
    """
    if rings is None:
        raise ControlError("This server keeps no requests.", hint="Start it without --no-recorder.")
    selection = Selection.read(request)
    if selection.span:
        selection = replace(selection, limit=MOST)
    chosen = selection.choose(rings.latest())
    if selection.span:
        _check_one(selection.span, chosen)
    return {"requests": [dict(_said(entry, selection.details)) for entry in chosen]}


def has_failed(entry: Entry) -> bool:
    """Whether it was answered with 5xx, or not at all because its worker died."""
    return entry.status >= 500 or "lost" in entry.why


def ended(entry: Entry) -> float:
    """When it was over, in seconds since the epoch."""
    return entry.time + entry.duration / 1e9


def _check_one(span: str, chosen: list[Entry]) -> None:
    if not chosen:
        raise ControlError(
            f"No request is kept whose span begins with {span!r}.",
            hint="The latest are kept, --record-size of each worker: see enfilade requests.",
        )
    if len(chosen) > 1:
        several = ", ".join(entry.span for entry in chosen[:5])
        raise ControlError(
            f"There are {len(chosen)} requests whose span begins with {span!r}.",
            hint=f"Give more of it: {several}.",
        )


def _said(entry: Entry, details: bool) -> Iterator[tuple[str, Any]]:
    for name, value in entry.to_dict().items():
        if details or name not in LISTS:
            yield name, value


def _is_like(value: object, default: object) -> bool:
    if type(default) is float:
        return type(value) in (int, float) and isfinite(float(str(value)))
    return type(value) is type(default)
