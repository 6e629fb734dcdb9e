"""Draws what the recorder has kept: many requests as lines, one as its steps."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from enfilade.cli.live_server import plain
from enfilade.cli.measurement import node_table, outcome
from enfilade.cli.terminal import print_labelled, print_view
from enfilade.explain.page import milliseconds
from enfilade.explain.recorded import measure_entry
from enfilade.explain.source import shorten
from enfilade.explain.standing import Standing, stand
from enfilade.trace import Entry, Note

SHORT = 8
"""Characters of a span that are shown; they are hardly ever those of another one as well."""

COLUMN = 14

_COLUMNS = (
    ("time", 23, False),
    ("span", SHORT, False),
    ("took", 12, True),
    ("queued", 12, True),
    ("status", 6, True),
    ("why", 9, False),
    ("method", 6, False),
    ("path", 1, False),
    ("route", 1, False),
)


def requests_view(entries: Sequence[Entry], *, headed: bool = True) -> Table:
    """A line for each of *entries*; lines below others need not be *headed* again."""
    table = Table(
        box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=headed, header_style="aside"
    )
    for name, width, is_number in _COLUMNS:
        table.add_column(
            name,
            justify="right" if is_number else "left",
            min_width=width,
            no_wrap=True,
            overflow="ellipsis" if width == 1 else "fold",
        )
    for entry in entries:
        table.add_row(*_cells(entry))
    return table


def draw_entry(console: Console, entry: Entry) -> None:
    """Draw all that is known of *entry*."""
    title = (f"{plain(entry.method)} {target(entry)}", "title")
    console.print()
    head = Text.assemble(" " * 5, title, (f"   {_origin(entry)}", "aside"))
    console.print(head, soft_wrap=True)
    print_view(console, node_table(console, measure_entry(entry)))
    for label, text in _facts(entry):
        print_labelled(console, label, text, COLUMN)
    _draw_list(console, "notes", [_note(note) for note in entry.notes])
    _draw_list(console, "stood in", [_standing(each) for each in stand(entry.stacks)])
    for name, pairs in (("asked with", entry.fields), ("answered with", entry.response_fields)):
        _draw_list(console, name, [Text(plain(f"{name}: {value}")) for name, value in pairs])
    if entry.cut:
        said = f"{entry.cut} events, notes, stacks or fields had no room in the recorder"
        print_labelled(console, "cut", Text(said, style="surprise"), COLUMN)
    console.print()


def target(entry: Entry) -> str:
    """What was asked for, with nothing that a terminal would obey."""
    return plain(f"{entry.path}?{entry.query}" if entry.query else entry.path)


def _cells(entry: Entry) -> Iterator[str | Text]:
    style = _style(entry)
    yield _time(entry.time)
    yield Text(entry.span[:SHORT], "aside")
    yield Text(milliseconds(entry.duration), "surprise" if "slow" in entry.why else "")
    yield milliseconds(entry.queued)
    yield Text(str(entry.status or "-"), style)
    yield Text(" ".join(entry.why), "aside")
    yield plain(entry.method)
    yield target(entry)
    yield Text(plain(entry.route), "aside")


def _facts(entry: Entry) -> Iterator[tuple[str, Text]]:
    lost = "lost" in entry.why
    said = "none" if lost else outcome(measure_entry(entry)).plain
    yield "answer", Text(said, style=_style(entry))
    yield "time", Text(f"{milliseconds(entry.duration)} from {_time(entry.time)}")
    yield "waited", Text(milliseconds(entry.queued))
    yield "kept for", Text(", ".join(entry.why))
    if entry.route:
        yield "route", Text(plain(entry.route))
    if entry.error:
        yield "because" if lost else "raised", Text(plain(entry.error), style="error")
    yield "span", Text(entry.span)
    came_from = f" from {entry.parent}" if entry.parent else ""
    yield "trace", Text(entry.trace_id + came_from)


def _origin(entry: Entry) -> str:
    peer = f"from {entry.peer}, " if entry.peer else ""
    version = f"{plain(entry.version)}, " if entry.version else ""
    return f"{peer}{version}worker {entry.pid}"


def _style(entry: Entry) -> str:
    return "error" if entry.status >= 500 or not entry.status else ""


def _draw_list(console: Console, label: str, lines: Sequence[Text]) -> None:
    for number, line in enumerate(lines):
        print_labelled(console, label if not number else "", line, COLUMN)


def _note(note: Note) -> Text:
    lasted = f" ({milliseconds(note.until - note.at)})" if note.until else ""
    head = (f"{milliseconds(note.at):>12}  {note.kind} {plain(note.source)}{lasted}  ", "aside")
    return Text.assemble(head, "\n".join(map(plain, note.text.splitlines())))


def _standing(each: Standing) -> Text:
    head = (f"{each.count:>5} of {each.whole}  ", "aside")
    file, _, place = each.frame.rpartition(":")
    return Text.assemble(head, "  " * each.depth, plain(f"{shorten(file)}:{place}"))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(" ", "milliseconds")
