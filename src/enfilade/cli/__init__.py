"""The ``enfilade`` command: a table of commands, each imported when it is asked for.

One file a command: ``cli/<name>.py`` holds the click command under the name ``command``. The
table below gives the order and the line that ``enfilade --help`` shows, so that the help of the
whole imports neither the server nor the framework.
"""

from importlib import import_module
from typing import NoReturn

import click

from enfilade.exceptions import DeveloperError, ServiceUnavailable

COMMANDS = {
    "dev": "Serve for development: reloads, explains errors.",
    "run": "Serve in production.",
    "status": "Tell how a running server and its workers are.",
    "top": "Show what a running server does now.",
    "requests": "Show requests that were slow, failed or were traced.",
    "reload": "Have a running server load the application anew.",
    "drain": "Take a running server, or one of its workers, out of duty.",
    "pause": "Have a running server answer everybody with a message.",
    "resume": "Put a running server back on duty.",
    "stop": "Have a running server finish what is under way and end.",
    "routes": "List the routes of an application.",
    "plan": "Show the way of every request through an application.",
    "explain": "Show the thirteen rooms that one request would walk through.",
    "walk": "Step through one request, with the objects that pass each door.",
    "check": "Look for mistakes in an application and its settings.",
    "shell": "Open a Python prompt with an application loaded.",
    "migrate": "Make and change the tables of the database.",
    "makemigration": "Write down how a package's tables have changed.",
    "createuser": "Make a user who can sign in.",
    "changepassword": "Give a user another password.",
    "clearsessions": "Delete sessions that have ended.",
    "makemessages": "Collect the texts of a site for its translators.",
    "compilemessages": "Make what the site reads of what translators wrote.",
    "collectstatic": "Bring the static files of a site to one folder.",
    "findstatic": "Tell where a static file comes from.",
    "new": "Start a new site.",
    "migrate-config": "Print another server's configuration as enfilade.toml.",
}

ELSEWHERE = {
    "runserver": "dev",
    "serve": "dev",
    "start": "run",
    "startproject": "new",
    "init": "new",
    "show_urls": "routes",
    "urls": "routes",
    "createsuperuser": "createuser --superuser",
    "makemigrations": "makemigration",
    "showmigrations": "migrate --list",
    "sqlmigrate": "migrate --sql",
}
"""What a command is called in other projects."""


class Refusal(click.ClickException):
    """A mistake of the site or its operator, told without a traceback."""

    exit_code = 2

    def __init__(self, error: DeveloperError) -> None:
        super().__init__(f"{error}\nHint: {error.hint}" if error.hint else str(error))


class Commands(click.Group):
    """A group that imports a command only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(f"No such command {args[0]!r}.{_suggest(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DeveloperError as error:
            raise Refusal(error) from error
        except ServiceUnavailable as error:
            raise click.ClickException(str(error)) from error


def _suggest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    meant = ELSEWHERE.get(name) or (close[0] if close else None)
    return f"\nHint: Did you mean enfilade {meant}?" if meant else ""


def _tell_version(ctx: click.Context) -> None:
    from enfilade.build import COMPILED, describe_build
    from enfilade.version import VERSION

    click.echo(f"enfilade {VERSION}{'' if COMPILED else f', {describe_build()}'}")
    ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, param, value: _tell_version(ctx) if value else None,
    help="Show the version, and whether this is the plain build, and exit.",
)
def group() -> None:
    """A complete Python web stack, from the socket to the view and back."""


def main() -> NoReturn:
    """Run the command line and exit: 0, 1 for a failure, 2 for a mistake in how it was asked."""
    group(prog_name="enfilade")
    raise SystemExit
