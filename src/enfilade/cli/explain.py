"""``enfilade explain METHOD PATH``: the rooms that one request would walk through."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.server_flags import arguments_of, server_flags, take_flags
from enfilade.cli.site import (
    application_argument,
    asgi_option,
    find_server,
    json_option,
    load_subject,
    named_folder,
    print_json,
    strict_option,
)
from enfilade.cli.wish import Wish

if TYPE_CHECKING:
    from enfilade.cli.sides import Question
    from enfilade.explain.line import Draft
    from enfilade.explain.measured import Measurement
    from enfilade.explain.request import RequestPlan
    from enfilade.explain.subject import Subject
    from enfilade.server.configuration import Configuration

DIFF = (
    "Compare two plans, each a file of --json, a MODULE:NAME, a folder with a site, or a revision"
    " of it: rev:HEAD~1."
)
HEADER = "A header field of the request, as 'Accept-Language: de'; may be repeated."
_UNNAMED = f"{__name__}.unnamed"
"""The key of whether nobody has named a request, among what click keeps of one command line."""


class _Explain(click.Command):
    """Shows how a request is written to who leaves out a part."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        path = next((each for each in args if each.startswith(("/", "http"))), "/")
        written = list(args)  # click takes out of the list what it has read
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter as error:
            # Saved plans know their request; an option is no method.
            if "--diff" in written and error.param and error.param.name == "method":
                ctx.meta[_UNNAMED] = True
                return super().parse_args(ctx, [*written, "GET", "/"])
            example = f"A request has a method and a path: enfilade explain GET {path}"
            raise click.UsageError(f"{error.format_message()} {example}", ctx) from None


@click.command("explain", cls=_Explain)
@server_flags
@asgi_option
@json_option
@strict_option
@click.option(
    "--candidates",
    metavar="NUMBER",
    type=click.IntRange(0),
    help="How many routes that lose to show.  [3]",
)
@click.option("-H", "--header", "headers", metavar="FIELD", multiple=True, help=HEADER)
@click.option("--data", metavar="TEXT", help="The body; @FILE takes it from a file.")
@click.option("--form", metavar="NAME=VALUE", multiple=True, help="A field of a form as the body.")
@click.option("--analyze", is_flag=True, help="Make the request, in this process, and measure it.")
@click.option(
    "--times",
    metavar="NUMBER",
    type=click.IntRange(1),
    default=1,
    help="How often to make it; medians are shown.  [1]",
)
@click.option("--html", metavar="FILE", help="Write a page that can be handed on.")
@click.option("--diff", nargs=2, metavar="A B", help=DIFF)
@click.argument("method")
@click.argument("path")
@application_argument
def command(
    application: str | None,
    asgi: bool,
    as_json: bool,
    html: str | None,
    diff: tuple[str, str] | None,
    **asked: Any,
) -> None:
    """Show what one request would meet, in the thirteen rooms of its walk.

    No view runs without --analyze. PATH may have a query (/search/?q=door) or be a whole address
    (https://example.org/search/). All options of enfilade run may be given too, for the server
    that is meant.
    """
    flags, strict = take_flags(asked), asked.pop("strict")
    wish = Wish(**asked)
    if diff is not None:
        if html is not None:
            raise click.UsageError("--html writes one plan, and --diff has two: take --json.")
        arguments = [*wish.options(asgi), *arguments_of(flags)]
        differ = _compare(diff, _question(wish, arguments, application), as_json)
        raise SystemExit(1 if strict and differ else 0)
    if html is not None and as_json:
        raise click.UsageError("--html and --json are two ways to show it: take one.")
    server = find_server(application, asgi, flags)
    reference = server.options.application
    loaded, subject = load_subject(reference, asgi)
    draft = subject.complete(wish.draft())
    plan = _plan(server, loaded, subject, draft, wish)
    measurement = _measure(subject, plan, draft, wish) if wish.analyze else None
    if html is not None:
        _write_page(html, plan, measurement, reference)
    elif as_json:
        print_json({"application": reference, **to_dict(plan, measurement)})
    else:
        _draw(plan, measurement, reference)
    if strict and plan.facts.lints:
        raise SystemExit(1)


def _plan(
    server: "Configuration", application: Any, subject: "Subject", draft: "Draft", wish: Wish
) -> "RequestPlan":
    """The plan of the whole walk, through server and application."""
    from enfilade.explain.admission import admit
    from enfilade.explain.entrance import Reception

    reception = Reception(server, application, subject.interface)
    plan = subject.explain(reception.introduce(draft), wish.candidates)
    return admit(plan, reception.receive(draft))


def _question(wish: Wish, arguments: list[str], application: str | None) -> "Question":
    from enfilade.cli.sides import Question

    unnamed = click.get_current_context().meta.get(_UNNAMED, False)
    method, path = ("", "") if unnamed else (wish.method, wish.path)
    return Question(arguments, method, path, application, named_folder())


def _compare(names: tuple[str, str], question: "Question", as_json: bool) -> bool:
    """Whether the two plans differ, which is shown."""
    from enfilade.cli.comparison import compare_plans

    return compare_plans(*names, question, as_json)


def _measure(subject: "Subject", plan: "RequestPlan", draft: "Draft", wish: Wish) -> "Measurement":
    from enfilade.explain.measured import measure
    from enfilade.explain.rehearsal import rehearse

    performances = rehearse(
        subject.application, draft.method, draft.target, draft.fields, draft.body, wish.times
    )
    return measure(plan, performances)


def to_dict(plan: "RequestPlan", measurement: "Measurement | None") -> dict[str, Any]:
    """Plan and measurement in types that JSON has; measured nodes in the place of the others."""
    if measurement is None:
        return plan.to_dict()
    nodes = [node.to_dict() for node in measurement.nodes]
    return {**plan.to_dict(), "nodes": nodes, "measured": measurement.to_dict()}


def _write_page(
    file: str, plan: "RequestPlan", measurement: "Measurement | None", reference: str
) -> None:
    from enfilade.explain.page import make_page

    try:
        Path(file).write_text(make_page(plan, measurement, reference), "utf-8")
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}.") from None


def _draw(plan: "RequestPlan", measurement: "Measurement | None", reference: str) -> None:
    from enfilade.cli.terminal import make_console

    console = make_console()
    if measurement is None:
        from enfilade.cli.portrait import draw_request

        draw_request(console, plan, reference)
    else:
        from enfilade.cli.measurement import draw_measurement

        draw_measurement(console, plan, measurement, reference)
