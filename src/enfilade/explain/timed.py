"""What a trace says of times: each event is a node with its total time and its own.

Events lie within one another as their times do. With a plan at hand the nodes are the plan's, and
know where they are written; without one, as for a request of some time ago, they are as the
trace calls them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType
from typing import Any

from enfilade.explain.nodes import NUMBERS, Key, Node
from enfilade.lifecycle import HOP
from enfilade.trace import Event
from enfilade.trace.nesting import Span, nest

NONE: Mapping[Key, Node] = MappingProxyType({})


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


def time_nodes(
    walks: Sequence[Sequence[Event]], known: Mapping[Key, Node] = NONE
) -> list[MeasuredNode]:
    """The nodes of *walks*, the events of requests that all went the same way; times are medians.

    What is *known* of a node is taken from there.
    """
    trees = [nest(events, now=0) for events in walks]  # what never ended has no length
    nodes = [_node(known, samples) for samples in zip(*trees, strict=True)]
    return _with_slowest(_with_steps_of_hops(nodes))


def _node(known: Mapping[Key, Node], samples: Sequence[Span]) -> MeasuredNode:
    event, depth = samples[-1].event, samples[-1].depth
    node = known.get((event.event, event.node))
    if node is None:
        step = NUMBERS.get(event.event, NUMBERS["view"])
        node = Node(step, event.event, event.node, None, depth, certain=False)
    return MeasuredNode(
        node=replace(node, depth=depth),
        executed=True,
        total_ns=round(median(span.total for span in samples)),
        self_ns=round(median(span.own for span in samples)),
        outcome=event.outcome,
        detail=event.detail,
    )


def _with_steps_of_hops(nodes: list[MeasuredNode]) -> list[MeasuredNode]:
    """A hop belongs to the step on its other side; behind the last of the others, to that one."""
    steps = [each.node.step for each in nodes if each.node.event != HOP]
    step = steps[-1] if steps else NUMBERS["handler"]
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place].node
        if node.event == HOP:
            nodes[place] = replace(nodes[place], node=replace(node, step=step))
        step = nodes[place].node.step
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
