"""Draws what was measured, a plan or a recorded request: each node in its place, with its times,
and what was never executed."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from enfilade.cli.portrait import NAMES
from enfilade.cli.terminal import glyphs_for, plain, print_labelled, print_view
from enfilade.explain.measured import Measurement
from enfilade.explain.page import FIRST, describe_node, describe_outcome, milliseconds
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import describe_answer
from enfilade.explain.timed import MeasuredNode
from enfilade.lifecycle import HOP
from enfilade.trace import RAISED


def draw_measurement(
    console: Console, plan: RequestPlan, measurement: Measurement, reference: str
) -> None:
    """Draw what *plan* of the application called *reference* took."""
    line = plan.facts.line
    title = (plain(f"{line.method} {line.path}"), "title")
    aside = (f"   {reference}, {plan.facts.interface}, measured", "aside")
    console.print()
    console.print(Text.assemble(" " * 5, title, aside))
    print_view(console, node_table(console, measurement))
    for label, text in _last_words(measurement):
        print_labelled(console, label, text)
    if plan.facts.ends_at_the_door:
        answer = describe_answer(plan.facts.answer)
        said = f"the server would say {answer}, and not ask the application"
        print_labelled(console, "but", Text(said, style="surprise"))
    console.print()


def node_table(console: Console, measurement: Measurement) -> Table:
    """A line for each node of *measurement*, be it of a plan or of a recorded request."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="aside")
    table.add_column("step", justify="right", style="number", no_wrap=True)
    table.add_column("", style="room", no_wrap=True)
    table.add_column("node", overflow="fold")
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("self", justify="right", no_wrap=True)
    table.add_column("")
    mark = glyphs_for(console).slow
    for each in measurement.nodes:
        table.add_row(*_row(each, measurement.total_ns, mark))
    return table


def _row(each: MeasuredNode, whole: int, mark: str) -> tuple[str | Text, ...]:
    node = each.node
    name = "" if node.event == HOP else NAMES.get(node.event, node.event)
    label = "  " * node.depth + plain(node.label)
    if not each.executed:
        skipped = Text("never executed", style="aside")
        return (
            str(node.step),
            Text(name, style="aside"),
            Text(label, style="aside"),
            "",
            "",
            skipped,
        )
    style = "door" if node.event == HOP else "way" if each.slowest else ""
    said = plain(describe_node(each))
    remark = Text(said, style="error" if each.outcome == RAISED else "surprise")
    if each.slowest and (node.depth or each.total_ns < whole):
        share = f"{mark} {each.total_ns / max(whole, 1):.0%} "
        remark = Text(share, style="way") + remark
    times = (milliseconds(each.total_ns), milliseconds(each.self_ns))
    return str(node.step), name, Text(label, style=style), *times, remark


def _last_words(measurement: Measurement) -> list[tuple[str, Text]]:
    words = [("answer", outcome(measurement)), ("time", Text(milliseconds(measurement.total_ns)))]
    if measurement.is_first:
        words.append(("that was", Text(FIRST, style="aside")))
    if measurement.times > 1:
        words.append(("times", Text(f"the median of {measurement.times}")))
    if measurement.strayed:
        said = f"{measurement.strayed} went another way and are left out"
        words.append(("others", Text(said, style="surprise")))
    return words


def outcome(measurement: Measurement) -> Text:
    """What came out, in red if that is an error."""
    failed = measurement.status is None or measurement.status >= 400
    return Text(describe_outcome(measurement), style="error" if failed else "way")
