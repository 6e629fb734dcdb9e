"""The middleware as a picture: a row for each, the way in on the left, the way out on the right."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from enfilade.explain import Plan
from enfilade.explain.plan import LayerPlan
from enfilade.trace import Entry

ROW = 54
"""The height of a row, in the units of the picture."""

TOP = 44
"""What lies above the first row."""

Times = Mapping[tuple[str, str], int]
"""Medians in nanoseconds by event and middleware."""


@dataclass(frozen=True, slots=True)
class Door:
    """Between one row and the next further in: "" for a mere call, else to where it leads."""

    y: int
    to: str


@dataclass(frozen=True, slots=True)
class Row:
    """One middleware, and the median times of its way in and out, ``None`` if none is recorded."""

    layer: LayerPlan
    y: int
    time_in: int | None
    time_out: int | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The rows, outermost first, and what stands between them; ``core`` is where the view is."""

    rows: tuple[Row, ...]
    doors: tuple[Door, ...]
    core: int
    height: int


def draw_chain(plan: Plan, entries: Iterable[Entry]) -> Picture:
    """The picture of *plan* with the times of *entries*."""
    times = _times(entries)
    rows, doors = [], [Door(TOP - 14, plan.door)] if plan.door else []
    for number, layer in enumerate(plan.layers):
        y = TOP + number * ROW
        others = tuple(hook for hook in layer.hooks if hook not in (layer.inward, layer.outward))
        time_in = times.get(("middleware.in", layer.source.name))
        time_out = times.get(("middleware.out", layer.source.name))
        rows.append(Row(layer, y, time_in, time_out, others))
        if layer.door:
            doors.append(Door(y + ROW - 10, layer.door))
    core = TOP + len(plan.layers) * ROW
    return Picture(tuple(rows), tuple(doors), core, core + ROW + 14)


def _times(entries: Iterable[Entry]) -> Times:
    """Of a middleware that is called as a whole the times in and out are events, too."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in entries:
        for event in entry.events:
            if event.event in ("middleware.in", "middleware.out") and event.until > event.at:
                found[event.event, _owner(event.node)].append(event.until - event.at)
    return {key: round(median(times)) for key, times in found.items()}


def _owner(node: str) -> str:
    """The middleware that *node*, a hook or itself, belongs to."""
    owner, _, hook = node.rpartition(".")
    return owner if hook.removeprefix("a").startswith("process_") else node
