"""Requests that were under way when their worker died: nobody else can tell of them.

What the dead worker's threads were at stands on the scoreboard. The supervisor writes an entry for
each into the ring of that worker, whose memory has outlived it.
"""

import logging
from collections.abc import Iterable, Iterator
from time import time

from enfilade.secrecy import hide_target
from enfilade.server.options import Options
from enfilade.server.processes.roster import Worker
from enfilade.server.recorder import Ring
from enfilade.server.scoreboard import Phase
from enfilade.server.tally import Activity
from enfilade.trace import Entry, Trace

logger = logging.getLogger("enfilade.server")

LOST = "lost"
"""Why such a request is kept."""

NEAR = 0.05
"""Seconds that two clocks may differ in when one and the same request began."""

_AT = {
    Phase.APPLICATION: "in the application",
    Phase.READING: "waiting for more of the body",
    Phase.SENDING: "with a part of the answer sent",
    Phase.HELD: "waiting for its client to read",
}


def tell_of_losses(
    worker: Worker, cause: str, under_way: Iterable[Activity], ring: Ring | None, options: Options
) -> None:
    """Log how many requests were lost with *worker*, and keep them in its *ring*, if there is
    one. *cause* is what ended it, *under_way* what its threads were at then."""
    answered = list(_answered_for_it(worker, ring))
    lost = [
        entry
        for activity in under_way
        if not _is_among(answered, entry := _entry(worker, cause, activity))
    ]
    if not lost:
        return
    if ring is not None:
        for entry in lost:
            ring.write(entry)
    several = "1 request was" if len(lost) == 1 else f"{len(lost)} requests were"
    shown = "; see enfilade requests --why lost" if ring and options.control else ""
    logger.error("%s lost with worker %d%s", several, worker.pid, shown)


def _entry(worker: Worker, cause: str, activity: Activity) -> Entry:
    method, _, target = activity.text.partition(" ")
    path, _, query = hide_target(target).partition("?")
    trace = Trace()
    lasted = round(activity.elapsed * 1e9)
    return Entry(
        span=trace.span,
        trace_id=trace.id,
        time=round(time() - activity.elapsed, 6),
        pid=worker.pid,
        method=method,
        path=path,
        query=query,
        version="",
        status=0,
        why=(LOST,),
        duration=lasted,
        error=f"the worker {cause}, {_AT.get(activity.phase, 'under way')}",
        cut=int(activity.cut),
    )


def _answered_for_it(worker: Worker, ring: Ring | None) -> Iterator[Entry]:
    """What the worker has answered in the application's place, whose thread never came back."""
    for entry in ring.entries() if ring is not None else ():
        if entry.pid == worker.pid and entry.status == 504:
            yield entry


def _is_among(answered: Iterable[Entry], entry: Entry) -> bool:
    return any(
        each.method == entry.method
        and each.path.startswith(entry.path)
        and abs(each.time + each.queued / 1e9 - entry.time) < NEAR
        for each in answered
    )
