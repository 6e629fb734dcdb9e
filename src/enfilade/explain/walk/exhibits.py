"""What there is to be seen at each station: the objects that pass the door."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from enfilade.explain.nodes import ERROR_PAGE
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import route_text
from enfilade.explain.source import written
from enfilade.explain.walk.journey import Journey, Venue
from enfilade.explain.walk.looks import (
    changes,
    look_at,
    look_at_bytes,
    shorten,
)
from enfilade.explain.walk.witness import Sight
from enfilade.secrecy import HIDDEN, hide_fields, hide_target
from enfilade.server.access_format import choose_format
from enfilade.server.access_text import escape
from enfilade.trace import RAISED

_MADE = frozenset({"response", ERROR_PAGE[1]})
"""The nodes of step 10 from which a response comes; others are hooks."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Something to be seen, in *lines*."""

    label: str
    lines: tuple[str, ...]


def exhibit(label: str, lines: Sequence[str]) -> Exhibit:
    """*lines* as what *label* says."""
    return Exhibit(label, tuple(lines))


def table(look: Mapping[str, str]) -> list[str]:
    """Names and values, one below the other."""
    width = max(map(len, look), default=0)
    return [f"{name:{width}}  {value}" for name, value in look.items()]


class Exhibits:
    """Those of *journey* through *venue*."""

    def __init__(self, venue: Venue, journey: Journey, plan: RequestPlan | None) -> None:
        self.venue = venue
        self.journey = journey
        self.plan = plan

    # The server's rooms ----------------------------------------------------------------------

    def arrival(self) -> Iterator[Exhibit]:
        yield exhibit("bytes that arrive", look_at_bytes(self.journey.arrived))

    def head(self) -> Iterator[Exhibit]:
        head = self.journey.head
        if head is None:
            yield exhibit("refused", [self.journey.refused])
            return
        major, minor = head.version
        look = {
            "method": head.method,
            "target": hide_target(head.target),
            "version": f"{major}.{minor}",
            **dict(hide_fields(head.fields.items())),
        }
        yield exhibit("head", table({name: shorten(value) for name, value in look.items()}))
        yield exhibit("body", [f"{len(self.journey.body)} bytes"])
        if self.journey.greeted:
            said = f"the server answers itself, with {self.journey.record.status}"
            yield exhibit("ends here", [said])

    def carrier(self) -> Iterator[Exhibit]:
        name = "scope" if self.venue.is_asgi else "environ"
        yield exhibit(name, table(self.journey.carrier))

    def written(self) -> Iterator[Exhibit]:
        journey = self.journey
        if journey.messages:
            yield exhibit("messages", [_message(each) for each in journey.messages])
        yield exhibit("bytes that leave", look_at_bytes(journey.left))
        if journey.framing:
            yield exhibit("the body ends by", [journey.framing])
        if journey.enough:
            yield exhibit("and so on", ["the walk reads no further; a client may"])
        if journey.failure:
            yield exhibit("raised", [f"{journey.failure}; the server answers 500"])

    def sent(self) -> Iterator[Exhibit]:
        journey = self.journey
        kept = "kept for the next request" if journey.kept else "closed"
        yield exhibit("the connection is", [kept])
        record = replace(
            journey.record,
            target=hide_target(journey.record.target),
            referer=hide_target(journey.record.referer),
        )
        line = choose_format(self.venue.configuration.options)(record)
        hidden = line.decode().rstrip().replace(escape(HIDDEN), HIDDEN)
        yield exhibit("access line", [hidden])

    def closed_door(self) -> Iterator[Exhibit]:
        yield exhibit(
            "behind it",
            [
                "something that is not Enfilade's: it has rooms of its own,",
                "and only what goes in and what comes out can be seen",
            ],
        )

    # The application's rooms -----------------------------------------------------------------

    def of(self, sight: Sight, hop: str) -> Iterator[Exhibit]:
        """What was to be seen at *sight*, to which a *hop* led, if any."""
        if hop:
            yield exhibit("hop", [hop])
        match sight.event:
            case "handler":
                yield from self.handler()
            case "request":
                yield exhibit("request", table(_attributes(sight.after.request)))
            case "resolve":
                yield from self.match()
            case "view":
                yield from self.view()
            case "render" if sight.node in _MADE:
                yield exhibit("response", table(sight.after.response))
                yield exhibit("body", sight.after.body)
        if sight.event not in ("handler", "request") and sight.node not in _MADE:
            yield from _changed(sight)

    def handler(self) -> Iterator[Exhibit]:
        if self.plan is not None:
            names = [visit.layer.source.short for visit in self.plan.facts.visits]
            yield exhibit("middleware", names or ["none"])

    def match(self) -> Iterator[Exhibit]:
        match = self.journey.witness.match
        if match is not None:
            found = {
                "route": match.route or "(empty route)",
                "name": getattr(match, "url_name", None) or "",
                **{name: look_at(name, value) for name, value in match.kwargs.items()},
            }
            yield exhibit("match", table({name: text for name, text in found.items() if text}))
        if self.plan is not None:
            yield from _losers(self.plan)

    def view(self) -> Iterator[Exhibit]:
        match = self.journey.witness.match
        if match is not None:
            given = [look_at("", value) for value in match.args]
            given += [f"{name}={look_at(name, value)}" for name, value in match.kwargs.items()]
            view = written(match.func)
            name = getattr(view, "__name__", type(view).__name__)
            yield exhibit("called", [f"{name}({', '.join(['request', *given])})"])


def _attributes(look: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in look.items() if not name.startswith("META[")}
    return {**own, "META": "what came through the door"}


def _losers(plan: RequestPlan) -> Iterator[Exhibit]:
    resolution = plan.facts.resolution
    if resolution is not None and resolution.others:
        look = {route_text(each): each.reason for each in resolution.others}
        more = [f"and {resolution.more} more"] if resolution.more else []
        yield exhibit("routes that lost", [*table(look), *more])


def _changed(sight: Sight) -> Iterator[Exhibit]:
    before, after = sight.before, sight.after
    requested = changes(before.request, after.request)
    if before.identity == after.identity:
        responded = changes(before.response, after.response)
    else:
        responded = table(after.response)
    if requested:
        yield exhibit("request", requested)
    if responded:
        yield exhibit("response", responded)
    of_hook = sight.event.startswith("middleware")
    if of_hook and not requested and not responded and sight.outcome != RAISED:
        yield exhibit("changes", ["nothing"])


def _message(message: Mapping[str, Any]) -> str:
    if message["type"] == "http.response.start":
        pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"]]
        fields = ", ".join(f"{name}: {value}" for name, value in hide_fields(pairs))
        return f"http.response.start  status {message['status']}  {shorten(fields, 400)}"
    more = ", and more to come" if message.get("more_body") else ""
    return f"{message['type']}  {len(message.get('body', b''))} bytes{more}"
