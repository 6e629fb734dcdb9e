"""The plan of a request with what it really took: ``EXPLAIN ANALYZE`` for HTTP.

Plan and trace call their nodes alike, so measuring is laying the one upon the other: each event
is a node with its total time and its own, and a node of the plan without an event was never
executed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from enfilade.explain.foretold import foretell_unhindered
from enfilade.explain.nodes import NUMBERS, Key, Node
from enfilade.explain.rehearsal import Performance
from enfilade.explain.request import RequestPlan
from enfilade.lifecycle import HOP
from enfilade.trace import Event, Trace


@dataclass(frozen=True, slots=True)
class MeasuredNode:
    """A *node* and its times in nanoseconds: ``self_ns`` is ``total_ns`` without the nodes within
    it. ``slowest`` is whether it lies on the path that took longest."""

    node: Node
    executed: bool
    total_ns: int = 0
    self_ns: int = 0
    outcome: str = ""
    detail: str = ""
    slowest: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The node in types that JSON has."""
        return {
            **self.node.to_dict(),
            "executed": self.executed,
            "total_ns": self.total_ns,
            "self_ns": self.self_ns,
            "outcome": self.outcome,
            "detail": self.detail,
            "slowest": self.slowest,
        }


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out of *times* requests that all went the same way; times are medians.

    ``total_ns`` is from the call of the handler to the last piece of the body. ``strayed`` is
    how many others went another way and were left out.
    """

    status: int | None
    size: int
    failure: str
    times: int
    strayed: int
    total_ns: int
    nodes: tuple[MeasuredNode, ...]

    def to_dict(self) -> dict[str, Any]:
        """All but the nodes, in types that JSON has."""
        return {
            "status": self.status,
            "bytes": self.size,
            "failure": self.failure,
            "times": self.times,
            "strayed": self.strayed,
            "total_ns": self.total_ns,
        }


def measure(plan: RequestPlan, performances: Sequence[Performance]) -> Measurement:
    """Lay *performances* of one request upon its *plan*; the last one says which way it went."""
    last = performances[-1]
    alike = [each for each in performances if _way(each.trace) == _way(last.trace)]
    spans = [_spans(each.trace) for each in alike]
    executed = _with_steps_of_hops([_node(plan, *samples) for samples in zip(*spans, strict=True)])
    return Measurement(
        status=last.status,
        size=last.size,
        failure=last.failure,
        times=len(alike),
        strayed=len(performances) - len(alike),
        total_ns=round(median(_duration(each.trace) for each in alike)),
        nodes=tuple(_with_skipped(plan, _with_slowest(executed))),
    )


def _way(trace: Trace) -> list[Key]:
    return [(event.event, event.node) for event in trace.events]


def _duration(trace: Trace) -> int:
    if not trace.events:  # a body that is too large is refused before the handler's first event
        return 0
    return max(event.until for event in trace.events) - trace.events[0].at


@dataclass(slots=True)
class _Span:
    """An event, how many others lie around it, and the time that is its own."""

    event: Event
    depth: int
    total: int
    own: int


def _spans(trace: Trace) -> list[_Span]:
    around: list[_Span] = []
    spans = []
    for event in trace.events:
        while around and event.at >= around[-1].event.until:
            around.pop()
        total = max(event.until - event.at, 0)
        if around:
            around[-1].own -= total
        span = _Span(event, len(around), total, total)
        spans.append(span)
        around.append(span)
    return spans


def _node(plan: RequestPlan, *samples: _Span) -> MeasuredNode:
    event, depth = samples[-1].event, samples[-1].depth
    key = (event.event, event.node)
    known = next((node for node in plan.nodes if node.key == key), None)
    if known is None:
        step = NUMBERS.get(event.event, NUMBERS["view"])
        known = Node(step, event.event, event.node, None, depth, certain=False)
    return MeasuredNode(
        node=replace(known, depth=depth),
        executed=True,
        total_ns=round(median(sample.total for sample in samples)),
        self_ns=round(median(sample.own for sample in samples)),
        outcome=event.outcome,
        detail=event.detail,
    )


def _with_steps_of_hops(nodes: list[MeasuredNode]) -> list[MeasuredNode]:
    """A hop belongs to the step on its other side."""
    for place in range(len(nodes) - 2, -1, -1):
        if nodes[place].node.event == HOP:
            step = nodes[place + 1].node.step
            nodes[place] = replace(nodes[place], node=replace(nodes[place].node, step=step))
    return nodes


def _with_slowest(nodes: list[MeasuredNode]) -> list[MeasuredNode]:
    """Mark the longest node, the longest of those within it, and so on, as long as it takes more
    than what they lie within takes by itself."""
    marked, begin, end, own, depth = list(nodes), 0, len(nodes), 0, 0
    while inside := [place for place in range(begin, end) if nodes[place].node.depth == depth]:
        place = max(inside, key=lambda place: nodes[place].total_ns)
        if nodes[place].total_ns < own:
            break
        marked[place] = replace(nodes[place], slowest=True)
        begin, own, depth = place + 1, nodes[place].self_ns, depth + 1
        end = next((each for each in range(begin, end) if nodes[each].node.depth < depth), end)
    return marked


def _with_skipped(plan: RequestPlan, executed: list[MeasuredNode]) -> Iterator[MeasuredNode]:
    """*executed*, and in their places the nodes of the usual way that were not, be it that the
    plan foretells that the request is stopped before them."""
    waiting = list(executed)
    for node in foretell_unhindered(plan.premises):
        if node.event == HOP:  # they are all called alike, and come with what lies within
            continue
        place = next((i for i, each in enumerate(waiting) if each.node.key == node.key), None)
        if place is not None:
            yield from waiting[: place + 1]
            del waiting[: place + 1]
        elif not node.when:
            yield MeasuredNode(replace(node, depth=node.depth + 1), executed=False)
    yield from waiting
