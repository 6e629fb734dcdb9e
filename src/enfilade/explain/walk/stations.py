"""The stations of a walk, in order: one for each piece that the request came through, and one for
each room that it did not enter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from enfilade.explain.measured import measure
from enfilade.explain.rehearsal import Performance
from enfilade.explain.request import RequestPlan
from enfilade.explain.source import Source
from enfilade.explain.timed import MeasuredNode, time_nodes
from enfilade.explain.walk.excerpts import Numbered, read_lines
from enfilade.explain.walk.exhibits import Exhibit, Exhibits
from enfilade.explain.walk.journey import Journey, Venue
from enfilade.explain.walk.whereabouts import place_of
from enfilade.explain.walk.witness import Sight
from enfilade.lifecycle import HOP, STEPS, Half, Step, step
from enfilade.trace import Trace

FRAMEWORK = tuple(each for each in STEPS if each.half is Half.FRAMEWORK)

NOTHING = "nothing is called here"
NOT_ENTERED = "not entered"
CLOSED = "a closed door"


@dataclass(frozen=True, slots=True)
class Station:
    """A place where one stands: in room ``step`` at ``title``, whose code is at ``source``.

    ``outcome`` says how it ended if that was not as usual; ``missed`` is what was not entered, or
    ``remark`` says why there is nothing, and then nothing else is told. ``purpose`` is told once a
    room that was entered.
    """

    step: Step
    title: str = ""
    source: Source | None = None
    lines: tuple[Numbered, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    outcome: str = ""
    missed: tuple[str, ...] = ()
    remark: str = ""
    purpose: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The station in types that JSON has."""
        source = self.source
        return {
            "step": self.step.number,
            "room": self.step.name,
            "event": self.step.event,
            "title": self.title,
            "purpose": self.purpose,
            "file": source and source.file,
            "line": source and source.line,
            "lines": [text for _, text in self.lines],
            "objects": {each.label: list(each.lines) for each in self.exhibits},
            "outcome": self.outcome,
            "missed": list(self.missed),
            "remark": self.remark,
        }


def find_stations(venue: Venue, journey: Journey, plan: RequestPlan | None = None) -> list[Station]:
    """The stations of *journey* through *venue*; *plan* knows where the site's pieces are written,
    and those that were not entered. There is none of an application that is not known."""
    stations = list(_Itinerary(venue, journey, plan).stations())
    told: set[int] = set()
    for place, station in enumerate(stations):
        number = station.step.number
        if number not in told and not (station.missed or station.remark):
            told.add(number)
            stations[place] = replace(station, purpose=station.step.purpose.replace("`", ""))
    return stations


class _Itinerary:
    def __init__(self, venue: Venue, journey: Journey, plan: RequestPlan | None) -> None:
        self.venue = venue
        self.journey = journey
        self.plan = plan
        self.exhibits = Exhibits(venue, journey, plan)

    def stations(self) -> Iterator[Station]:
        yield self.of_server("accept", self.exhibits.arrival())
        yield self.of_server("read", self.exhibits.head())
        if self.journey.asked:
            yield self.of_server("gateway", self.exhibits.carrier())
            yield from self.application()
        else:
            rooms = (step("gateway"), *FRAMEWORK)
            yield from (Station(each, remark=NOT_ENTERED) for each in rooms)
        yield self.of_server("write", self.exhibits.written())
        yield self.of_server("send", self.exhibits.sent())

    def of_server(self, event: str, exhibits: Iterable[Exhibit]) -> Station:
        source = place_of(event, self.venue)
        return Station(
            step(event),
            title=source.short if source else "",
            source=source,
            lines=read_lines(source, most=6),
            exhibits=tuple(exhibits),
        )

    # The application -------------------------------------------------------------------------

    def application(self) -> Iterator[Station]:
        sights = [each for each in self.journey.witness.events if isinstance(each, Sight)]
        if not sights:
            yield self.closed_door()
            return
        stations = list(self.inside(sights))
        for each in FRAMEWORK:
            if all(station.step is not each for station in stations):
                place = (
                    i for i, station in enumerate(stations) if station.step.number > each.number
                )
                stations.insert(next(place, len(stations)), self.empty(each, stations))
        yield from stations

    def inside(self, sights: Sequence[Sight]) -> Iterator[Station]:
        """What was entered, and in its places what was not."""
        seen = iter(sights)
        hop = ""
        nodes = self.nodes(sights)
        for key, group in groupby(nodes, lambda node: (node.executed, node.node.step)):
            if not key[0]:
                names = tuple(dict.fromkeys(node.node.label for node in group))
                yield Station(STEPS[key[1] - 1], missed=names)
                continue
            for node in group:
                sight = next(seen)
                if node.node.event == HOP:
                    hop = node.node.name
                elif STEPS[node.node.step - 1] in FRAMEWORK:
                    yield self.at(node, sight, hop)
                    hop = ""

    def nodes(self, sights: Sequence[Sight]) -> Sequence[MeasuredNode]:
        if self.plan is None:
            return time_nodes([sights])
        trace = Trace()
        trace.events.extend(sights)
        return measure(self.plan, [Performance(trace, None, 0)]).nodes

    def at(self, node: MeasuredNode, sight: Sight, hop: str) -> Station:
        source = node.node.source or place_of(sight.event, self.venue, self.journey, self.plan)
        ended = sight.failure if sight.event != "resolve" else ""  # that says what it has tried
        outcome = f"{node.outcome} {ended or node.detail}".strip() if node.outcome else ""
        return Station(
            STEPS[node.node.step - 1],
            title=source.short if sight.event == "view" and source else node.node.label,
            source=source,
            lines=read_lines(source),
            exhibits=tuple(self.exhibits.of(sight, hop)),
            outcome=outcome,
        )

    def empty(self, room: Step, stations: Sequence[Station]) -> Station:
        """A room without a piece: the request did not come there, or the site has none for it."""
        inward = range(room.number + 1, step("view").number + 1)
        passed = any(station.step.number in inward and not station.missed for station in stations)
        if not passed and room is not step("middleware.out"):
            return Station(room, remark=NOT_ENTERED)
        planned = {each.event: each for each in self.plan.rooms} if self.plan else {}
        known = room.event in planned and planned[room.event].remarks
        return Station(room, remark=known[0].text if known else NOTHING)

    def closed_door(self) -> Station:
        return Station(
            step("handler"),
            title=CLOSED,
            source=place_of("handler", self.venue),
            lines=read_lines(place_of("handler", self.venue)),
            exhibits=tuple(self.exhibits.closed_door()),
        )
