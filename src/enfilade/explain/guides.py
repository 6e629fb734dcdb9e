"""The guides of a course: one that foresees, and one that follows a trace.

They know nodes and outcomes and nothing of a framework, so every course can be walked with them.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from enfilade.explain.footsteps import Guide
from enfilade.explain.nodes import Key, Node
from enfilade.lifecycle import HOP, STEPS, Half
from enfilade.trace import Event, Trace

Walk = Callable[[Guide], list[Node]]
"""A course: the nodes that one request meets, led by a guide."""

_SERVER = frozenset(step.event for step in STEPS if step.half is Half.SERVER)


class Foresight:
    """Knows the *outcomes* of some nodes, and that behind the *unknown* ones, which belong to the
    site, and behind the view everything depends on the site's code."""

    foresees = True

    def __init__(self, outcomes: Mapping[Key, str], unknown: AbstractSet[str]) -> None:
        self.outcomes = outcomes
        self.unknown = unknown

    def meet(self, node: Node) -> str:
        return self.outcomes.get(node.key, "")

    def knows(self, node: Node) -> bool:
        if node.event == "view":
            return False
        inward = node.event in ("middleware.in", "middleware.view")
        return not inward or node.name not in self.unknown

    def expects(self, key: Key) -> bool:
        return False


class Unforetold(AssertionError):
    """What has happened is none of the ways that the plan foretells."""


class Follower:
    """Goes where a trace has gone."""

    foresees = False

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = [event for event in events if not _of_the_server(event)]
        self.place = 0

    def meet(self, node: Node) -> str:
        if self.place == len(self.events):
            raise Unforetold(f"{node.key} was foretold, and nothing more has happened")
        event = self.events[self.place]
        if (event.event, event.node) != node.key:
            raise Unforetold(f"{node.key} was foretold, ({event.event}, {event.node}) has happened")
        self.place += 1
        return event.outcome

    def knows(self, node: Node) -> bool:
        return True

    def expects(self, key: Key) -> bool:
        coming = [(event.event, event.node) for event in self.events[self.place : self.place + 2]]
        return coming[:1] == [key] or (coming[1:] == [key] and coming[0][0] == HOP)


def _of_the_server(event: Event) -> bool:
    return event.event in _SERVER and event.node != "body"


def follow(walk: Walk, trace: Trace) -> tuple[Node, ...]:
    """The nodes that the request of *trace* has met, by the rules of its course.

    Raises :exc:`Unforetold` if it has gone a way that they do not have.
    """
    guide = Follower(trace.events)
    nodes = tuple(walk(guide))
    if guide.place < len(guide.events):
        event = guide.events[guide.place]
        raise Unforetold(f"({event.event}, {event.node}) has happened behind the end of the course")
    return nodes
