"""For each bucket of the histograms the latest request that is kept and fell into it.

Prometheus keeps them beside the counts, so that from a bar of a chart one comes to a request, by
its span in ``enfilade requests`` or by its trace in whatever collects traces.
"""

from collections.abc import Iterable
from itertools import takewhile

from enfilade.server.exposition import Exemplar, place_of
from enfilade.server.processes.requests import SLACK, ended
from enfilade.server.recorder import Rings
from enfilade.trace import Entry

Exemplars = dict[int, Exemplar]
"""By the bucket's place in the family."""


class Examples:
    """The exemplars out of *rings*: ``queue`` of waiting for a thread, ``duration`` of all."""

    def __init__(self, rings: Rings | None) -> None:
        self.queue: Exemplars = {}
        self.duration: Exemplars = {}
        self._rings = rings
        self._seen = 0.0  # when the latest ended that has been looked at

    def look(self) -> None:
        """Take those that have ended since the last look."""
        if self._rings is None:
            return
        oldest = self._seen - SLACK
        recent = list(takewhile(lambda entry: ended(entry) >= oldest, self._rings.latest()))
        answered = [entry for entry in recent if entry.status]
        self._take(answered)
        self._seen = max(map(ended, answered), default=self._seen)

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in sorted(entries, key=ended):
            _put(self.duration, entry, entry.duration)
            if entry.queued:  # where nobody waits, nothing is counted
                _put(self.queue, entry, entry.queued)


def _put(exemplars: Exemplars, entry: Entry, nanoseconds: int) -> None:
    labels = {"trace_id": entry.trace_id, "span_id": entry.span}
    exemplar = Exemplar(labels, nanoseconds / 1e9, round(ended(entry), 3))
    exemplars[place_of(exemplar.value)] = exemplar
