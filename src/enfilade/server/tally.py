"""Reading the scoreboard: what is done now, and what has been done in all.

Any process may read. The sums never go back: what a worker has counted is kept there by the
supervisor when it dies.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic_ns

from enfilade.server.scoreboard import (
    ACCEPTED,
    BUCKETS,
    CLOSED,
    COUNTERS,
    DEAD,
    GONE,
    HANDED_OVER,
    HEADER_WORDS,
    PHASE,
    PID,
    QUEUED,
    RECEIVED,
    REFUSED,
    RESPONSES,
    SENT,
    SEQUENCE,
    SHED,
    SLOT_WORDS,
    SLOTS,
    STARTED,
    TAKEN,
    TEXT,
    TEXT_BYTES,
    TIMED_OUT,
    UNLOGGED,
    WAITED,
    Phase,
    Scoreboard,
)

ATTEMPTS = 10
"""So often a slot is read again that is being written."""

_torn = re.compile(r"[^ /?&;=#]*$")


@dataclass(frozen=True, slots=True)
class Activity:
    """A request that a thread has; ``elapsed`` is in seconds, ``text`` its method and target. A
    long target is ``cut``: not within a part of it, since half a token does not look like one."""

    pid: int
    slot: int
    phase: Phase
    elapsed: float
    text: str
    cut: bool = False


class Sums:
    """Counters and histograms, added up."""

    def __init__(self, words: Sequence[int] = ()) -> None:
        self._words = list(words) or [0] * (SLOT_WORDS - COUNTERS)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums([a + b for a, b in zip(self._words, other._words, strict=True)])

    def __getitem__(self, counter: int) -> int:
        return self._words[counter - COUNTERS]

    def __iter__(self) -> Iterator[int]:
        return iter(self._words)

    @property
    def responses(self) -> list[int]:
        """Answers by the class of their status, 1 to 5, after the requests that got none."""
        start = RESPONSES - COUNTERS
        return self._words[start : start + 6]

    @property
    def open(self) -> int:
        """Connections that are open."""
        return max(0, self[ACCEPTED] - self[CLOSED])

    @property
    def waiting(self) -> int:
        """Requests that no thread has taken yet."""
        return max(0, self[QUEUED] - sum(self.histogram(WAITED)))

    def settled(self) -> "Sums":
        """The same with every connection closed and nothing waiting."""
        settled = Sums(self._words)
        settled._words[CLOSED - COUNTERS] = self[ACCEPTED]
        settled._words[QUEUED - COUNTERS] = sum(self.histogram(WAITED))
        return settled

    def histogram(self, which: int) -> list[int]:
        """The buckets of ``WAITED`` or ``TOOK``."""
        start = which - COUNTERS
        return self._words[start : start + BUCKETS]

    def seconds(self, which: int) -> float:
        """The sum of what the histogram has counted."""
        return self[which + BUCKETS] / 1e6

    def as_dict(self) -> dict[str, int]:
        """Everything but the histograms, by name."""
        none, *classes = self.responses
        return {
            "requests": none + sum(classes),
            **{f"responses_{number}xx": count for number, count in enumerate(classes, 1)},
            "waiting": self.waiting,
            "connections": self.open,
            **{name: self[counter] for name, counter in PLAIN_COUNTERS.items()},
        }


PLAIN_COUNTERS = {
    "connections_accepted": ACCEPTED,
    "bytes_received": RECEIVED,
    "bytes_sent": SENT,
    "shed": SHED,
    "timed_out": TIMED_OUT,
    "refused": REFUSED,
    "clients_gone": GONE,
    "handed_over": HANDED_OVER,
    "unlogged": UNLOGGED,
}


class Tally:
    """Reads *board*."""

    def __init__(self, board: Scoreboard) -> None:
        self._board = board
        self._of_the_dead = board.server[DEAD:]

    def bury(self, index: int) -> None:
        """The worker that had block *index* is dead: keep what it counted, free the block.

        What it had begun and not ended nobody will end, and its connections are closed. Only the
        supervisor does this.
        """
        for word, count in enumerate(self.of(index).settled()):
            self._of_the_dead[word] += count
        self._board.clear(index)

    def of(self, index: int) -> Sums:
        """What the worker with block *index* has done."""
        sums = Sums()
        for slot in _slots(self._board.blocks[index]):
            sums += Sums(slot[COUNTERS:].tolist())
        return sums

    def total(self) -> Sums:
        """What the server has done since it was started."""
        total = Sums(self._of_the_dead.tolist())
        for index in self.living():
            total += self.of(index)
        return total

    def living(self) -> list[int]:
        """The indices of the blocks in use."""
        return [index for index, words in enumerate(self._board.blocks) if words[TAKEN]]

    def under_way(self) -> int:
        """How many requests are being answered now."""
        return sum(len(self.activities(index)) for index in self.living())

    def activities(self, index: int) -> list[Activity]:
        """What the application threads of that worker do now; idle ones are left out."""
        words = self._board.blocks[index]
        slots = list(_slots(words))
        found = (_activity(words[PID], number, slot) for number, slot in enumerate(slots))
        return [activity for activity in found if activity is not None]


def _slots(words: memoryview) -> Iterator[memoryview]:
    """The slots of a worker's block that are or were in use, the loop's first."""
    end = HEADER_WORDS + words[SLOTS] * SLOT_WORDS
    for start in range(HEADER_WORDS, end, SLOT_WORDS):
        yield words[start : start + SLOT_WORDS]


def _activity(pid: int, number: int, slot: memoryview) -> Activity | None:
    copy = _still(slot)
    if copy is None or copy[PHASE] == Phase.IDLE:
        return None
    text = bytes(copy[TEXT:COUNTERS].cast("B")).rstrip(b"\0").decode("latin-1")
    cut = len(text) >= TEXT_BYTES
    text = _torn.sub("", text) if cut else text
    elapsed = max(0, monotonic_ns() - copy[STARTED]) / 1e9
    return Activity(pid, number, Phase(copy[PHASE]), elapsed, text, cut)


def _still(slot: memoryview) -> memoryview | None:
    """A copy of what the thread does, as it was at one moment; ``None`` if it keeps changing."""
    for _ in range(ATTEMPTS):
        before = slot[SEQUENCE]
        copy = memoryview(bytearray(slot[:COUNTERS].cast("B"))).cast("Q")
        if not before & 1 and slot[SEQUENCE] == before:
            return copy
    return None
