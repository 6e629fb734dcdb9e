"""Who has to be looked at by when: one heap for every deadline of every connection.

A deadline is an attribute of its holder, so moving it later, which is what nearly every request
does, is one store and touches no structure. The rule that makes this right: *a holder's entry in
the heap is never later than its deadline*. An entry that comes up too early is put back.

An application thread may set a holder's deadline without telling the loop, provided that it is
at least ``patience`` seconds ahead: no entry is ever put further ahead than that, so the rule
still holds. Everything else here is for the loop's thread only.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

NEVER = float("inf")


class Holder(Protocol):
    """Something that has a deadline.

    ``deadline`` is in seconds of :func:`time.monotonic`, or :data:`NEVER`; ``entry`` is when its
    entry comes up and belongs to :class:`Deadlines`.
    """

    deadline: float
    entry: float

    def expire(self, now: float) -> None:
        """The deadline has passed."""


class Deadlines:
    """The loop's deadlines, soonest first."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._heap: list[tuple[float, int, Holder]] = []
        self._order = count()
        self._stale = 0

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, holder: Holder, deadline: float, now: float) -> None:
        """Have *holder* expire at *deadline*, earlier or later than before."""
        holder.deadline = deadline
        when = min(deadline, now + self._patience)
        if when < holder.entry:
            self._abandon_entry(holder)
            self._push(holder, when)

    def forget(self, holder: Holder) -> None:
        """*holder* is gone and will not expire."""
        self._abandon_entry(holder)
        holder.deadline = holder.entry = NEVER

    def wait(self, now: float) -> float | None:
        """Seconds until something may expire, at least 0; ``None`` if nothing will."""
        return max(0.0, self._heap[0][0] - now) if self._heap else None

    def expired(self, now: float) -> Iterator[Holder]:
        """Take out each holder whose deadline has passed."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            when, _, holder = heappop(heap)
            if when != holder.entry:
                self._stale -= 1
            elif holder.deadline <= now:
                holder.entry = NEVER
                yield holder
            else:
                self._push(holder, min(holder.deadline, now + self._patience))

    def _push(self, holder: Holder, when: float) -> None:
        holder.entry = when
        heappush(self._heap, (when, next(self._order), holder))

    def _abandon_entry(self, holder: Holder) -> None:
        """Leave an entry to come up for nothing; rebuild once those are more than half."""
        if holder.entry == NEVER:
            return
        holder.entry = NEVER
        self._stale += 1
        if self._stale > 1000 and self._stale * 2 > len(self._heap):
            self._heap[:] = [item for item in self._heap if item[0] == item[2].entry]
            heapify(self._heap)
            self._stale = 0
