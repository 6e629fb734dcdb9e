"""The plan of a request behind a server: the application's own plan, with the rooms of the server
around it, or without the application where the server answers by itself.

Every plan can be admitted, of whatever framework it is.
"""

from collections.abc import Iterator
from dataclasses import replace

from enfilade.explain.entrance import Entrance
from enfilade.explain.facts import Facts
from enfilade.explain.foresight import Answer
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import Remark, Room
from enfilade.explain.server_rooms import remarks_of
from enfilade.explain.server_stops import server_stops
from enfilade.lifecycle import Half, step

TURNING_BACK = ("accept", "read", "write", "send")
"""The events of a request that the server answers by itself."""


def admit(plan: RequestPlan, entrance: Entrance) -> RequestPlan:
    """*plan* behind the server that *entrance* tells of."""
    own = server_stops(entrance)
    facts = replace(plan.facts, entrance=entrance, stops=(*own, *plan.facts.stops))
    if entrance.answer is None:
        return replace(plan, facts=facts, rooms=tuple(_furnished(plan, facts)))
    facts = replace(_turned_away(facts, entrance.answer), stops=own)
    rooms = tuple(
        room if room.event in TURNING_BACK else replace(room, entered=False, remarks=())
        for room in _furnished(plan, facts)
    )
    return replace(plan, facts=facts, rooms=rooms, nodes=())


def _turned_away(facts: Facts, answer: Answer) -> Facts:
    return replace(
        facts,
        visits=tuple(replace(visit, enters=False, leaves=False) for visit in facts.visits),
        resolution=None,
        landing=None,
        error_page=None,
        hops=(),
        occasional_hops=(),
        made=answer,
        answer=answer,
        lints=(),
    )


def _furnished(plan: RequestPlan, facts: Facts) -> Iterator[Room]:
    for room in plan.rooms:
        more: tuple[Remark, ...] = ()
        if step(room.event).half is Half.SERVER:
            more = tuple(remarks_of(room.event, facts))
        yield replace(room, remarks=(*room.remarks, *more))
