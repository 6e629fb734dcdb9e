"""``enfilade walk``: step through one request, from room to room."""

import sys
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.site import (
    NotOurs,
    application_argument,
    asgi_option,
    find_server,
    import_application,
    json_option,
    load_both,
    print_json,
)
from enfilade.cli.wish import Wish

if TYPE_CHECKING:
    from enfilade.explain.line import Draft
    from enfilade.explain.request import RequestPlan
    from enfilade.explain.walk import Stop, Venue
    from enfilade.handlers.base import BaseHandler
    from enfilade.server.configuration import Configuration

HEADER = "A header field of the request, as 'Accept-Language: de'; may be repeated."


@click.command("walk")
@asgi_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Print all stops, and wait for no key.")
@click.option("-H", "--header", "headers", metavar="FIELD", multiple=True, help=HEADER)
@click.option("--data", metavar="TEXT", help="The body; @FILE takes it from a file.")
@click.option("--form", metavar="NAME=VALUE", multiple=True, help="A field of a form as the body.")
@click.argument("method", required=False, metavar="[METHOD]")
@click.argument("path", required=False, metavar="[PATH]")
@application_argument
def command(
    application: str | None, asgi: bool, as_json: bool, everything: bool, **asked: Any
) -> None:
    """Step through one request, from room to room, with the objects that pass each door.

    The request is really made, in this process: the view runs. Then Enter leads to the next stop,
    b to the one before, a number to that room, and q ends the walk. Without METHOD and PATH the
    front page is asked for.
    """
    method, path, application = _arranged(asked.pop("method"), asked.pop("path"), application)
    wish = Wish(method=method, path=path, candidates=None, analyze=False, times=1, **asked)
    server = find_server(application, asgi)
    stops = _walk(server, wish, asgi)
    title = f"{wish.method.upper()} {wish.path}", server.options.application
    if as_json:
        stages = [stop.to_dict() for stop in stops]
        print_json({"application": title[1], "request": title[0], "stops": stages})
        return
    from enfilade.cli.terminal import make_console
    from enfilade.cli.tour import Tour

    tour = Tour(make_console(), stops, *title)
    if everything or not (sys.stdin.isatty() and sys.stdout.isatty()):
        tour.show_all()
    else:
        tour.walk()


def _arranged(
    method: str | None, path: str | None, application: str | None
) -> tuple[str, str, str | None]:
    """Method, path and application, of which each may have been left out."""
    given = [each for each in (method, path, application) if each is not None]
    named = given.pop() if given and ":" in given[-1] and "://" not in given[-1] else None
    match given:
        case []:
            return "GET", "/", named
        case [only] if only.startswith(("/", "http")):
            return "GET", only, named
        case [only]:
            return only, "/", named
        case [first, second]:
            return first, second, named
    return given[0], given[1], given[2]


def _walk(server: "Configuration", wish: Wish, asgi: bool) -> "list[Stop]":
    from enfilade.explain.line import Draft
    from enfilade.explain.walk import Venue, find_stops, take_walk
    from enfilade.server.loading.application import choose_interface

    reference = server.options.application
    draft, plan = wish.draft(), None
    try:
        loaded, handler = load_both(reference, asgi)
    except NotOurs:
        wanted = "asgi" if asgi else server.options.interface
        interface, called = choose_interface(import_application(reference), wanted)
        venue = Venue(called, interface, server)
        if draft.target.startswith("/"):  # our own settings would say which host is meant
            draft = Draft(draft.method, f"http://localhost{draft.target}", draft.fields, draft.body)
    else:
        venue = _venue(server, loaded, handler)
        plan = _plan(server, venue, handler, draft)
    return find_stops(venue, take_walk(venue, draft), plan)


def _venue(server: "Configuration", loaded: Any, handler: Any) -> "Venue":
    """The application as it is named, wrapped perhaps, if it has the door that is asked for."""
    from enfilade.explain.walk import Venue
    from enfilade.server.loading.application import detect_interface

    interface = "asgi" if handler.chain.is_async else "wsgi"
    if detect_interface(loaded) == interface:
        return Venue(loaded, interface, server)
    twin = getattr(loaded, "asgi", handler) if interface == "asgi" else handler
    return Venue(twin, interface, server)


def _plan(
    server: "Configuration", venue: "Venue", handler: "BaseHandler", given: "Draft"
) -> "RequestPlan":
    """What says where the site's pieces are written."""
    from enfilade.explain import explain_request
    from enfilade.explain.entrance import Reception
    from enfilade.explain.request import CANDIDATES

    draft = Reception(server, venue.application, venue.interface).introduce(given)
    return explain_request(
        handler, draft.method, draft.target, CANDIDATES, fields=draft.fields, body=draft.body
    )
