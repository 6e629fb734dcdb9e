"""The table of what was measured: a line for each node, be it of a plan or of a recorded request.

On a terminal that is too narrow for all of it, remarks and names are cut and columns left out, the
least telling first; where none is, every line is as long as it comes.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from enfilade.cli.portrait import NAMES
from enfilade.cli.terminal import glyphs_for, plain
from enfilade.explain.measured import Measurement
from enfilade.explain.page import describe_node, milliseconds
from enfilade.explain.timed import MeasuredNode
from enfilade.lifecycle import HOP
from enfilade.trace import RAISED

Row = Mapping[str, Text]

COLUMNS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "step": ("step", {"justify": "right", "style": "number"}),
        "room": ("", {"style": "room"}),
        "node": ("node", {}),
        "total": ("total", {"justify": "right"}),
        "self": ("self", {"justify": "right"}),
        "remark": ("", {}),
    }
)
"""The heading and the look of each."""

LEFT_OUT = ((), ("room",), ("room", "self"), ("room", "self", "remark"))
"""What is left out of tables that are ever narrower."""

GAP, EDGES = 3, 2
WRAPPED = 16
"""A remark with at least so many columns goes on in the next line, a shorter one is cut."""

LEAST = MappingProxyType({"node": 24, "remark": 10})
"""Columns that these have at least, before anything is left out for them."""

YIELDING = (("remark", WRAPPED), *LEAST.items(), ("node", 1))
"""Which columns become narrower, and how narrow, in this order."""


def node_table(console: Console, measurement: Measurement) -> Table:
    """The table of *measurement*, for the width of *console*."""
    mark = glyphs_for(console).slow
    rows = [_row(each, measurement.total_ns, mark) for each in measurement.nodes]
    widths = _widths(rows)
    if console.is_terminal:
        widths = _fitted(widths, console.width)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="aside")
    for name, width in widths.items():
        heading, look = COLUMNS[name]
        wraps = name == "remark" and width >= WRAPPED
        table.add_column(heading, no_wrap=not wraps, overflow="ellipsis", width=width, **look)
    for row in rows:
        table.add_row(*(row[name] for name in widths))
    return table


def _widths(rows: Sequence[Row]) -> dict[str, int]:
    """As wide as each column would be."""
    return {
        name: max(len(heading), *(row[name].cell_len for row in rows), 0)
        for name, (heading, _) in COLUMNS.items()
    }


def _fitted(widths: Mapping[str, int], columns: int) -> dict[str, int]:
    """*widths* that fit in so many *columns*, perhaps without some of them."""
    kept = dict(widths)
    for left_out in LEFT_OUT:
        kept = {name: width for name, width in widths.items() if name not in left_out}
        if _least(kept) <= columns:
            break
    for name, least in YIELDING:
        excess = max(_whole(kept) - columns, 0)
        if name in kept and kept[name] > least:
            kept[name] = max(kept[name] - excess, least)
    return kept


def _least(widths: Mapping[str, int]) -> int:
    return _whole({name: min(width, LEAST.get(name, width)) for name, width in widths.items()})


def _whole(widths: Mapping[str, int]) -> int:
    return EDGES + sum(widths.values()) + GAP * (len(widths) - 1)


def _row(each: MeasuredNode, whole: int, mark: str) -> Row:
    node = each.node
    room = Text("" if node.event == HOP else NAMES.get(node.event, node.event))
    label = Text("  " * node.depth + plain(node.label))
    if each.executed:
        label.stylize("door" if node.event == HOP else "way" if each.slowest else "")
        times = (milliseconds(each.total_ns), milliseconds(each.self_ns))
        remark = _remark(each, whole, mark)
    else:
        room.stylize("aside")
        label.stylize("aside")
        times, remark = ("", ""), Text("never executed", style="aside")
    cells = (Text(str(node.step)), room, label, *map(Text, times), remark)
    return dict(zip(COLUMNS, cells, strict=True))


def _remark(each: MeasuredNode, whole: int, mark: str) -> Text:
    said = plain(describe_node(each))
    remark = Text(said, style="error" if each.outcome == RAISED else "surprise")
    if each.slowest and (each.node.depth or each.total_ns < whole):
        share = f"{mark} {each.total_ns / max(whole, 1):.0%} "
        remark = Text(share, style="way") + remark
    return remark
