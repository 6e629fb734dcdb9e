"""``enfilade shell``: Python with the application loaded, for people and for scripts."""

import sys
from typing import Any

import click

from enfilade.cli.site import application_argument, find_site, load_both

INTERFACES = ("ipython", "ptpython", "python")


@click.command("shell")
@click.option("-c", "code", metavar="CODE", help="Run CODE and exit.")
@click.option(
    "-i",
    "--interface",
    type=click.Choice(INTERFACES),
    help="Which prompt to use; the first of these that is installed.",
)
@application_argument
def command(code: str | None, interface: str | None, application: str | None) -> None:
    """Open a Python prompt with the application loaded, or run a script with it.

    The script is CODE, or what comes on standard input. There are application, client (a test
    client), async_client, settings, reverse, resolve, and names (every URL name and its route).
    """
    from enfilade.cli.prompt import interact, run

    reference = find_site(application)
    loaded, _handler = load_both(reference)
    namespace = make_namespace(loaded)
    if code is not None:
        run(code, "<-c>", namespace)
    elif not sys.stdin.isatty():
        run(sys.stdin.read(), "<stdin>", namespace)
    else:
        interact(interface, namespace, banner(reference, namespace))


def make_namespace(application: Any) -> dict[str, Any]:
    """What a script or a person finds: *application* and its site under short names."""
    from enfilade.conf import settings
    from enfilade.test import AsyncClient, Client
    from enfilade.urls import resolve, reverse

    host = _host(settings.ALLOWED_HOSTS)
    return {
        "__name__": "__main__",
        "application": application,
        "async_client": AsyncClient(SERVER_NAME=host),
        "client": Client(SERVER_NAME=host),
        "names": _names(),
        "resolve": resolve,
        "reverse": reverse,
        "settings": settings,
    }


def banner(reference: str, namespace: dict[str, Any]) -> str:
    """What is said above the first prompt."""
    from enfilade import __version__

    python = ".".join(map(str, sys.version_info[:3]))
    offered = ", ".join(name for name in namespace if not name.startswith("_"))
    return (
        f"Enfilade {__version__}, Python {python}\n"
        f"{reference}, settings from {namespace['settings'].source}\n"
        f"Here are: {offered}"
    )


def _host(allowed: Any) -> str:
    """A host that the site answers to."""
    named = next(iter(allowed), "localhost")
    return "localhost" if named == "*" else str(named).removeprefix(".")


def _names() -> dict[str, str]:
    from enfilade.urls import get_resolver

    routes = get_resolver().routes()
    return {route.name: f"/{route.route}" for route in routes if route.name is not None}
