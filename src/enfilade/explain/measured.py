"""The plan of a request with what it really took: ``EXPLAIN ANALYZE`` for HTTP.

Plan and trace call their nodes alike, so measuring is laying the one upon the other: each event
is a node with its times, and a node of the plan without an event was never executed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from enfilade.explain.nodes import Key
from enfilade.explain.rehearsal import Performance
from enfilade.explain.request import RequestPlan
from enfilade.explain.timed import MeasuredNode, time_nodes
from enfilade.lifecycle import HOP
from enfilade.trace import Trace


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out of *times* requests that all went the same way; times are medians.

    ``total_ns`` is from the call of the handler to the last piece of the body. ``strayed`` is
    how many others went another way and were left out. ``is_first`` says that it is the first one
    of its process, which imports much.
    """

    status: int | None
    size: int
    failure: str
    times: int
    strayed: int
    total_ns: int
    nodes: tuple[MeasuredNode, ...]
    is_first: bool = False

    def to_dict(self) -> dict[str, Any]:
        """All but the nodes, in types that JSON has."""
        return {
            "status": self.status,
            "bytes": self.size,
            "failure": self.failure,
            "times": self.times,
            "strayed": self.strayed,
            "total_ns": self.total_ns,
            "is_first": self.is_first,
        }


def measure(plan: RequestPlan, performances: Sequence[Performance]) -> Measurement:
    """Lay *performances* of one request upon its *plan*; the last one says which way it went."""
    last = performances[-1]
    alike = [each for each in performances if _way(each.trace) == _way(last.trace)]
    known = {node.key: node for node in reversed(plan.nodes)}  # of several, the first
    executed = time_nodes([each.trace.events for each in alike], known)
    return Measurement(
        status=last.status,
        size=last.size,
        failure=last.failure,
        times=len(alike),
        strayed=len(performances) - len(alike),
        total_ns=round(median(_duration(each.trace) for each in alike)),
        nodes=tuple(with_skipped(plan, executed)),
        is_first=len(performances) == 1,
    )


def _way(trace: Trace) -> list[Key]:
    return [(event.event, event.node) for event in trace.events]


def _duration(trace: Trace) -> int:
    if not trace.events:  # a body that is too large is refused before the handler's first event
        return 0
    return max(event.until for event in trace.events) - trace.events[0].at


def with_skipped(plan: RequestPlan, executed: list[MeasuredNode]) -> Iterator[MeasuredNode]:
    """*executed*, and in their places the nodes of the usual way that were not, be it that the
    plan foretells that the request is stopped before them."""
    waiting = list(executed)
    for node in plan.unhindered:
        if node.event == HOP:  # they are all called alike, and come with what lies within
            continue
        place = next((i for i, each in enumerate(waiting) if each.node.key == node.key), None)
        if place is not None:
            yield from waiting[: place + 1]
            del waiting[: place + 1]
        elif not node.when:
            while waiting and waiting[0].node.step < node.step:
                yield waiting.pop(0)
            within = node.event != "handler"  # which all others lie within
            yield MeasuredNode(replace(node, depth=node.depth + within), executed=False)
    yield from waiting
