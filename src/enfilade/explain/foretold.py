"""The guides of a course: one that foresees, and one that follows a trace.

Foreseen is what our own middleware do, which have been asked (:mod:`enfilade.explain.foresight`),
and where resolution ends. What a view or a middleware of the site does is not: behind it the
plan says "may".
"""

from collections.abc import Iterator, Mapping, Sequence

from enfilade.explain.course import Course
from enfilade.explain.facts import Facts
from enfilade.explain.footsteps import Premises
from enfilade.explain.foresight import FORESEEABLE
from enfilade.explain.nodes import Key, Node
from enfilade.lifecycle import HOP, STEPS, Half
from enfilade.middleware.chain import Layer
from enfilade.middleware.csrf import CsrfViewMiddleware
from enfilade.trace import ANSWERED, RAISED, Event, Trace

_SERVER = frozenset(step.event for step in STEPS if step.half is Half.SERVER)


def foretell(premises: Premises, facts: Facts) -> tuple[Node, ...]:
    """The nodes that a request will meet, and those that it may meet."""
    return tuple(Course(premises, _Foresight(premises, dict(_outcomes(premises, facts)))).walk())


def foretell_unhindered(premises: Premises) -> tuple[Node, ...]:
    """The nodes that it would or could meet if nothing stopped it before its view."""
    return tuple(Course(premises, _Foresight(premises, dict(_lost(premises)))).walk())


class _Foresight:
    """Knows what is known of the request."""

    foresees = True

    def __init__(self, premises: Premises, outcomes: Mapping[Key, str]) -> None:
        self.outcomes = outcomes
        hooks = ("process_request", "process_view")
        self.unknown = frozenset(
            f"{layer.name}.{prefix}{hook}"
            for layer in premises.chain.layers
            for hook in hooks
            for prefix in ("", "a")
            if not _is_foreseen(layer, hook)
        ) | {layer.name for layer in premises.chain.layers if not layer.made_of_hooks}

    def meet(self, node: Node) -> str:
        return self.outcomes.get(node.key, "")

    def knows(self, node: Node) -> bool:
        if node.event == "view":
            return False
        inward = node.event in ("middleware.in", "middleware.view")
        return not inward or node.name not in self.unknown

    def expects(self, key: Key) -> bool:
        return False


def _is_foreseen(layer: Layer, hook: str) -> bool:
    kind = type(layer.middleware)
    function = getattr(kind, hook, None)
    if hook == "process_view":
        return function is CsrfViewMiddleware.process_view
    ours = getattr(function, "__module__", "").startswith("enfilade.")
    return function in FORESEEABLE or (ours and not getattr(kind, "answers", True))


def _outcomes(premises: Premises, facts: Facts) -> Iterator[tuple[Key, str]]:
    """What is known to end the way in, by node."""
    if facts.resolution is None:
        last = [visit for visit in facts.visits if visit.enters][-1]
        failed = last.answer is not None and facts.made.failed
        key = ("middleware.in", f"{last.layer.source.name}.process_request")
        yield key, RAISED if failed else ANSWERED
    yield from _lost(premises)
    if facts.landing is not None and facts.landing.refusal is not None:
        for layer in premises.chain.layers:
            if isinstance(layer.middleware, CsrfViewMiddleware):
                for prefix in ("", "a"):
                    node = f"{layer.name}.{prefix}process_view"
                    yield ("middleware.view", node), ANSWERED


def _lost(premises: Premises) -> Iterator[tuple[Key, str]]:
    if premises.view is None:
        yield ("resolve", premises.path), RAISED


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


def follow(premises: Premises, trace: Trace) -> tuple[Node, ...]:
    """The nodes that the request of *trace* has met, by the plan's rules.

    Raises :exc:`Unforetold` if it has gone a way that they do not have.
    """
    guide = Follower(trace.events)
    nodes = tuple(Course(premises, guide).walk())
    if guide.place < len(guide.events):
        event = guide.events[guide.place]
        raise Unforetold(f"({event.event}, {event.node}) has happened behind the end of the course")
    return nodes
