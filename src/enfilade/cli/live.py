"""``enfilade explain --analyze --server URL``: a request to a server that runs, and its record laid
upon the plan of the site, where that can be loaded here."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from enfilade.exceptions import DeveloperError

if TYPE_CHECKING:
    from rich.console import Console

    from enfilade.cli.explained import Shape
    from enfilade.cli.planning import Named, Planned
    from enfilade.cli.wish import Wish
    from enfilade.explain.keepers import Keeper
    from enfilade.explain.line import Draft
    from enfilade.explain.live import Reply, Server
    from enfilade.server.options import Options
    from enfilade.trace import Entry

HOW_TO_ASK = "Give the server's --trace-token: in ENFILADE_TRACE_TOKEN, or with --token."
WHY_NOT = (
    "The server has another --trace-token, keeps nothing (--no-recorder), is none of Enfilade's, or"
    " stands behind a proxy that takes the field away. A file or a health check that the server"
    " answers itself is not traced."
)
NO_KEEPER = (
    "Name --control PATH, the server's control socket, or --profiler URL, the address of its"
    " profiler."
)


@dataclass(frozen=True, slots=True)
class Live:
    """What the command line says of the server: its address, the token, and the profiler's
    address, each "" where nothing is said."""

    server: str
    token: str
    profiler: str

    def check(self, analyzes: bool, compares: bool) -> None:
        """Raise :exc:`click.UsageError` for what makes no sense."""
        if self.server and compares:
            raise click.UsageError("--diff compares plans: save those of --server with --json.")
        if self.server and not analyzes:
            raise click.UsageError("--server is for --analyze: a plan asks no server.")
        if not self.server and (self.token or self.profiler):
            named = "--token" if self.token else "--profiler"
            raise click.UsageError(f"{named} is for --analyze --server URL.")


def live_options(command: Any) -> Any:
    """``--server``, ``--token`` and ``--profiler``."""
    for option in (
        click.option("--profiler", metavar="URL", default="", help="That server's profiler."),
        click.option("--token", metavar="TEXT", default="", help="That server's --trace-token."),
        click.option(
            "--server", metavar="URL", default="", help="Analyze on a server that runs, instead."
        ),
    ):
        command = option(command)
    return command


def take_live(asked: dict[str, Any]) -> Live:
    """Take out of *asked* what is for a server that runs."""
    return Live(asked.pop("server"), asked.pop("token"), asked.pop("profiler"))


def explain_live(live: Live, wish: "Wish", named: "Named", shape: "Shape") -> None:
    """Make the request of *wish* and show what became of it, beside the plan of the site that is
    *named* or found, if there is one.

    Raises :exc:`~enfilade.exceptions.DeveloperError` that says what is missing.
    """
    from enfilade.explain.live import Server

    server = Server(live.server)
    draft = server.complete(wish.draft())
    options, planned, why_not = _plan(named, draft, wish.candidates)
    visit = _visit(live, options, draft, wish.times)
    if planned is not None:
        _show(_matched(planned, named, draft, wish.candidates, visit), visit, shape, server.name)
    elif shape.html is not None:
        raise click.UsageError(f"A page needs the plan of the site. {why_not}")
    else:
        _show_entry(visit.entries[-1], shape.as_json, why_not)


def _plan(
    named: "Named", draft: "Draft", candidates: int | None
) -> "tuple[Options, Planned | None, str]":
    """The options that are known here, the plan, and why there is none."""
    from enfilade.cli.planning import plan_request
    from enfilade.server.configuration import configure

    flags = dict(named.flags)
    file = flags.pop("config", None)
    options = configure(flags, os.environ, file=file).options
    try:
        return options, plan_request(named.server(), named.asgi, draft, candidates), ""
    except (DeveloperError, click.ClickException) as error:
        return options, None, str(error).partition("\n")[0]


def _matched(
    planned: "Planned", named: "Named", draft: "Draft", candidates: int | None, visit: "_Visit"
) -> "Planned":
    """*planned*, or the plan of the same site through ASGI if that is how it has answered."""
    from enfilade.cli.planning import plan_request

    if not visit.handler or visit.handler == planned.plan.facts.handler or named.asgi:
        return planned
    try:
        through_asgi = plan_request(named.server(), True, draft, candidates)
    except (DeveloperError, click.ClickException):
        return planned
    return through_asgi if through_asgi.plan.facts.handler == visit.handler else planned


def _show(planned: "Planned", visit: "_Visit", shape: "Shape", server: str) -> None:
    from enfilade.explain.recorded import measure_entries

    measurement = measure_entries(visit.entries, planned.plan)
    last = visit.entries[-1]
    more = {"server": server, "span": last.span, "entry": last.to_dict()}
    shape.show(planned.plan, measurement, planned.reference, more)
    if shape.html is None and not shape.as_json:
        from enfilade.cli.terminal import make_console

        _print_origin(make_console(), server, visit, planned.plan.facts.handler)


def _print_origin(console: "Console", server: str, visit: "_Visit", handler: str) -> None:
    from rich.text import Text

    from enfilade.cli.terminal import print_labelled

    if visit.handler not in ("", handler):
        said = f"{visit.handler} has answered, and the plan is that of {handler}: name what it runs"
        print_labelled(console, "but", Text(said, style="surprise"))
    last = visit.entries[-1]
    said = f"{server}, worker {last.pid}; {visit.keeper.refer(last.span)}"
    print_labelled(console, "measured at", Text(said))
    console.print()


def _show_entry(entry: "Entry", as_json: bool, why_not: str) -> None:
    if as_json:
        from enfilade.cli.site import print_json
        from enfilade.explain.recorded import measure_entry

        measurement = measure_entry(entry)
        nodes = [node.to_dict() for node in measurement.nodes]
        said = {"application": None, "nodes": nodes, "measured": measurement.to_dict()}
        print_json({**said, "span": entry.span, "entry": entry.to_dict()})
        return
    from rich.text import Text

    from enfilade.cli.recorded import draw_entry
    from enfilade.cli.terminal import make_console, print_labelled

    console = make_console()
    draw_entry(console, entry)
    print_labelled(console, "no plan", Text(f"The site is not here: {why_not}", "aside"))
    console.print()


@dataclass(frozen=True, slots=True)
class _Visit:
    """What became of a request that was made several times, and who knows of it."""

    entries: "list[Entry]"
    keeper: "Keeper"

    @property
    def handler(self) -> str:
        """What the handler that answered last calls itself, "" if that is not known."""
        from enfilade.explain.recorded import handler_of

        return handler_of(self.entries[-1])


def _visit(live: Live, options: "Options", draft: "Draft", times: int) -> _Visit:
    from enfilade.explain.keepers import await_entry
    from enfilade.explain.live import Server

    server, token = Server(live.server), live.token or options.trace_token
    replies = [server.visit(draft, token) for _ in range(times)]
    for reply in replies:
        if not reply.span:
            raise DeveloperError(
                f"{server.name} has answered {reply.status}, and tells of no trace.",
                hint=WHY_NOT if token else HOW_TO_ASK,
            )
    keeper = _keeper(live, options, server, replies[-1])
    return _Visit([await_entry(keeper, reply) for reply in replies], keeper)


def _keeper(live: Live, options: "Options", server: "Server", reply: "Reply") -> "Keeper":
    from enfilade.explain.keepers import ControlSocket, Profiler

    token = live.token or options.trace_token
    if live.profiler:
        return Profiler.at(live.profiler, token)
    if reply.page:  # it is certainly the server's own, which a socket in the environment may not be
        return Profiler(server)
    if options.control:
        return ControlSocket(options.control)
    if address := _address_of(options.profiler):
        return Profiler.at(address, token)
    raise DeveloperError("It is not known who has the record of the request.", hint=NO_KEEPER)


def _address_of(profiler: str) -> str:
    """Where the option ``--profiler`` of a server on this machine can be reached; "" if it is
    off."""
    if profiler in ("", "off"):
        return ""
    if profiler.startswith("unix:"):
        return profiler
    host, _, port = profiler.rpartition(":")
    return f"http://{host or '127.0.0.1'}:{port}"
