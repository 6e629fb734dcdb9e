"""Draws what was measured of a plan: each node in its place, with its times, and what came out."""

from rich.console import Console
from rich.text import Text

from enfilade.cli.node_table import node_table
from enfilade.cli.terminal import plain, print_labelled, print_title, print_view
from enfilade.explain.measured import Measurement
from enfilade.explain.page import FIRST, describe_outcome, milliseconds
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import describe_answer


def draw_measurement(
    console: Console, plan: RequestPlan, measurement: Measurement, reference: str
) -> None:
    """Draw what *plan* of the application called *reference* took."""
    line = plan.facts.line
    console.print()
    aside = f"{reference}, {plan.facts.interface}, measured"
    print_title(console, plain(f"{line.method} {line.path}"), aside)
    print_view(console, node_table(console, measurement))
    for label, text in _last_words(measurement):
        print_labelled(console, label, text)
    if plan.facts.ends_at_the_door:
        answer = describe_answer(plan.facts.answer)
        said = f"the server would say {answer}, and not ask the application"
        print_labelled(console, "but", Text(said, style="surprise"))
    console.print()


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
