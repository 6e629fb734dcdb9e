"""What the commands have in common that talk to a running server."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from enfilade.exceptions import DeveloperError

if TYPE_CHECKING:
    from enfilade.server.control import Control

NO_CONTROL = (
    "Start the server with --control PATH, and name the same path here, in ENFILADE_CONTROL or as"
    " control in enfilade.toml."
)


class Failed(click.ClickException):
    """The server has not done what it was asked for."""

    exit_code = 1


def control_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--control``, ``--config`` and ``--json``, of every command that talks to a server."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the server's answer as JSON."),
        click.option("--config", metavar="FILE", help="The file to read, not enfilade.toml."),
        click.option("--control", metavar="PATH", help="The control socket of the server."),
    ):
        command = option(command)
    return command


@contextmanager
def controlling(
    control: str | None, config: str | None, as_json: bool, otherwise: str = ""
) -> Iterator["Control"]:
    """A connection to the server that is meant; what it refuses becomes an exit status of 1. Who
    has no socket to name is told what else there is, *otherwise*.

    Raises :exc:`~enfilade.exceptions.DeveloperError` if none is known or none is there.
    """
    from enfilade.server.control import ControlFailure
    from enfilade.server.control import controlling as connected

    with connected(_find(control, config, otherwise)) as connection:
        try:
            yield connection
        except ControlFailure as failure:
            if as_json:
                print_answer(failure.answer)
                raise SystemExit(1) from failure
            hint = f"\nHint: {failure.hint}" if failure.hint else ""
            raise Failed(f"{failure}{hint}") from failure


def print_answer(answer: dict[str, Any]) -> None:
    """Print *answer* for another program."""
    from enfilade.cli.site import print_json

    print_json(answer)


def _find(control: str | None, config: str | None, otherwise: str) -> str:
    from enfilade.server.configuration import configure

    flags = {} if control is None else {"control": control}
    path = configure(flags, os.environ, file=config).options.control
    if not path:
        raise DeveloperError(
            "It is not known which server is meant.", hint=f"{NO_CONTROL}{otherwise}"
        )
    return str(path)
