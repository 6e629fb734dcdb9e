"""Decides which answered requests are worth keeping, and keeps them.

A request without a trace is kept with its moments if it was slow or failed: when it came, how long
it waited, when its answer began and ended; and if it was slow, with the places where its thread
was found. A request with a trace is kept with all its steps.
"""

import logging
from collections.abc import Iterator, Mapping
from math import inf
from time import monotonic
from typing import Any, Final

from enfilade.reserved import RESERVED
from enfilade.server.access import AccessRecord
from enfilade.server.options import Options
from enfilade.server.recorder.budget import Budget
from enfilade.server.recorder.choice import Choice
from enfilade.server.recorder.entries import make_entry
from enfilade.server.recorder.ring import Ring
from enfilade.server.recorder.stacks import Find, Stacks, Who
from enfilade.server.scoreboard import Slot
from enfilade.trace import Entry, note_logs
from enfilade.trace.opentelemetry import open_exporter

logger = logging.getLogger("enfilade.server")

UNTRACED: Final = 50.0
"""Requests without a trace that are kept in a second at most: when all fail, a few tell why."""


class Recorder:
    """Keeps in *ring* what was slow, has failed, or has a trace that ``choice`` began, on the
    terms of *options*; and sends the same to a collector, if they say so. Any thread may use it.

    ``slow`` is in seconds, infinite if nothing is kept for that.
    """

    def __init__(self, ring: Ring, options: Options) -> None:
        self.choice = Choice(options)
        self.slow = options.record_slow or inf
        self._ring = ring
        self._stacks: Stacks[Any] | None = None
        self._reserved = (RESERVED,) if options.debug else ()
        self._untraced = Budget(UNTRACED)
        self._exporter = open_exporter() if options.opentelemetry else None

    def watch(self, slots: Mapping[Who, Slot], find: Find[Who]) -> None:
        """Have *find* look from now on at those who have *slots* on the scoreboard, when they are
        late."""
        if self.slow < inf:
            self._stacks = Stacks(slots, self.slow / 2, find)
            self._stacks.start()

    def close(self) -> None:
        """Look at no threads any more, and send what is still to be sent."""
        if self._stacks is not None:
            self._stacks.stop()
        if self._exporter is not None:
            self._exporter.close()

    def wants(self, status: int, took: float) -> bool:
        """Whether an answer without a trace is worth keeping, that took so many seconds."""
        return status >= 500 or took >= self.slow

    def take(self, record: AccessRecord) -> None:
        """Keep the answered request of *record*, if it is worth it; never raises."""
        if record.trace is None and not self.wants(record.status, record.took):
            return
        try:
            self._take(record)
        except Exception:
            logger.exception("a request could not be recorded")

    def keep(self, entry: Entry) -> None:
        """Keep *entry*, which somebody else has made."""
        self._ring.write(entry)
        if self._exporter is not None:
            self._exporter.export(entry)

    def _take(self, record: AccessRecord) -> None:
        why = tuple(self._reasons(record))
        path = record.target.partition("?")[0]
        if not why or path.startswith(self._reserved):
            return
        if "slow" in why or "failed" in why:
            self.choice.suspect(record.method, path)
        if record.trace is None and not self._untraced.spend(monotonic()):
            return
        stacks = self._stacks.take(record) if self._stacks and "slow" in why else ()
        self.keep(make_entry(record, why, stacks))

    def _reasons(self, record: AccessRecord) -> Iterator[str]:
        if record.began and record.took >= self.slow:
            yield "slow"
        if record.began and record.status >= 500:
            yield "failed"
        if record.trace is not None and record.trace.why:
            yield record.trace.why


def open_recorder(ring: Ring | None, options: Options) -> Recorder | None:
    """What writes into *ring*, if there is one; a worker has but one, for it counts. What is
    logged becomes a part of the traces then."""
    if ring is None:
        return None
    note_logs()
    return Recorder(ring, options)
