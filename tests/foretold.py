"""What the plan of a request foretells, laid beside what its trace says."""

from typing import Any

from enfilade.explain import RequestPlan
from enfilade.trace import Trace


def keys(things: Any) -> list[tuple[str, str]]:
    """The nodes of a plan, or the events of a trace, so that they can be compared."""
    return [(thing.event, getattr(thing, "node", None) or thing.name) for thing in things]


def meets_what_is_certain(plan: RequestPlan, record: Trace) -> None:
    happened = iter(keys(record.events))
    certain = [node.key for node in plan.nodes if node.certain]
    assert [key for key in certain if key in happened] == certain


def nobody_of_the_site_stops(record: Trace, framework: str) -> bool:
    """Whether nothing but *framework* itself answered or raised."""
    return not any(
        event.outcome in ("answered", "raised")
        and not (event.event == "resolve" or event.node.startswith(f"{framework}."))
        for event in record.events
    )
