"""Draws what the recorder has kept: many requests as lines, one as its steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from rich.console import Console, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from enfilade.cli.measurement import outcome
from enfilade.cli.node_table import node_table
from enfilade.cli.terminal import plain, print_labelled, print_view
from enfilade.explain.page import milliseconds
from enfilade.explain.recorded import measure_entry
from enfilade.explain.source import shorten
from enfilade.explain.standing import Standing, stand
from enfilade.trace import Entry, Note

SHORT = 8
"""Characters of a span that are shown; they are hardly ever those of another one as well."""

COLUMN = 14

HEADINGS = ("time", "span", "took", "queued", "status", "why", "method", "path", "route")

WIDE = 104
"""Columns of a terminal that has room for how long each request waited and for its route."""

_WIDTHS: Mapping[str, int] = MappingProxyType(
    {"time": 12, "span": SHORT, "took": 10, "queued": 10, "status": 6, "why": 9, "method": 6}
)
_NUMBERS = frozenset(("took", "queued", "status"))
_NOT_WHERE_NARROW = frozenset(("queued", "route"))
_STRETCHED = frozenset(("path", "route"))
_FIRST_TO_GO = ("why", "method", "took", "time")
"""What a narrow terminal does without, in this order, before the path is too short; a span that
was cut could not be typed."""

_FOLLOWED_IN_A_PIPE: Mapping[str, int] = MappingProxyType(
    {"time": 23, "took": 12, "queued": 12, "why": 15, "method": 7, "path": 40}
)
"""Columns of a table whose lines are still to come, and may not be cut."""

GAP, LEAST = 2, 12
"""Columns of a terminal: between two of the table, and for the narrowest path."""


def requests_view(
    console: Console, entries: Sequence[Entry], widths: dict[str, int] | None = None
) -> RenderableType:
    """A line for each of *entries*, as wide as *console*. Lines below others go on without a head
    if *widths* are those of their columns, which is filled where it is empty."""
    rows = [_cells(entry, is_short=console.is_terminal) for entry in entries]
    left_out = _NOT_WHERE_NARROW if console.is_terminal and console.width < WIDE else frozenset()
    is_followed, widths = widths is not None, {} if widths is None else widths
    headed = not widths
    if headed:
        widths.update((n, _width(n, rows)) for n in HEADINGS if n not in left_out)
        if is_followed:  # by lines that may need the room
            _make_room(widths, console)
        if console.is_terminal:
            _fit(widths, console.width)
    elif not console.is_terminal:  # other programs need what is there
        widths.update((name, _width(name, rows, width)) for name, width in widths.items())
    table = Table(
        box=None, padding=(0, GAP, 0, 0), pad_edge=False, show_header=headed, header_style="aside"
    )
    for name, width in widths.items():
        justify: JustifyMethod = "right" if name in _NUMBERS else "left"
        table.add_column(name, width=width, justify=justify, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(row[name] for name in widths))
    return table


def _width(name: str, rows: Sequence[Mapping[str, Text]], least: int = 0) -> int:
    longest = max((row[name].cell_len for row in rows), default=0)
    return max(longest, _WIDTHS.get(name, 0), len(name), least)


def _make_room(widths: dict[str, int], console: Console) -> None:
    for name, width in widths.items():
        more = _FOLLOWED_IN_A_PIPE.get(name, 0)
        if console.is_terminal:
            more = console.width if name in _STRETCHED else 0
        widths[name] = max(width, more)


def _fit(widths: dict[str, int], columns: int) -> None:
    """Shorten path and route, the route to no more than a third of the room that both have. Where
    the path would be too short, other columns are left out, and first the reasons shortened."""
    if _room(widths, columns) < LEAST + GAP + LEAST:
        widths.pop("route", None)
    for name in _FIRST_TO_GO:
        lack = LEAST - _room(widths, columns)
        if lack > 0 and name == "why":
            spare = min(lack, widths["why"] - _WIDTHS["why"])
            widths["why"] -= spare
            lack -= spare
        if lack > 0:
            del widths[name]
    room = _room(widths, columns)
    if "route" in widths:
        widths["route"] = max(min(widths["route"], (room + GAP) // 3 - GAP), LEAST)
        room -= widths["route"] + GAP
    widths["path"] = min(widths["path"], max(room, 1))


def _room(widths: Mapping[str, int], columns: int) -> int:
    """What *columns* leave for path and route, without the gap before them."""
    return columns - sum(width + GAP for name, width in widths.items() if name not in _STRETCHED)


def draw_entry(console: Console, entry: Entry) -> None:
    """Draw all that is known of *entry*."""
    title = (f"{plain(entry.method)} {target(entry)}", "title")
    console.print()
    head = Text.assemble(" " * 5, title, (f"   {_origin(entry)}", "aside"))
    console.print(head, soft_wrap=True)
    print_view(console, node_table(console, measure_entry(entry)))
    for label, text in _facts(entry):
        print_labelled(console, label, text, COLUMN)
    _draw_list(console, "traceback", [_frame(each) for each in reversed(entry.error_frames)])
    _draw_list(console, "notes", [_note(note) for note in entry.notes])
    _draw_list(console, "stood in", [_standing(each) for each in stand(entry.stacks)])
    for name, pairs in (("asked with", entry.fields), ("answered with", entry.response_fields)):
        _draw_list(console, name, [Text(plain(f"{name}: {value}")) for name, value in pairs])
    if entry.cut:
        said = f"{entry.cut} events, notes, frames, stacks or fields had no room in the recorder"
        print_labelled(console, "cut", Text(said, style="surprise"), COLUMN)
    console.print()


def target(entry: Entry) -> str:
    """What was asked for, with nothing that a terminal would obey."""
    return plain(f"{entry.path}?{entry.query}" if entry.query else entry.path)


def _cells(entry: Entry, is_short: bool) -> dict[str, Text]:
    cells = (
        Text(_clock(entry.time) if is_short else _time(entry.time)),
        Text(entry.span[:SHORT], "aside"),
        Text(milliseconds(entry.duration), "surprise" if "slow" in entry.why else ""),
        Text(milliseconds(entry.queued)),
        Text(str(entry.status or "-"), _style(entry)),
        Text(" ".join(entry.why), "aside"),
        Text(plain(entry.method)),
        Text(target(entry)),
        Text(plain(entry.route), "aside"),
    )
    return dict(zip(HEADINGS, cells, strict=True))


def _facts(entry: Entry) -> Iterator[tuple[str, Text]]:
    lost = "lost" in entry.why
    measured = measure_entry(entry)
    if measured.status is not None:
        measured = replace(measured, failure="")  # which has a line of its own
    said = "none" if lost else outcome(measured).plain
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
    head = (f"{f'{each.count} of {each.whole}':>10}  ", "aside")
    return Text.assemble(head, "  " * each.depth, _frame(each.frame))


def _frame(frame: str) -> Text:
    file, _, place = frame.rpartition(":")
    return Text(plain(f"{shorten(file)}:{place}"))


def _clock(seconds: float) -> str:
    """Without the day if that is today."""
    moment = datetime.fromtimestamp(seconds)
    today = moment.date() == datetime.now().date()
    return moment.strftime("%H:%M:%S.%f")[:-3] if today else moment.strftime("%m-%d %H:%M:%S")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(" ", "milliseconds")
