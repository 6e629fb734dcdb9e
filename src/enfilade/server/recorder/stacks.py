"""Where the threads of slow requests stand while they are slow.

Nobody knows beforehand which request will be slow, and noting every step of every request costs
more than it tells. So a thread of the worker looks at what the scoreboard says, and only at
requests that are late already does it look into the stack: what stands there most often is what
takes the time. While nothing is late it looks as often as something could have become so.
"""

import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic_ns
from types import FrameType
from typing import Final, Generic, TypeVar

from enfilade.server.access import AccessRecord
from enfilade.server.scoreboard import COUNTERS, PHASE, STARTED, TEXT, TEXT_BYTES, Phase, Slot
from enfilade.trace import Stack

DEPTH: Final = 24
"""Frames of a stack that are kept, those nearest to where the thread stands."""

MOST: Final = 12
"""Different stacks that are kept of one request."""

KEPT: Final = 64
"""Requests that have ended and were not asked for yet."""

LOOKS: Final = 10
"""Times that are looked at a request until it is late twice over."""

Who = TypeVar("Who", bound=Hashable)
"""What serves a request: a thread by its ``threading.get_ident()``, or what stands for a task."""

Frames = tuple[str, ...]
"""Those of :class:`~enfilade.trace.Stack`."""

Find = Callable[[Iterable[Who]], Mapping[Who, Frames]]
"""Tells of each where it stands now, or nothing where that is not known."""

_OWN: Final = tuple(str(Path(__file__).parents[2] / name) + "/" for name in ("server", "gateway"))


@dataclass(slots=True)
class _Watched:
    """A request that is late: when it was begun with, and where it was found."""

    began: int
    text: bytes
    stacks: list[Stack] = field(default_factory=list)


class Stacks(Generic[Who]):
    """Has *find* look at those of *slots* whose request is under way for *late* seconds or
    longer."""

    def __init__(self, slots: Mapping[Who, Slot], late: float, find: Find[Who]) -> None:
        self._slots = slots
        self._late = int(late * 1e9)
        self._find = find
        self._watched: dict[Who, _Watched] = {}
        self._seen: list[_Watched] = []  # those that have ended meanwhile, to be asked for
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._ended.set()
        self._thread.join()

    def take(self, record: AccessRecord) -> list[Stack]:
        """What was seen of the request of *record*; times are those since a thread took it."""
        text = f"{record.method} {record.target}".encode("latin-1", "replace")[:TEXT_BYTES]
        candidates = [each for each in self._all() if each.text == text]
        if not candidates:
            return []
        found = min(candidates, key=lambda each: abs(each.began / 1e9 - record.began))
        return list(found.stacks)

    def look(self) -> None:
        """Look once."""
        now = monotonic_ns()
        late = {
            who: (slot, slot.words[STARTED])
            for who, slot in list(self._slots.items())
            if slot.words[PHASE] != Phase.IDLE and now - slot.words[STARTED] >= self._late
        }
        for who in [each for each in self._watched if each not in late]:
            self._let_go(who)
        if not late:
            return
        found = self._find(late)
        for who, (slot, began) in late.items():
            self._note(who, slot, began, found.get(who, ()), now)

    def _run(self) -> None:
        while not self._ended.wait(self._patience()):
            self.look()

    def _patience(self) -> float:
        """Seconds until it is worth to look: what begins now cannot be late before."""
        return self._late / 1e9 / (LOOKS if self._watched else 1)

    def _all(self) -> list[_Watched]:
        return [*self._seen, *list(self._watched.values())]

    def _note(self, who: Who, slot: Slot, began: int, frames: Frames, now: int) -> None:
        watched = self._watched.get(who)
        if watched is None or watched.began != began:
            if watched is not None:
                self._let_go(who)
            text = bytes(slot.words[TEXT:COUNTERS].cast("B")).rstrip(b"\0")
            watched = self._watched[who] = _Watched(began, text)
        if slot.words[STARTED] != began:
            return  # it is over, and the frames are of what came next
        elapsed = now - began
        for index, known in enumerate(watched.stacks):
            if known.frames == frames:
                watched.stacks[index] = replace(known, last=elapsed, count=known.count + 1)
                return
        if frames and len(watched.stacks) < MOST:
            watched.stacks.append(Stack(elapsed, elapsed, 1, frames))

    def _let_go(self, who: Who) -> None:
        self._seen = [*self._seen[1 - KEPT :], self._watched.pop(who)]


def find_threads(idents: Iterable[int]) -> dict[int, Frames]:
    """Where each of these threads stands: the innermost frames, down to where the application was
    called."""
    frames = sys._current_frames()
    return {ident: _frames(frames.get(ident)) for ident in idents}


def describe(frame: FrameType) -> str:
    """*frame* as stacks have it."""
    code = frame.f_code
    return f"{code.co_filename}:{frame.f_lineno} {code.co_qualname}"


def is_own(frame: FrameType) -> bool:
    """Whether *frame* is the server's."""
    return frame.f_code.co_filename.startswith(_OWN)


def _frames(frame: FrameType | None) -> Frames:
    found: list[str] = []
    while frame is not None and len(found) < DEPTH and not is_own(frame):
        found.append(describe(frame))
        frame = frame.f_back
    return tuple(found)
