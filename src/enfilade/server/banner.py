"""What a person sees when the server is ready: one calm block on standard error."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from shlex import quote
from typing import Any

from enfilade.build import PLAIN_BECAUSE
from enfilade.secrecy import HIDDEN
from enfilade.server.access_format import wants_colour
from enfilade.server.configuration import AUTO, FIELDS, Configuration
from enfilade.server.loading.asgi import IGNORED
from enfilade.server.processes.report import BROKEN
from enfilade.version import VERSION

INTERFACES: Mapping[str, str] = {"wsgi": "WSGI", "asgi": "ASGI", BROKEN: "does not start"}


def print_banner(
    configuration: Configuration,
    urls: Sequence[str],
    interface: str,
    milliseconds: float,
    pages: Sequence[str] = (),
) -> None:
    """Tell where and what is served, why it is configured so, and how to stop it; *pages* are the
    addresses of the profiler's."""
    rows = [*_describe(configuration, urls, interface)]
    rows += [("Profiler", address) for address in pages]
    rows.append(("Ready", f"in {milliseconds:.0f} ms"))
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
    if options.debug or options.reload:
        yield "Mode", f"development: {', '.join(_mode(configuration))}"
    threads = f" × {options.threads} threads" if interface != "asgi" else ""
    yield "Workers", f"{options.workers}{threads}"
    if PLAIN_BECAUSE:
        yield "Build", f"plain Python, {PLAIN_BECAUSE}"
    yield "Options", ", ".join(_choices(configuration)) or "all at their defaults"
    ignored = [name.replace("_", "-") for name in sources if name in IGNORED]
    if ignored and interface == "asgi":
        yield "Ignored", f"{', '.join(ignored)}; without a meaning for ASGI applications"
    if options.opentelemetry and not options.recorder:
        yield "Ignored", "opentelemetry; without the recorder there is nothing to send"


def _mode(configuration: Configuration) -> Iterable[str]:
    options = configuration.options
    if options.reload:
        yield "reloads on change"
    elif configuration.is_preset("reload"):  # which asks for it, and was not heeded
        yield 'does not reload on change (pip install "enfilade[dev]")'
    if options.debug:
        yield "explains errors"


def _choices(configuration: Configuration) -> Iterable[str]:
    for name in configuration.sources:
        if name != "application" and not configuration.is_preset(name):
            yield _choice(configuration, name)


def _choice(configuration: Configuration, name: str) -> str:
    """Option *name* as it was typed, or its value and the place where that is set."""
    setting, value = configuration.settings[name], getattr(configuration.options, name)
    source = setting.source
    values = [_shown(item) for item in (value if isinstance(value, tuple) else (value,))]
    if FIELDS[name].metadata.get("secret"):
        values = [HIDDEN]
    if setting.value == AUTO != value:
        values = [AUTO]
    if not source.startswith("--"):
        return f"{name.replace('_', '-')} {' '.join(values) or 'none'} {_from(source)}"
    if isinstance(value, bool):
        return source
    return " ".join(f"{source} {item}" for item in values)


def _shown(value: Any) -> str:
    """*value* as it could be typed in a shell."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return quote(f"{value:g}" if isinstance(value, float) else str(value))


def _from(source: str) -> str:
    if source.startswith("found"):
        return source
    return f"from {source.partition(' in ')[2] or source}"


def _print_plain(rows: Sequence[tuple[str, str]]) -> None:
    lines = [f"Enfilade {VERSION}", *(f"  {name:<9} {text}" for name, text in rows)]
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201 - its purpose


def _print_coloured(rows: Sequence[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    console.print()
    console.print(Text(f"Enfilade {VERSION}", style="bold magenta"))
    for name, text in rows:
        style = "bold cyan" if name == "Listening" else ""
        console.print(Text.assemble("  ", (f"{name:<9} ", "dim"), (text, style)), soft_wrap=True)
    console.print()
