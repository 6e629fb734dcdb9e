"""``enfilade walk``: step through one request, from room to room."""

import sys
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.site import (
    application_argument,
    asgi_option,
    aside,
    find_server,
    json_option,
    load_subject,
    print_json,
    told,
)
from enfilade.cli.wish import Wish
from enfilade.secrecy import hide_target

if TYPE_CHECKING:
    from enfilade.explain.subject import Subject
    from enfilade.explain.walk import Station
    from enfilade.server.configuration import Configuration

HEADER = "A header field of the request, as 'Accept-Language: de'; may be repeated."


@click.command("walk")
@asgi_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Print all stations, and wait for no key.")
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

    The request is really made, in this process: the view runs. Then Enter leads to the next
    station, b to the one before, a number to that room, and q ends the walk. Without METHOD and
    PATH the front page is asked for.
    """
    method, path, application = _arranged(asked.pop("method"), asked.pop("path"), application)
    wish = Wish(method=method, path=path, candidates=None, analyze=False, times=1, **asked)
    server = find_server(application, asgi)
    stations = _walk(server, wish, asgi)
    title = f"{wish.method.upper()} {hide_target(wish.path)}", server.options.application
    if as_json:
        stages = [station.to_dict() for station in stations]
        print_json({"application": title[1], "request": title[0], "stations": stages})
        return
    from enfilade.cli.terminal import make_console
    from enfilade.cli.tour import Tour

    tour = Tour(make_console(), stations, *title)
    if everything or not (sys.stdin.isatty() and sys.stdout.isatty()):
        tour.show_all()
    else:
        tour.walk()


def _arranged(
    method: str | None, path: str | None, application: str | None
) -> tuple[str, str, str | None]:
    """Method, path and application, of which each may have been left out."""
    given = [each for each in (method, path, application) if each is not None]
    place = next((place for place, each in enumerate(given) if _is_target(each)), None)
    if place is not None and place < 2:
        before, target, behind = given[:place], given[place], given[place + 1 :]
        if len(behind) > 1:
            said = f"Behind {target} stands the application, which is one: {' or '.join(behind)}?"
            raise click.UsageError(said)
        return next(iter(before), "GET"), target, next(iter(behind), None)
    named = given.pop() if given and ":" in given[-1] else None
    if named is None and len(given) == 1 and "." in given[0]:
        named = given.pop()  # a module, which no method is called like
    match given:
        case []:
            return "GET", "/", named
        case [only]:
            return only, "/", named
    return given[0], given[1], named or application


def _is_target(text: str) -> bool:
    """Whether *text* can be nothing but a path or an address."""
    return text.startswith("/") or "://" in text


def _walk(server: "Configuration", wish: Wish, asgi: bool) -> "list[Station]":
    from enfilade.explain.entrance import Reception
    from enfilade.explain.lifespan import Lifespan
    from enfilade.explain.request import CANDIDATES
    from enfilade.explain.subject import called
    from enfilade.explain.walk import Venue, find_stations, take_walk

    application, subject = load_subject(server.options.application, asgi)
    given = subject.complete(wish.draft())
    draft = Reception(server, application, subject.interface).introduce(given)
    lifespan = Lifespan(called(application, subject), server.options.boot_timeout)
    venue = Venue(_walked(application, subject), subject.interface, server, lifespan)
    with aside():
        with told(server.options.application):
            plan = subject.explain(draft, CANDIDATES)
        return find_stations(venue, take_walk(venue, given), plan)


def _walked(application: Any, subject: "Subject") -> Any:
    """The application as it is named, wrapped perhaps, if it has the door that is asked for."""
    from enfilade.explain.subject import called, find_django

    if find_django(application) is not None:  # observed, which that one may not be
        return subject.application
    return called(application, subject)
