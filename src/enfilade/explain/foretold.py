"""What is known of a request's course before it is walked.

Foreseen is what our own middleware do, which have been asked (:mod:`enfilade.explain.foresight`),
and where resolution ends. What a view or a middleware of the site does is not: behind it the
plan says "may".
"""

from collections.abc import Iterator
from typing import NamedTuple

from enfilade.explain.course import Course
from enfilade.explain.facts import Facts
from enfilade.explain.footsteps import Guide, Premises
from enfilade.explain.foresight import FORESEEABLE
from enfilade.explain.guides import Foresight, Walk
from enfilade.explain.nodes import Key, Node
from enfilade.middleware.chain import Layer
from enfilade.middleware.csrf import CsrfViewMiddleware
from enfilade.trace import ANSWERED, RAISED


class Foretold(NamedTuple):
    """The ``nodes`` that a request will meet, and those that it may meet; those of the
    ``unhindered`` way, if nothing stopped it before its view; and the course itself, to be walked
    again."""

    nodes: tuple[Node, ...]
    unhindered: tuple[Node, ...]
    walk: Walk


def foretell(premises: Premises, facts: Facts) -> Foretold:
    """The course of a request of which *facts* are known."""

    def walk(guide: Guide) -> list[Node]:
        return Course(premises, guide).walk()

    unknown = frozenset(_unknown(premises))
    foreseen = Foresight(dict(_outcomes(premises, facts)), unknown)
    unhindered = Foresight(dict(_lost(premises)), unknown)
    return Foretold(tuple(walk(foreseen)), tuple(walk(unhindered)), walk)


def _unknown(premises: Premises) -> Iterator[str]:
    for layer in premises.chain.layers:
        if not layer.made_of_hooks:
            yield layer.name
        for hook in ("process_request", "process_view"):
            if not _is_foreseen(layer, hook):
                yield f"{layer.name}.{hook}"
                yield f"{layer.name}.a{hook}"


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
        for prefix in ("", "a"):
            node = f"{last.layer.source.name}.{prefix}process_request"
            yield ("middleware.in", node), RAISED if failed else ANSWERED
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
