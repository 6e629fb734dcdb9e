"""``enfilade requests``: what became of requests that a running server keeps."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.control import control_options, controlling, print_answer
from enfilade.cli.outcome_file import STANDARD_OUTPUT
from enfilade.cli.perfetto import write_trace

if TYPE_CHECKING:
    from enfilade.server.control import Answer, Control
    from enfilade.trace import Entry

INTERVAL = 0.5
"""Seconds from one look to the next when following."""

OVERLAP = 5.0
"""Seconds for which what has ended is asked for again: a worker writes down a moment later."""

MOST = 1000
"""Requests that one look asks for when following."""

IN_DEVELOPMENT = " A server of enfilade dev shows its requests at /-/enfilade/ in a browser."

CONDITIONS = (
    click.option("--slow", "slower", type=click.FloatRange(0), metavar="SECONDS", default=0.0,
                 help="Only those that took so long."),
    click.option("--failed", is_flag=True,
                 help="Only those answered with 5xx, and those lost with their worker."),
    click.option("--status", metavar="STATUS", default="",
                 help="Only those with this status, as 404, or of this class, as 4xx."),
    click.option("--method", metavar="METHOD", default="", help="Only those with this method."),
    click.option("--path", metavar="PREFIX", default="",
                 help="Only those whose path begins so."),
    click.option("--why", metavar="REASON", default="",
                 help="Only those kept for this: slow, failed, lost, sampled, asked, suspected,"
                 " upstream, development."),
    click.option("--limit", type=click.IntRange(1, MOST), metavar="N", default=20,
                 help="How many at most.  [20]"),
)  # fmt: skip


def conditions(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select, of :class:`~enfilade.server.processes.requests.Selection`."""
    for option in reversed(CONDITIONS):
        command = option(command)
    return command


@click.command("requests")
@click.argument("span", required=False)
@conditions
@click.option("--follow", is_flag=True, help="Go on and show what is kept from now on.")
@click.option("--perfetto", metavar="FILE", help="Write them for ui.perfetto.dev.")
@control_options
def command(
    span: str | None,
    follow: bool,
    perfetto: str | None,
    control: str | None,
    config: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Show requests that a running server keeps, the latest last: those that were slow or failed,
    and a few others.

    SPAN is one of them, or its beginning: all that is known of it is shown.
    """
    if follow and (span or perfetto):
        raise click.UsageError("--follow shows a list as it grows: neither SPAN nor --perfetto.")
    if span:
        asked = {"span": span.lower()}
    else:
        asked["method"] = asked["method"].upper()
    with controlling(control, config, as_json, IN_DEVELOPMENT) as server:
        if follow:
            _follow(server, asked, as_json)
            return
        details = bool(span or perfetto or as_json)
        answer = server.ask("requests", **asked, details=details)
    if perfetto:
        told = write_trace(perfetto, _entries(answer))
        if perfetto != STANDARD_OUTPUT:
            click.echo(told)
    elif as_json:
        print_answer(answer)
    elif span:
        _draw(_entries(answer)[0])
    else:
        _print(_entries(answer))


def _entries(answer: "Answer") -> list["Entry"]:
    """The requests of *answer*, the latest last."""
    from enfilade.trace import Entry

    return [Entry.from_dict(said) for said in reversed(answer["requests"])]


def _print(entries: "Sequence[Entry]", widths: dict[str, int] | None = None) -> None:
    from enfilade.cli.recorded import requests_view
    from enfilade.cli.terminal import make_console, print_view

    if entries or not widths:
        console = make_console()
        print_view(console, requests_view(console, entries, widths))


def _draw(entry: "Entry") -> None:
    from enfilade.cli.recorded import draw_entry
    from enfilade.cli.terminal import make_console

    draw_entry(make_console(), entry)


# To follow ---------------------------------------------------------------------------------


def _follow(server: "Control", asked: dict[str, Any], as_json: bool) -> None:
    widths = dict[str, int]()  # of the first lines, for all
    try:
        for entries in _news(server, asked, details=as_json):
            if as_json:
                for entry in entries:
                    click.echo(json.dumps(entry.to_dict(), ensure_ascii=False))
            else:
                _print(entries, widths)
    except KeyboardInterrupt:
        click.echo(err=True)  # below the ^C of the terminal


def _news(server: "Control", asked: dict[str, Any], details: bool) -> Iterator[list["Entry"]]:
    """First those that there are, then each time those that have come, until the server goes."""
    from enfilade.server.control import ControlError, ControlFailure

    since, seen, latest = 0.0, set[str](), asked["limit"]
    asked = {**asked, "limit": MOST, "details": details}
    while True:
        try:
            found = _entries(server.ask("requests", **asked, since=since))
        except ControlFailure:
            raise
        except ControlError as error:
            if not since:
                raise
            click.echo(f"{error}\nHint: {error.hint}" if error.hint else str(error), err=True)
            return
        new = [entry for entry in found if entry.span not in seen]
        yield new if since else new[-latest:]
        since, seen = time.time() - OVERLAP, {entry.span for entry in found}
        time.sleep(INTERVAL)
