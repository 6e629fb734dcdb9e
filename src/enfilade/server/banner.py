"""What a person sees when the server is ready: one calm block on standard error."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version

from enfilade.server.access_format import wants_colour
from enfilade.server.configuration import Configuration
from enfilade.server.loading.asgi import IGNORED

INTERFACES: Mapping[str, str] = {"wsgi": "WSGI", "asgi": "ASGI", "broken": "does not start"}


def print_banner(
    configuration: Configuration, urls: Sequence[str], interface: str, milliseconds: float
) -> None:
    """Tell where and what is served, why it is configured so, and how to stop it."""
    rows = [*_describe(configuration, urls, interface), ("Ready", f"in {milliseconds:.0f} ms")]
    rows.append(("Stop", f"Ctrl-C; reload: kill -HUP {os.getpid()}"))
    with suppress(OSError, ValueError):  # nobody reads it; that is no reason not to serve
        if wants_colour(os.environ, sys.stderr.isatty()):
            _print_coloured(rows)
        else:
            _print_plain(rows)


def _describe(
    configuration: Configuration, urls: Sequence[str], interface: str
) -> Iterable[tuple[str, str]]:
    options, sources = configuration.options, configuration.sources
    for url in urls:
        yield "Listening", url
    found = sources.get("application", "found in the working directory")
    name = INTERFACES.get(interface, interface)
    yield "Serving", f"{options.application} ({name}), {_from(found)}"
    threads = f" × {options.threads} threads" if interface != "asgi" else ""
    yield "Workers", f"{options.workers}{threads}"
    set_elsewhere = [
        f"{name.replace('_', '-')} {_from(source)}"
        for name, source in sources.items()
        if name != "application" and source != "enfilade dev"
    ]
    if set_elsewhere:
        yield "Options", ", ".join(set_elsewhere)
    ignored = [name.replace("_", "-") for name in sources if name in IGNORED]
    if ignored and interface == "asgi":
        yield "Ignored", f"{', '.join(ignored)}; uvicorn, which serves ASGI, has no such option"


def _from(source: str) -> str:
    return source if source.startswith("found") else f"from {source}"


def _print_plain(rows: Sequence[tuple[str, str]]) -> None:
    lines = [f"Enfilade {version('enfilade')}", *(f"  {name:<9} {text}" for name, text in rows)]
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201 - its purpose


def _print_coloured(rows: Sequence[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    console.print()
    console.print(Text(f"Enfilade {version('enfilade')}", style="bold magenta"))
    for name, text in rows:
        style = "bold cyan" if name == "Listening" else ""
        console.print(Text.assemble("  ", (f"{name:<9} ", "dim"), (text, style)), soft_wrap=True)
    console.print()
