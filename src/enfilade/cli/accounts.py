"""What the commands for accounts share: a password from a person, a pipe or the environment.

It is never an argument, which everybody on the machine could read.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from enfilade.exceptions import ValidationError

VARIABLE = "ENFILADE_PASSWORD"

MOST_TRIES = 3


@contextmanager
def told_plainly() -> Iterator[None]:
    """Tell what is wrong with a name or a password without a traceback."""
    from enfilade.contrib.auth.errors import UserDoesNotExist

    try:
        yield
    except (UserDoesNotExist, ValidationError, ValueError) as error:
        raise click.ClickException(told(error)) from error


def find_password(user: Any, from_stdin: bool, may_ask: bool) -> str | None:
    """A password for *user* that the validators accept: the first line of standard input, what
    the environment has, or what a person types. ``None`` if there is none, and nobody to ask.

    Raises :exc:`~enfilade.exceptions.ValidationError`, and :exc:`ValueError` for an empty one.
    """
    password = _line() if from_stdin else os.environ.get(VARIABLE)
    if password is None:
        return _typed(user) if may_ask else None
    if not password:
        raise ValueError("The password that was given is empty.")
    return _validate(password, user)


def _line() -> str:
    return sys.stdin.readline().removesuffix("\n").removesuffix("\r")


def _typed(user: Any) -> str:
    """Ask, without showing what is typed, until the answer will do."""

    def ask() -> str:
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password

    return ask_until_accepted(ask, lambda password: _validate(password, user))


def ask_until_accepted(ask: Callable[[], str], accept: Callable[[str], str]) -> str:
    """What *accept* makes of the answer of a person, who may be wrong twice.

    Raises what *accept* has against the third answer:
    :exc:`~enfilade.exceptions.ValidationError` or :exc:`ValueError`.
    """
    tries = MOST_TRIES
    while True:
        try:
            return accept(ask())
        except (ValidationError, ValueError) as error:
            tries -= 1
            if not tries:
                raise
            click.echo(told(error), err=True)


def told(error: Exception) -> str:
    """What is wrong with an answer, a line for each reason."""
    return "\n".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _validate(password: str, user: Any) -> str:
    from enfilade.contrib.auth.password_validation import validate_password

    validate_password(password, user)
    return password
