"""The list of routes: one line each where there is room, else two."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from enfilade.explain.source import shorten
from enfilade.urls.routes import Route

HEADINGS = ("#", "methods", "route", "name", "view", "written in")

UNDERSTOOD = frozenset({"HEAD", "OPTIONS"})
"""Methods that go without saying; JSON says them."""

GAP = 2
"""Columns between two columns of the table."""


def print_routes(console: Console, routes: Sequence[Route]) -> None:
    """Print *routes*, each with its view and where that stands."""
    rows = [[Text(heading, "aside") for heading in HEADINGS], *map(_cells, routes)]
    widths = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    if sum(widths) + GAP * (len(widths) - 1) <= console.width:
        lines = [_aligned(row, widths) for row in rows]
    else:
        lines = [line for route in routes for line in _pair(route)]
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True)


def _cells(route: Route) -> list[Text]:
    return [
        Text(str(route.number)),
        Text(_methods(route)),
        _route(route),
        Text(route.name or "", "out"),
        _view(route),
        Text(_place(route) or route.view, "aside"),
    ]


def _aligned(row: Sequence[Text], widths: Sequence[int]) -> Text:
    """One line of the table; the numbers stand right, everything else left."""
    blanks = [" " * (width - cell.cell_len) for cell, width in zip(row, widths, strict=True)]
    line = Text(blanks[0]).append_text(row[0])
    for cell, before in zip(row[1:], ["", *blanks[1:]], strict=False):
        line.append(before + " " * GAP).append_text(cell)
    return line


def _pair(route: Route) -> Iterator[Text]:
    """A route and its name, and below them its methods, its view and where that stands."""
    head = Text.assemble((f"{route.number:>3}  ", "number"), _route(route))
    yield head.append(f"  {route.name or ''}", "out")
    below = Text.assemble(f"     {_methods(route)}  ", _view(route), f"  {_place(route)}")
    below.stylize("aside")
    yield below


def _methods(route: Route) -> str:
    if route.methods is None:
        return "any"
    said = [method for method in route.methods if method not in UNDERSTOOD]
    return " ".join(said or route.methods)


def _route(route: Route) -> Text:
    """The route with its parameters in colour."""
    text = Text(route.route if route.route.startswith("^") else f"/{route.route}")
    text.highlight_regex(r"<[^>]+>", "in")
    return text


def _view(route: Route) -> Text:
    name = Text(route.view.rpartition(".")[2])
    return name.append(" async", "door") if route.is_async else name


def _place(route: Route) -> str:
    file, _, line = (route.source or "").rpartition(":")
    return f"{shorten(file)}:{line}" if file else ""
