"""A plan as one HTML page that needs nothing else: no other file, no script, no site.

Query and header fields of the request stay out of it, and what an exception said, which may have
repeated them, so that it can be handed on.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from enfilade.explain.measured import Measurement
from enfilade.explain.nodes import Node
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import describe_answer
from enfilade.explain.timed import MeasuredNode
from enfilade.lifecycle import HOP, Half
from enfilade.reasons import REASONS
from enfilade.trace import RAISED
from enfilade.trace.failure import kind_of

TEMPLATES = Path(__file__).with_name("templates")
"""The templates, and the style that the profiler's pages share."""


FIRST = "the first request of this process: imports are part of it; --times 9 shows medians"
"""What is said of a measurement that is only that."""


def make_page(plan: RequestPlan, measurement: Measurement | None, application: str) -> str:
    """The page of *plan*, measured or not, of the *application* called so."""
    facts = plan.facts
    rows = _planned(plan) if measurement is None else _measured(measurement)
    return str(
        _template().render(
            line=facts.line,
            application=application,
            interface=facts.interface,
            debug=facts.debug,
            measured=measurement,
            outcome=_outcome(plan, measurement),
            nodes=list(rows),
            candidates=list(_candidates(plan)),
            server=[] if measurement else list(_server(plan)),
            stops=[] if measurement else [stop for stop in facts.stops if stop.happens != "yes"],
            lints=facts.lints,
            milliseconds=milliseconds,
            first=FIRST if measurement and measurement.is_first else "",
        )
    )


def milliseconds(ns: int) -> str:
    """A time as it is shown."""
    return f"{ns / 1e6:.3f} ms"


def describe_outcome(measurement: Measurement) -> str:
    """What came out, in one line."""
    if measurement.status is None:
        return f"none: the application raised {measurement.failure}"
    answer = f"{measurement.status} {REASONS.get(measurement.status, '')}".rstrip()
    then = "" if measurement.status >= 500 else "then "  # its answer had begun by then
    failed = f"; {then}raised {measurement.failure}" if measurement.failure else ""
    return f"{answer}, {measurement.size} bytes{failed}"


def describe_node(each: MeasuredNode) -> str:
    """How a node went, in a few words."""
    if not each.executed:
        return "never executed"
    return ": ".join(filter(None, (each.outcome, each.detail)))


def _template() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html")


def _outcome(plan: RequestPlan, measurement: Measurement | None) -> str:
    if measurement is not None:
        return describe_outcome(replace(measurement, failure=kind_of(measurement.failure)))
    return describe_answer(plan.facts.answer).partition("?")[0]


def _server(plan: RequestPlan) -> Iterator[dict[str, Any]]:
    """A line for each remark about the rooms of the server, where one is known."""
    if plan.facts.entrance is None:
        return
    for room in plan.rooms:
        if room.half == Half.SERVER:
            told = room.remarks[room.event == "gateway" :]  # its first one repeats the query
            yield from ({"step": room.number, "room": room.event, **asdict(r)} for r in told)


def _planned(plan: RequestPlan) -> Iterator[dict[str, Any]]:
    for node in plan.nodes:
        remark = node.when or ("" if node.certain else "may be met")
        yield {**_row(node), "remark": remark, "skipped": not node.certain}


def _measured(measurement: Measurement) -> Iterator[dict[str, Any]]:
    whole = max(measurement.total_ns, 1)
    for each in measurement.nodes:
        yield {
            **_row(each.node),
            "remark": describe_node(each),
            "skipped": not each.executed,
            "failed": each.outcome == RAISED,
            "slowest": each.slowest,
            "total_ns": each.total_ns,
            "self_ns": each.self_ns,
            "share": min(round(100 * each.total_ns / whole, 1), 100),
        }


def _row(node: Node) -> dict[str, Any]:
    return {
        "step": node.step,
        "room": "" if node.event == HOP else node.event,
        "label": node.label,
        "depth": node.depth,
        "place": node.source.place if node.source else "",
        "failed": False,
        "slowest": False,
    }


def _candidates(plan: RequestPlan) -> Iterator[Any]:
    resolution = plan.facts.resolution
    if resolution is None:
        return
    if resolution.winner is not None:
        yield resolution.winner
    yield from resolution.others
