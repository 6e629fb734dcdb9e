"""The thirteen rooms of the walk, furnished with what one request meets in each.

One function a room, by the event of its step; :data:`enfilade.lifecycle.STEPS` gives their
number, name and order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from enfilade.explain.facts import Facts, Landing, Resolution
from enfilade.explain.foresight import Answer
from enfilade.explain.guards import Refusal
from enfilade.explain.source import shorten
from enfilade.lifecycle import STEPS, Step
from enfilade.urls.explain import Candidate
from enfilade.urls.mismatch import bounded

LONGEST = 200
"""Characters of a path, a query or an argument that a room repeats; the heading has them all."""


class Tone(StrEnum):
    """How a remark is meant: a fact, the way it goes, something beside it, a surprise, or a
    door between event loop and threads."""

    FACT = "fact"
    WAY = "way"
    ASIDE = "aside"
    SURPRISE = "surprise"
    DOOR = "door"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line about a room: a ``label`` before it, and ``more`` that may be read over."""

    text: str
    tone: Tone = Tone.FACT
    label: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """One step of the walk; ``entered`` is false if the request turns back before it."""

    number: int
    name: str
    event: str
    module: str
    half: str
    entered: bool
    remarks: tuple[Remark, ...]


Remarks = Iterator[Remark]


def furnish(facts: Facts) -> tuple[Room, ...]:
    """The rooms of one request, in the order of the walk."""
    return tuple(_room(step, facts) for step in STEPS)


def _room(step: Step, facts: Facts) -> Room:
    remarks = tuple(_FURNITURE[step.event](facts))
    return Room(
        number=step.number,
        name=step.name,
        event=step.event,
        module=step.module,
        half=step.half.value,
        entered=bool(remarks),
        remarks=remarks,
    )


# The server half: the same for every application ---------------------------------------------


def _accept(facts: Facts) -> Remarks:
    yield Remark(f"a connection for {facts.line.scheme}://{facts.line.host}")


def _read(facts: Facts) -> Remarks:
    if facts.interface == "ASGI":
        yield Remark("by the ASGI server; the handler receives the body before the view runs")
    else:
        yield Remark("buffered, so that a slow client holds no thread")


def _gateway(facts: Facts) -> Remarks:
    line = facts.line
    if facts.interface == "ASGI":
        path, query = (repr(bounded(text, LONGEST)) for text in (line.path, line.query))
        yield Remark(f"scope: http {line.method} path={path} query={query}")
    else:
        query = f" QUERY_STRING={bounded(line.query, LONGEST)!r}" if line.query else ""
        yield Remark(f"environ: PATH_INFO={bounded(line.path, LONGEST)!r}{query}")


def _write(facts: Facts) -> Remarks:
    yield Remark("status line, header fields and body")


def _send(facts: Facts) -> Remarks:
    yield Remark("the access line is written, close() runs")


# The framework half --------------------------------------------------------------------------


def _handler(facts: Facts) -> Remarks:
    count = len(facts.visits)
    mode = "asynchronous" if facts.interface == "ASGI" else "synchronous"
    yield Remark(f"{facts.handler}, {mode}, {count or 'no'} middleware")


def _request(facts: Facts) -> Remarks:
    kind = "ASGIRequest" if facts.interface == "ASGI" else "WSGIRequest"
    yield Remark(f"{kind}: {facts.line.method} {bounded(facts.line.path, LONGEST)}")


def _middleware_in(facts: Facts) -> Remarks:
    called = [f"{v.layer.source.short}.{v.layer.inward}" for v in facts.visits if v.enters]
    calls = [call for call in called if not call.endswith(".")]
    yield Remark(", then ".join(calls) or "nothing is called on the way in")
    if facts.resolution is None:
        yield Remark(describe_answer(facts.made), Tone.SURPRISE, "ends here")


def _resolve(facts: Facts) -> Remarks:
    resolution = facts.resolution
    if resolution is None:
        return
    if resolution.failure:
        yield Remark(f"a converter fails with {resolution.failure}", Tone.SURPRISE)
    elif resolution.winner is None:
        yield Remark(_no_winner(resolution.routes), Tone.SURPRISE)
    else:
        yield from _winner(resolution)
    for other in resolution.others:
        yield Remark(route_text(other), Tone.ASIDE, "not", other.reason)
    if resolution.more:
        every = resolution.more + len(resolution.others)
        more = f"{resolution.more} more {'loses' if resolution.more == 1 else 'lose'}"
        yield Remark(f"{more}: --candidates {every}", Tone.ASIDE)


def _no_winner(routes: int) -> str:
    if routes < 2:
        return "the only route does not match" if routes else "there are no routes"
    return f"none of the {routes} routes matches"


