"""``enfilade explain --diff A B``: two plans of one request, side by side."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from enfilade.cli.sides import Question, ask_both
from enfilade.cli.site import print_json

if TYPE_CHECKING:
    from rich.table import Table

    from enfilade.explain.difference import Change, Difference

MARKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"same": (" ", ""), "came": ("+", "way"), "went": ("-", "error"), "moved": ("~", "surprise")}
)
"""The mark and the style of each kind of change."""
TIMES = ("before", "after", "change")
LEFT_OUT = "the steps of the server, of which two plans of different kinds do not know the same"


def compare_plans(first: str, second: str, question: Question, as_json: bool) -> bool:
    """Show what *second* has different from *first*, and return whether it has anything: see
    :func:`~enfilade.cli.sides.ask_both`."""
    from enfilade.explain.difference import compare

    before, after = ask_both(first, second, question)
    difference = compare(before, after)
    if as_json:
        print_json(difference.to_dict())
    else:
        requests = dict.fromkeys(map(_request_of, (before, after)))
        _draw(difference, ", then ".join(requests), f"{first}, then {second}")
    return not difference.is_empty


def _request_of(plan: Any) -> str:
    line = plan.get("line") or {}
    return f"{line.get('method', '')} {line.get('path', '')}".strip()


def _draw(difference: "Difference", request: str, sides: str) -> None:
    from rich.text import Text

    from enfilade.cli.terminal import make_console, plain, print_labelled, print_title, print_view

    console = make_console()
    console.print()
    print_title(console, plain(request), sides)
    print_view(console, _table(difference))
    before, after = difference.answers
    if before != after:
        print_labelled(console, "answer", Text(f"{before}, now {after}", style="surprise"))
    elif difference.is_empty:
        print_labelled(console, "answer", Text("the same way to the same answer"))
    if difference.partial:
        print_labelled(console, "left out", Text(LEFT_OUT, style="aside"))


def _table(difference: "Difference") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="aside")
    table.add_column("")
    table.add_column("step", justify="right")
    table.add_column("")
    table.add_column("node", overflow="fold")
    columns = _columns(difference)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for change in difference.changes:
        mark, style = MARKS[change.kind]
        label = "  " * change.depth + _called(change)
        times = (time for name, time in _times(change).items() if name in columns)
        table.add_row(mark, str(change.step), change.event, label, *times, style=style)
    return table


def _called(change: "Change") -> str:
    """By its whole names what has another one now, since that is all that differs."""
    return ", now ".join(change.names) if change.is_elsewhere else change.label


def _columns(difference: "Difference") -> list[str]:
    """Those that have anything to tell."""
    told = [_times(change) for change in difference.changes]
    return [name for name in TIMES if any(times[name] for times in told)]


def _times(change: "Change") -> dict[str, str]:
    from enfilade.explain.page import milliseconds

    before, after = change.before_ns, change.after_ns
    texts = ["" if ns is None else milliseconds(ns) for ns in (before, after)]
    ratio = f"{after / before:.2f} times" if before and after is not None else ""
    return dict(zip(TIMES, (*texts, ratio), strict=True))
