"""``enfilade explain METHOD PATH``: the rooms that one request would walk through."""

from typing import TYPE_CHECKING, Any

import click

from enfilade.cli.explained import Shape
from enfilade.cli.live import explain_live, live_options, take_live
from enfilade.cli.outcome_file import STANDARD_OUTPUT, check_writable
from enfilade.cli.perfetto import write_trace
from enfilade.cli.plan import show_plan
from enfilade.cli.planning import Named, plan_request
from enfilade.cli.server_flags import arguments_of, server_flags, take_flags
from enfilade.cli.sides import Question
from enfilade.cli.site import (
    application_argument,
    asgi_option,
    aside,
    json_option,
    named_folder,
    strict_option,
)
from enfilade.cli.wish import Wish

if TYPE_CHECKING:
    from enfilade.cli.planning import Planned
    from enfilade.explain.measured import Measurement

DIFF = (
    "Compare two plans, each a file of --json, a MODULE:NAME, a folder with a site, or a revision"
    " of it: rev:HEAD~1."
)
HTML = "Write a page that can be handed on; - is standard output."
PERFETTO = (
    "--perfetto is for --analyze in this process; what a server keeps is written by enfilade"
    " requests --perfetto FILE."
)
HEADER = "A header field of the request, as 'Accept-Language: de'; may be repeated."
_OF_A_REQUEST = ("headers", "data", "form", "analyze", "html", "server", "candidates", "perfetto")
"""The options that say or want something of one request."""
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
            if error.param and error.param.name == "method":
                # Saved plans know their request, and without one there is that of the whole site.
                rest = super().parse_args(ctx, [*written, "GET", "/"])
                if ctx.params["diff"] or not any(map(ctx.params.get, _OF_A_REQUEST)):
                    ctx.meta[_UNNAMED] = True
                    return rest
            example = f"A request has a method and a path: enfilade explain GET {path}"
            raise click.UsageError(f"{error.format_message()} {example}", ctx) from None


def _two(ctx: click.Context, param: click.Parameter, names: Any) -> Any:
    option = next((name for name in names or () if name.startswith("-")), None)
    if option is None:
        return names
    raise click.UsageError(
        f"Two things follow --diff, the one and the other that are compared, and {option} is none."
        " Write other options before --diff, or behind both.",
        ctx,
    )


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
    help="How often to make it; medians are shown.  [1]",
)
@live_options
@click.option("--perfetto", metavar="FILE", help="Write what was measured for ui.perfetto.dev.")
@click.option("--html", metavar="FILE", help=HTML)
@click.option("--diff", nargs=2, metavar="A B", callback=_two, help=DIFF)
@click.option("--app", "named", metavar="MODULE:NAME", help="The application, before METHOD.")
@click.argument("method")
@click.argument("path")
@application_argument
def command(
    application: str | None,
    named: str | None,
    asgi: bool,
    as_json: bool,
    html: str | None,
    diff: tuple[str, str] | None,
    **asked: Any,
) -> None:
    """Show what one request would meet, in the thirteen rooms of its walk; without METHOD and
    PATH, what all requests go through, as enfilade plan does.

    No view runs without --analyze. PATH may have a query (/search/?q=door) or be a whole address
    (https://example.org/search/). All options of enfilade run may be given too, for the server
    that is meant.
    """
    application = _one_of(application, named)
    flags, strict, live = take_flags(asked), asked.pop("strict"), take_live(asked)
    perfetto, times = asked.pop("perfetto"), asked.pop("times")
    wish = Wish(times=times or 1, **asked)
    live.check(wish.analyze, bool(diff))
    if times and not wish.analyze:
        raise click.UsageError("--times is for --analyze, which makes the request.")
    if perfetto and (not wish.analyze or live.server or diff):
        raise click.UsageError(PERFETTO)
    unnamed = click.get_current_context().meta.get(_UNNAMED, False)
    if diff is not None:
        if html is not None:
            raise click.UsageError("--html writes one plan, and --diff has two: take --json.")
        arguments = [*wish.options(asgi), *arguments_of(flags)]
        request = ("", "") if unnamed else (wish.method, wish.path)
        question = Question(arguments, *request, application, named_folder())
        raise SystemExit(1 if _compare(diff, question, as_json) and strict else 0)
    shape, site = Shape(as_json, html), Named(application, asgi, flags)
    if unnamed:
        show_plan(site.server(), asgi, as_json, strict)
        return
    if live.server:
        explain_live(live, wish, site, shape)
        return
    if perfetto == STANDARD_OUTPUT:
        raise click.UsageError("Name a file for --perfetto: standard output has the plan.")
    if perfetto:
        check_writable(perfetto)
    planned = plan_request(site.server(), asgi, wish.draft(), wish.candidates)
    measurement = _measure(planned, wish.times, perfetto) if wish.analyze else None
    shape.show(planned.plan, measurement, planned.reference)
    facts = planned.plan.facts
    if strict and (facts.lints or (facts.entrance and facts.entrance.trouble)):
        raise SystemExit(1)


def _one_of(application: str | None, named: str | None) -> str | None:
    if application and named:
        raise click.UsageError(f"--app names {named}, and behind the path stands {application}.")
    return application or named


def _compare(names: tuple[str, str], question: Question, as_json: bool) -> bool:
    """Whether the two plans differ, which is shown."""
    from enfilade.cli.comparison import compare_plans

    return compare_plans(*names, question, as_json)


def _measure(planned: "Planned", times: int, perfetto: str | None) -> "Measurement":
    from enfilade.explain.measured import measure
    from enfilade.explain.rehearsal import rehearse

    draft, application = planned.draft, planned.subject.application
    with aside():
        performances = rehearse(application, draft, times, planned.lifespan)
    if perfetto:
        from enfilade.explain.rehearsed import entry_of

        entries = [entry_of(draft, each) for each in performances]
        click.echo(write_trace(perfetto, entries), err=True)
    return measure(planned.plan, performances)