def _winner(resolution: Resolution) -> Remarks:
    winner = resolution.winner
    assert winner is not None
    place = f"{shorten(winner.file)}:{winner.line}" if winner.file else ""
    more = "  ".join(filter(None, (winner.name, place)))
    yield Remark(route_text(winner), Tone.WAY, more=more)
    for argument in resolution.arguments:
        value = bounded(argument.value, LONGEST)
        yield Remark(f"{argument.name} = {value}", label="with", more=argument.type)


def _middleware_view(facts: Facts) -> Remarks:
    if facts.landing:
        hooks = facts.landing.view_hooks
        yield Remark(f"process_view {then_of(hooks)}" if hooks else "no process_view")
        yield from _kept_out(facts.landing.strangers)
        if refusal := facts.landing.refusal:
            yield Remark(describe_answer(refusal), Tone.SURPRISE, "ends here")
            yield Remark("a form of the site, with cookie and token, would go on", Tone.ASIDE)


def _view(facts: Facts) -> Remarks:
    landing = facts.landing
    if landing is None or landing.refusal:
        return
    tone = Tone.WAY if landing.accepted else Tone.SURPRISE
    yield Remark(landing.code.name, tone, more=landing.code.place)
    kind = "async" if landing.view.is_async else "sync"
    yield Remark(f"{kind} {landing.view.kind}, answers {_methods(landing)}")
    if around := [each.short for each in landing.view.decorators]:
        yield Remark(", then ".join(around), Tone.ASIDE, "behind:")
    if not landing.accepted:
        yield Remark(f"{facts.line.method} is not one of them", Tone.SURPRISE)
    yield from _kept_out(landing.kept_out)
    if landing.hop:
        yield Remark(f"to a {landing.hop.to}: {landing.hop.why}", Tone.DOOR, "door")


def _kept_out(refusals: Sequence[Refusal]) -> Remarks:
    for refusal in refusals:
        yield Remark(describe_answer(refusal.answer), Tone.SURPRISE, f"{refusal.whom}:")


def _methods(landing: Landing) -> str:
    methods = landing.view.methods
    return "every method" if methods is None else ", ".join(methods)


def _render(facts: Facts) -> Remarks:
    landing, page = facts.landing, facts.error_page
    if landing is not None and not landing.refusal:
        yield Remark(describe_answer(facts.made), Tone.WAY if landing.accepted else Tone.SURPRISE)
        if landing.accepted and landing.template_hooks:
            hooks = f"process_template_response {then_of(landing.template_hooks)}"
            yield Remark(hooks, Tone.ASIDE, "if it renders late:")
    elif landing is None and page is not None:
        yield Remark(describe_answer(facts.made), Tone.SURPRISE)
        if facts.debug:
            shown = "lists the routes" if page.status == 404 else "shows the traceback"
            yield Remark(f"DEBUG is on: the page that {shown}", Tone.ASIDE)
        else:
            whose = f"handler{page.status}" if page.own else "built in"
            yield Remark(page.source.name, label=whose, more=page.source.place)


def _middleware_out(facts: Facts) -> Remarks:
    called = [f"{v.layer.source.short}.{v.layer.outward}" for v in facts.visits if v.leaves]
    calls = [call for call in reversed(called) if not call.endswith(".")]
    yield Remark(", then ".join(calls) or "nothing is called on the way out")
    if facts.answer != facts.made:
        yield Remark(describe_answer(facts.answer), Tone.SURPRISE, "instead")
    if facts.landing and facts.landing.exception_hooks and not facts.landing.refusal:
        hooks = f"process_exception {then_of(facts.landing.exception_hooks)}"
        yield Remark(hooks, Tone.ASIDE, "if it raises:")


def then_of(hooks: Sequence[str]) -> str:
    """ "of A, then of B", for hooks that are called in this order."""
    return ", then ".join(f"of {hook.rpartition('.')[0]}" for hook in hooks)


def route_text(candidate: Candidate) -> str:
    """The route as one can see it; that of the front page is empty."""
    return candidate.route or "(empty route)"


def describe_answer(answer: Answer) -> str:
    """An answer in one line."""
    if answer.status is None:
        return f"the response of {answer.by}"
    location = f" to {answer.location}" if answer.location else ""
    return f"{answer.status} {answer.text.rstrip('.')}{location}, by {answer.by}"


_FURNITURE: Mapping[str, Callable[[Facts], Remarks]] = MappingProxyType(
    {
        "accept": _accept,
        "read": _read,
        "gateway": _gateway,
        "handler": _handler,
        "request": _request,
        "middleware.in": _middleware_in,
        "resolve": _resolve,
        "middleware.view": _middleware_view,
        "view": _view,
        "render": _render,
        "middleware.out": _middleware_out,
        "write": _write,
        "send": _send,
    }
)
