"""The options of ``enfilade run`` on other commands, which look at the server that it would be."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from enfilade.cli.flags import given, server_parameters

C = TypeVar("C", bound=Callable[..., Any])

PREFIX = "server_"


def server_flags(command: C) -> C:
    """All of them that *command* has none of its own name for; ``--help`` leaves them out."""
    own = _spellings(command)
    for parameter in server_parameters({}):
        if isinstance(parameter, click.Option) and own.isdisjoint(parameter.opts):
            parameter.name = f"{PREFIX}{parameter.name}"
            parameter.hidden = True
            _parameters(command).append(parameter)
    return command


def take_flags(asked: dict[str, Any]) -> dict[str, Any]:
    """Take out of *asked* what is the server's, and return what of that was given."""
    names = [name for name in asked if name.startswith(PREFIX)]
    return given({name.removeprefix(PREFIX): asked.pop(name) for name in names})


def arguments_of(flags: Mapping[str, Any]) -> list[str]:
    """*flags* as they are written on a command line."""
    arguments: list[str] = []
    for name, value in flags.items():
        spelt = name.replace("_", "-")
        if isinstance(value, bool):
            arguments.append(f"--{'' if value else 'no-'}{spelt}")
        else:
            items = value if isinstance(value, tuple) else (value,)
            arguments += [f"--{spelt}={item}" for item in items]
    return arguments


def _parameters(command: Any) -> list[click.Parameter]:
    if not hasattr(command, "__click_params__"):
        command.__click_params__ = []
    parameters: list[click.Parameter] = command.__click_params__
    return parameters


def _spellings(command: Any) -> set[str]:
    return {spelling for each in _parameters(command) for spelling in each.opts}
