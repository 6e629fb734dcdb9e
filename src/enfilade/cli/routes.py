"""``enfilade routes``: every route of an application."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from enfilade.cli.site import (
    application_argument,
    find_site,
    json_option,
    load_plan,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from enfilade.urls.routes import Route


@click.command("routes")
@click.option("--grep", metavar="TEXT", help="Only routes with TEXT in route, name or view.")
@json_option
@application_argument
def command(grep: str | None, as_json: bool, application: str | None) -> None:
    """List the routes of an application, in the order in which they are tried."""
    routes = load_plan(find_site(application)).routes
    shown = [route for route in routes if grep is None or _has(route, grep.lower())]
    if as_json:
        print_json([asdict(route) for route in shown])
    else:
        _print(shown, len(routes))
    if grep is not None and not shown:
        raise SystemExit(1)  # as grep does


def _has(route: "Route", text: str) -> bool:
    return any(text in (part or "").lower() for part in (route.route, route.name, route.view))


def _nothing(count: int) -> str:
    if count < 2:
        return "The only route does not have that text in it." if count else "There are no routes."
    return f"None of the {count} routes has that text in it."


def _print(routes: "Sequence[Route]", count: int) -> None:
    from enfilade.cli.register import print_routes
    from enfilade.cli.terminal import make_console

    console = make_console()
    if not routes:
        console.print(_nothing(count))
        return
    print_routes(console, routes)
    shown = f"{len(routes)} of {count}" if len(routes) != count else str(count)
    wins = "." if count == 1 else "s; the first that matches wins."
    console.print(f"\n{shown} route{wins}")
