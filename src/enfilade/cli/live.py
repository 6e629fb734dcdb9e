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
    from enfilade.explain.live import Server
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
    " profiler. One of enfilade dev needs neither where it is asked by its address."
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
    if planned is None and shape.html is not None:
        raise click.UsageError(f"A page needs the plan of the site. {why_not}")
    token = live.token or options.trace_token
    keeper = _keeper(live, options, str(named.flags.get("control", "")), token)
    visit = _visit(server, keeper, token, draft, wish.times)
    if planned is not None:
        _show(_matched(planned, named, draft, wish.candidates, visit), visit, shape, server.name)
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


def _visit(server: "Server", keeper: "Keeper", token: str, draft: "Draft", times: int) -> _Visit:
    from enfilade.explain.keepers import await_entry

    replies = [server.visit(draft, token) for _ in range(times)]
    for reply in replies:
        if not reply.span:
            raise DeveloperError(
                f"{server.name} has answered {reply.status}, and tells of no trace.",
                hint=WHY_NOT if token else HOW_TO_ASK,
            )
    return _Visit([await_entry(keeper, reply) for reply in replies], keeper)


def _keeper(live: Live, options: "Options", control: str, token: str) -> "Keeper":
    """Who will have the record, which is settled before the request is made: what it does could
    not be undone. *control* is the socket that is named on the command line, "" for none."""
    from enfilade.explain.keepers import Profiler
    from enfilade.explain.live import Server

    keeper = _recorder_at(live.profiler, control, token)
    own = Profiler(Server(live.server))
    # It is certainly the server's own, which a socket in the environment may not be.
    if (keeper is None or not token) and own.is_there():
        return keeper or own
    if not token:
        raise DeveloperError("Who asks for a trace has to show the token.", hint=HOW_TO_ASK)
    if keeper is None:
        profiler = "" if options.control else _address_of(options.profiler)
        keeper = _recorder_at(profiler, options.control, token)
    if keeper is None:
        raise DeveloperError("It is not known who has the record of the request.", hint=NO_KEEPER)
    return keeper


def _recorder_at(profiler: str, control: str, token: str) -> "Keeper | None":
    """The one that can be reached at the address or else the socket; ``None`` without either."""
    from enfilade.explain.keepers import ControlSocket, Profiler

    if not profiler and not control:
        return None
    keeper = Profiler.at(profiler, token) if profiler else ControlSocket(control)
    keeper.check()
    return keeper


def _address_of(profiler: str) -> str:
    """Where the option ``--profiler`` of a server on this machine can be reached; "" if it is
    off."""
    if profiler in ("", "off"):
        return ""
    if profiler.startswith("unix:"):
        return profiler
    host, _, port = profiler.rpartition(":")
    return f"http://{host or '127.0.0.1'}:{port}"
