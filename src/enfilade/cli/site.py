"""The site that a command looks at: the application that ``enfilade run`` would serve.

It is found, named and configured in the same way; then Enfilade's own handler is looked into.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from enfilade.exceptions import DeveloperError
from enfilade.secrecy import declare

if TYPE_CHECKING:
    from enfilade.explain.plan import Plan
    from enfilade.explain.subject import Subject
    from enfilade.handlers.base import BaseHandler
    from enfilade.server.configuration import Configuration

_OWN = f"{Path(__file__).parents[1]}/"

F = TypeVar("F", bound=Callable[..., Any])

_FOLDER = f"{__name__}.folder"
"""The key of ``--app-directory`` among what click keeps of one command line."""


class NotOurs(DeveloperError):
    """The application is not made with Enfilade, so there is nothing that we could look into."""


class SiteFailure(click.ClickException):
    """The site's own code raised while it was imported; told by its traceback."""

    def __init__(self, reference: str, error: BaseException) -> None:
        from enfilade.server.loading.failure import describe_failure

        trace = error.__traceback__
        while trace and trace.tb_next and trace.tb_frame.f_code.co_filename.startswith(_OWN):
            trace = trace.tb_next  # how we came to the site's code is of no interest
        text = describe_failure(error.with_traceback(trace))
        super().__init__(f"{reference} does not load.\n\n{text}")


def application_argument(command: F) -> F:
    """The argument ``[MODULE:NAME]``, which every command that looks at a site takes last, and
    ``--app-directory``, which only :func:`find_site` has to know."""
    argument = click.argument("application", required=False, metavar="[MODULE:NAME]")
    folder = click.option(
        "--app-directory",
        metavar="DIR",
        help="Folder that is put on the import path.",
        expose_value=False,
        callback=_keep_folder,
    )
    return argument(folder(command))


def _keep_folder(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    context.meta[_FOLDER] = value


def named_folder() -> str | None:
    """The folder that ``--app-directory`` names on this command line."""
    folder: str | None = click.get_current_context().meta.get(_FOLDER)
    return folder


def json_option(command: F) -> F:
    """The flag ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def print_json(value: Any) -> None:
    """Print *value* for a program."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def strict_option(command: F) -> F:
    """The flag ``--strict``."""
    text = "Exit with 1 if the plan shows a mistake."
    return click.option("--strict", is_flag=True, help=text)(command)


def asgi_option(command: F) -> F:
    """The flag ``--asgi``."""
    text = "Look at the application as an ASGI server would call it."
    return click.option("--asgi", is_flag=True, help=text)(command)


def find_site(application: str | None, asgi: bool = False) -> str:
    """The import string of the application, with its folder put on the import path.

    *application* is the one named on the command line; ``enfilade.toml``, the environment and
    the files of the folder are asked as ``enfilade run`` asks them.
    """
    return find_server(application, asgi).options.application


def find_server(
    application: str | None, asgi: bool = False, flags: Mapping[str, Any] | None = None
) -> "Configuration":
    """How ``enfilade run`` with *flags* would be configured, with the application found, as
    :func:`find_site` finds it."""
    from enfilade.server.configuration import check_folder, configure
    from enfilade.server.loading.discovery import find_application

    given = {"application": application, "app_directory": named_folder()}
    named = {name: value for name, value in given.items() if value}
    more = dict(flags or {})
    file = more.pop("config", None)
    configuration = configure({**more, **named}, os.environ, file=file)
    check_folder(configuration)
    options = configuration.options
    declare(options.secret_names)
    folder = Path(options.app_directory).absolute()
    sys.path.insert(0, str(folder))
    interface = "asgi" if asgi else options.interface
    found = options.application or find_application(folder, interface, command=_typed())
    return replace(configuration, options=replace(options, application=found))


def _typed() -> str:
    """The command as it was typed, up to where the application is named."""
    context = click.get_current_context()
    before = [
        parameter.human_readable_name
        for parameter in context.command.params
        if isinstance(parameter, click.Argument) and parameter.required
    ]
    return " ".join([context.command_path, *before])


@contextmanager
def told(reference: str) -> Iterator[None]:
    """What the code of the site called *reference* raises within becomes a :exc:`SiteFailure`; a
    complaint of Enfilade's own, which needs no traceback, is let pass."""
    try:
        yield
    except (Exception, SystemExit) as error:
        if is_ours(error):
            raise
        raise SiteFailure(reference, error) from error


def is_ours(error: BaseException) -> bool:
    """Whether Enfilade complains of the site with *error*, not the site with a class of ours."""
    from enfilade.server.loading.failure import is_raised_in

    return isinstance(error, DeveloperError) and is_raised_in(_OWN, error)


def aside() -> AbstractContextManager[Any]:
    """What the site prints within goes to standard error: what the command itself tells may be
    read by a program."""
    return redirect_stdout(sys.stderr)


def load_handler(reference: str, asgi: bool = False) -> "BaseHandler":
    """Import the application and return its handler, the ASGI one if *asgi*.

    Raises what :func:`load_both` raises.
    """
    return load_both(reference, asgi)[1]


def load_both(reference: str, asgi: bool = False) -> "tuple[Any, BaseHandler]":
    """The application as it is named, which may be a wrapper, and its handler.

    Raises :exc:`NotOurs` for an application of another framework, :exc:`SiteFailure` if its
    code raises anything but a :exc:`~enfilade.exceptions.DeveloperError`.
    """
    with told(reference):
        application = import_application(reference)
        check_ours(reference, application)
        return application, _handler(application, asgi)


def load_subject(reference: str, asgi: bool = False) -> "tuple[Any, Subject]":
    """The application as it is named, and what there is to explain of it, whatever framework it
    is of. Raises :exc:`SiteFailure` as :func:`load_both` does."""
    from enfilade.explain.subject import find_subject

    with aside(), told(reference):
        application = import_application(reference)
        return application, find_subject(application, asgi)


def load_plan(reference: str, asgi: bool = False) -> "Plan":
    """The plan of all requests to the application, a site of ours or of Django's.

    Raises what :func:`load_both` raises.
    """
    application, subject = load_subject(reference, asgi)
    plan = subject.plan()
    if plan is None:
        raise not_ours(reference, application)
    return plan


def load_site(application: str | None) -> None:
    """Import the site, so that its settings are there; raises what its code raises."""
    import_application(find_site(application))


def import_application(reference: str) -> Any:
    """What the import string names."""
    from enfilade.server.loading.application import load_application

    return load_application(reference)


def check_ours(reference: str, application: Any) -> None:
    """Raise :exc:`NotOurs` unless importing the application has given Enfilade its settings."""
    from enfilade.conf import settings

    if not settings.configured:
        raise not_ours(reference, application)


def not_ours(reference: str, application: Any) -> NotOurs:
    """The error of an application that is not what a command needs."""
    kind = type(application)
    return NotOurs(
        f"{reference} is not an Enfilade application, but {kind.__module__}."
        f"{kind.__qualname__}, and this command cannot read what that has.",
        hint="enfilade plan, routes and explain read sites of Enfilade and of Django; of any other"
        " WSGI or ASGI application plan and explain show what the server does around it.",
    )


def _handler(application: Any, asgi: bool) -> "BaseHandler":
    from enfilade.handlers.asgi import ASGIHandler
    from enfilade.handlers.base import BaseHandler
    from enfilade.handlers.wsgi import WSGIHandler

    if isinstance(application, BaseHandler) and application.chain.is_async >= asgi:
        return application
    # Also where the application is wrapped: there is one site in a process, and this is it.
    return ASGIHandler() if asgi else WSGIHandler()
