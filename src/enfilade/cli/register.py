"""The list of routes: one line each where there is room, else two."""

from collections.abc import Sequence

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from enfilade.explain.source import shorten
from enfilade.urls.routes import Route

HEADINGS = ("#", "methods", "route", "name", "view", "written in")

UNDERSTOOD = frozenset({"HEAD", "OPTIONS"})
"""Methods that go without saying; JSON says them."""


UNBOUNDED = 10_000
"""Columns; more than any route needs."""


def print_routes(console: Console, routes: Sequence[Route]) -> None:
    """Print *routes*, each with its view and where that stands."""
    table = _table(routes)
    unbounded = console.options.update(max_width=UNBOUNDED)
    if Measurement.get(console, unbounded, table).maximum <= console.width:
        console.print(table)
    else:
        _print_pairs(console, routes)


def _table(routes: Sequence[Route]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading == "#" else "left", no_wrap=True)
    for route in routes:
        view = Text(route.view.rpartition(".")[2]).append_text(_mark(route))
        name = Text(route.name or "", "out")
        place = Text(_place(route) or route.view, "aside")
        table.add_row(str(route.index), _methods(route), _route(route), name, view, place)
    return table


def _print_pairs(console: Console, routes: Sequence[Route]) -> None:
    for route in routes:
        head = Text.assemble((f"{route.index:>3}  ", "number"), _route(route))
        console.print(head.append(f"  {route.name or ''}", "out"), soft_wrap=True)
        place = _place(route) or route.view
        below = Text(f"     {_methods(route)}  {place}", "aside").append_text(_mark(route))
        console.print(below, soft_wrap=True)


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


def _mark(route: Route) -> Text:
    return Text(" async", "door") if route.is_async else Text()


def _place(route: Route) -> str:
    file, _, line = (route.source or "").rpartition(":")
    return f"{shorten(file)}:{line}" if file else ""
