"""What the page of one request shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from enfilade.explain import RequestPlan
from enfilade.explain.nodes import Key, Node
from enfilade.profiler.source import Site
from enfilade.profiler.waterfall import Said, Waterfall, draw, gather, repeated
from enfilade.trace import Entry
from enfilade.urls.explain import Candidate


@dataclass(frozen=True, slots=True)
class Routing:
    """How the routes of now would fare with the request; ``failure`` says why nobody knows."""

    winner: Candidate | None = None
    others: tuple[Candidate, ...] = ()
    more: int = 0
    failure: str = ""

    @property
    def near(self) -> list[Candidate]:
        """The winner, and who has something in common with the path; all, where none has."""
        winner = [] if self.winner is None else [self.winner]
        others = [each for each in self.others if each.nearness]
        return [*winner, *others] or list(self.others)

    @property
    def far(self) -> list[Candidate]:
        """The others."""
        near = self.near
        return [each for each in self.others if each not in near]


@dataclass(frozen=True, slots=True)
class Portrait:
    """One request as it is shown. ``newer`` and ``older`` are the spans of its neighbours, "" where
    there is none."""

    entry: Entry
    waterfall: Waterfall
    said: list[Said]
    repeated: list[tuple[str, int, int]]
    routing: Routing | None
    newer: str
    older: str

    @property
    def has_events(self) -> bool:
        """Whether it was traced, so that there is more than the server's word."""
        return any(event.until for event in self.entry.events)


def portray(entry: Entry, entries: list[Entry], site: Site | None) -> Portrait:
    """The portrait of *entry*, one of *entries*."""
    plan, failure = _explain(entry, site)
    known: Mapping[Key, Node] = {node.key: node for node in plan.nodes} if plan else {}
    spans = [each.span for each in entries]
    place = spans.index(entry.span) if entry.span in spans else -1
    return Portrait(
        entry=entry,
        waterfall=draw(entry, known),
        said=gather(entry.notes),
        repeated=repeated(entry.notes),
        routing=_routing(plan, failure),
        newer=spans[place - 1] if place > 0 else "",
        older=spans[place + 1] if -1 < place < len(spans) - 1 else "",
    )


def _explain(entry: Entry, site: Site | None) -> tuple[RequestPlan | None, str]:
    if site is None:
        return None, ""
    try:
        return site.explain(entry.method, entry.path), ""
    except Exception as error:  # of the site's converters, or about what is no target
        return None, f"{type(error).__name__}: {error}"


def _routing(plan: RequestPlan | None, failure: str) -> Routing | None:
    if plan is None:
        return Routing(failure=failure) if failure else None
    resolution = plan.facts.resolution
    if resolution is None:
        return Routing(failure="It would be answered before the URLconf is asked.")
    return Routing(resolution.winner, resolution.others, resolution.more, resolution.failure)
