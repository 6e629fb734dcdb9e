"""A run must do what layers of their own would do."""

import asyncio
from itertools import product

import pytest

from enfilade.middleware.run import HookPair, Run
from enfilade.middleware.shared_hop import SharedHop

IN = ("none", "pass", "answer", "raise")
OUT = ("none", "pass", "raise", "forget")


class Noted:
    """Hooks that note who was called, and behave as they are told."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def before(self, name, behaviour):
        def process_request(request):
            self.calls.append(f"{name} in")
            if behaviour == "raise":
                raise ValueError(f"{name} in")
            return f"answer of {name}" if behaviour == "answer" else None

        return None if behaviour == "none" else process_request

    def after(self, name, behaviour):
        def process_response(request, response):
            self.calls.append(f"{name} out: {response}")
            if behaviour == "raise":
                raise ValueError(f"{name} out")
            return None if behaviour == "forget" else f"{response}, {name}"

        return None if behaviour == "none" else process_response

    def core(self, request):
        self.calls.append("core")
        return "core"

    def convert(self, request, exc):
        return f"{type(exc).__name__} made an answer"


def awaited(hook):
    async def twin(*args):
        await asyncio.sleep(0)
        return hook(*args)

    return hook and twin


def onion(noted, pairs):
    """What a run replaces: each layer around the next one."""
    handler = noted.core
    for before, after in reversed(pairs):

        def layer(request, before=before, after=after, inner=handler):
            try:
                response = (before and before(request)) or inner(request)
                if after is not None and (response := after(request, response)) is None:
                    raise TypeError
                return response
            except Exception as exc:
                return noted.convert(request, exc)

        handler = layer
    return handler


def run(noted, pairs, kind, mode):
    if mode == "sync":
        made = kind(tuple(HookPair(*pair) for pair in pairs), noted.core, noted.convert)
        return made.layer()
    twins = mode == "awaited"
    made = kind(
        tuple(
            HookPair(awaited(before), awaited(after), True, True) if twins else HookPair(*pair)
            for pair in pairs
            for before, after in [pair]
        ),
        awaited(noted.core),
        noted.convert,
    )
    layer = made.alayer()
    return lambda request: asyncio.run(layer(request))


WAYS = [(Run, "sync"), (Run, "inline"), (Run, "awaited"), (SharedHop, "hop")]


@pytest.mark.parametrize(("kind", "mode"), WAYS)
def test_a_run_is_an_onion(kind, mode):
    behaviours = list(product(IN, OUT))
    for outer, inner in product(behaviours[:: 1 if mode == "sync" else 5], behaviours):
        asked = [("outer", *outer), ("inner", *inner), ("last", "pass", "pass")]
        seen = []
        for build in (onion, lambda noted, pairs: run(noted, pairs, kind, mode)):
            noted = Noted()
            pairs = [(noted.before(n, b), noted.after(n, a)) for n, b, a in asked]
            seen.append((build(noted, pairs)("request"), noted.calls))
        assert seen[0] == seen[1], asked


def test_a_run_without_hooks_is_what_it_surrounds():
    noted = Noted()
    empty = Run((HookPair(None, None),), noted.core, noted.convert)
    assert empty.layer() == noted.core
    assert empty.alayer() == noted.core


def test_a_neighbour_joins_on_the_outside():
    noted = Noted()
    inner = Run((HookPair(noted.before("inner", "pass"), None),), noted.core, noted.convert)
    both = inner.joined_by(HookPair(noted.before("outer", "pass"), None))
    assert both.layer()("request") == "core"
    assert noted.calls == ["outer in", "inner in", "core"]


def test_what_passes_the_core_is_not_asked_again():
    def core(request):
        raise LookupError("propagated")

    noted = Noted()
    layer = Run((HookPair(None, noted.after("outer", "pass")),), core, noted.convert).layer()
    with pytest.raises(LookupError):
        layer("request")
