"""A request of some time ago in the form of a measured plan, so that whatever draws the one draws
the other.

The steps of the server are moments in a trace. What a reader wants to know is what passed between
them: how long the client took to send the head, how long the request waited for a thread, how long
the answer was on its way.
"""

from collections.abc import Iterator, Sequence
from statistics import median

from enfilade.explain.measured import Measurement, with_skipped
from enfilade.explain.nodes import Key
from enfilade.explain.request import RequestPlan
from enfilade.explain.timed import time_nodes
from enfilade.lifecycle import STEPS, Half
from enfilade.trace import Entry, Event

_OF_SERVER = frozenset(step.event for step in STEPS if step.half is Half.SERVER)

READ, QUEUE, APPLICATION, ANSWER = (
    "the head",
    "waited for a thread",
    "the application",
    "the answer leaves",
)


def measure_entry(entry: Entry) -> Measurement:
    """*entry* as one measured request, whose nodes know no places in the code."""
    return Measurement(
        status=entry.status or None,
        size=entry.sent,
        failure=entry.error,
        times=1,
        strayed=0,
        total_ns=entry.duration,
        nodes=tuple(time_nodes([list(walk(entry))])),
    )


def measure_entries(entries: Sequence[Entry], plan: RequestPlan) -> Measurement:
    """*entries* of one request that was made several times, laid upon its *plan*; the last one
    says which way it went, and times are medians."""
    last = entries[-1]
    name = plan.facts.handler if plan.facts.is_closed else APPLICATION
    walks = [list(walk(entry, name)) for entry in entries]
    alike = [each for each in walks if _way(each) == _way(walks[-1])]
    known = {node.key: node for node in reversed(plan.nodes)}  # of several, the first
    durations = (e.duration for e, w in zip(entries, walks, strict=True) if w in alike)
    return Measurement(
        status=last.status or None,
        size=last.sent,
        failure=last.error,
        times=len(alike),
        strayed=len(entries) - len(alike),
        total_ns=round(median(durations)),
        nodes=tuple(with_skipped(plan, time_nodes(alike, known))),
    )


def _way(events: Sequence[Event]) -> list[Key]:
    return [(event.event, event.node) for event in events]


def handler_of(entry: Entry) -> str:
    """What the handler that answered calls itself; "" of a framework that says nothing of it."""
    return next((event.node for event in entry.events if event.event == "handler"), "")


def walk(entry: Entry, application: str = APPLICATION) -> Iterator[Event]:
    """The events of *entry* in their order, those of the server with their times.

    Where there is no trace, the *application*, called so, is one event.
    """
    inner = [event for event in entry.events if event.until or event.event not in _OF_SERVER]
    begun = next((event.at for event in entry.events if event.event == "accept"), 0)
    taken = max(entry.waited[1], 0)  # what a proxy had it before lies before the head, and in it
    if begun < 0:
        yield Event(begun - 1, "read", READ, until=-1)  # 0 would mean that it is a moment
    if entry.queued and taken:
        yield Event(0, "gateway", QUEUE, until=taken)
    if inner:
        yield from inner
        over = max((event.until for event in inner), default=0)
    else:
        over = entry.first_byte or entry.duration
        yield Event(max(min(taken, over), 0), "handler", application, until=over)
    if 0 < over < entry.duration:
        yield Event(over, "send", ANSWER, until=entry.duration)
