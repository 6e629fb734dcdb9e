"""``enfilade plan``: the way of every request through an application."""

import click

from enfilade.cli.site import (
    application_argument,
    asgi_option,
    find_site,
    json_option,
    load_plan,
    print_json,
    strict_option,
)


@click.command("plan")
@asgi_option
@json_option
@strict_option
@application_argument
def command(asgi: bool, as_json: bool, strict: bool, application: str | None) -> None:
    """Show what every request goes through: middleware, hooks in true order, hops, error pages."""
    show_plan(find_site(application, asgi), asgi, as_json, strict)


def show_plan(reference: str, asgi: bool, as_json: bool, strict: bool) -> None:
    """Show the plan of the application called *reference*; exit with 1 if it is to be *strict*
    and there is a mistake."""
    plan = load_plan(reference, asgi)
    if as_json:
        print_json({"application": reference, **plan.to_dict()})
    else:
        from enfilade.cli.blueprint import draw_plan
        from enfilade.cli.terminal import make_console

        draw_plan(make_console(), plan, reference)
    if strict and plan.lints:
        raise SystemExit(1)
