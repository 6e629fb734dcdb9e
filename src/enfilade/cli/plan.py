"""``enfilade plan``: the way of every request through an application."""

from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.explained import Shape
from enfilade.cli.planning import plan_within
from enfilade.cli.site import (
    application_argument,
    asgi_option,
    aside,
    find_server,
    json_option,
    load_subject,
    print_json,
    strict_option,
    told,
)

if TYPE_CHECKING:
    from enfilade.explain.plan import Plan
    from enfilade.explain.subject import Subject
    from enfilade.server.configuration import Configuration


@click.command("plan")
@asgi_option
@json_option
@strict_option
@application_argument
def command(asgi: bool, as_json: bool, strict: bool, application: str | None) -> None:
    """Show what every request goes through: middleware, hooks in true order, hops, error pages."""
    show_plan(find_server(application, asgi), asgi, as_json, strict)


def show_plan(server: "Configuration", asgi: bool, as_json: bool, strict: bool) -> None:
    """Show the plan of the application behind *server*; exit with 1 if it is to be *strict* and
    there is a mistake. Of one that cannot be looked into, ``GET /`` stands for all requests."""
    reference = server.options.application
    loaded = load_subject(reference, asgi)
    with aside(), told(reference):
        plan = loaded[1].plan()
    if plan is None:
        _show_closed(server, loaded, as_json)
        return
    _show(plan, reference, as_json)
    if strict and plan.lints:
        raise SystemExit(1)


def _show(plan: "Plan", reference: str, as_json: bool) -> None:
    if as_json:
        print_json({"application": reference, **plan.to_dict()})
        return
    from enfilade.cli.blueprint import draw_plan
    from enfilade.cli.terminal import make_console

    draw_plan(make_console(), plan, reference)


def _show_closed(server: "Configuration", loaded: "tuple[Any, Subject]", as_json: bool) -> None:
    from enfilade.explain.line import Draft

    planned = plan_within(server, loaded, Draft("GET", "/"))
    Shape(as_json, html=None).show(planned.plan, None, planned.reference)
