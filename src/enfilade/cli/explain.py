"""``enfilade explain METHOD PATH``: the rooms that one request would walk through."""

from typing import TYPE_CHECKING

import click

from enfilade.cli.site import (
    application_argument,
    asgi_option,
    find_site,
    json_option,
    load_handler,
    print_json,
)

if TYPE_CHECKING:
    from enfilade.explain.request import RequestPlan


class _Explain(click.Command):
    """Shows how a request is written to who leaves out a part."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        path = next((each for each in args if each.startswith(("/", "http"))), "/")
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            example = f"A request has a method and a path: enfilade explain GET {path}"
            raise click.UsageError(f"{error.format_message()} {example}", ctx) from None


@click.command("explain", cls=_Explain)
@asgi_option
@json_option
@click.option(
    "--candidates",
    metavar="NUMBER",
    type=click.IntRange(0),
    help="How many routes that lose to show.  [3]",
)
@click.argument("method")
@click.argument("path")
@application_argument
def command(
    asgi: bool,
    as_json: bool,
    candidates: int | None,
    method: str,
    path: str,
    application: str | None,
) -> None:
    """Show what one request would meet, in the thirteen rooms of its walk.

    No view runs. PATH may have a query (/search/?q=door) or be a whole address
    (https://example.org/search/).
    """
    from enfilade.explain import explain_request

    reference = find_site(application, asgi)
    plan = explain_request(load_handler(reference, asgi), method, path, candidates)
    if as_json:
        print_json({"application": reference, **plan.to_dict()})
    else:
        _draw(plan, reference)


def _draw(plan: "RequestPlan", reference: str) -> None:
    from enfilade.cli.portrait import draw_request
    from enfilade.cli.terminal import make_console

    draw_request(make_console(), plan, reference)
