"""``enfilade dev``: serve for development."""

from typing import Any

from enfilade.cli.flags import ServerCommand, server_parameters
from enfilade.cli.run import start

HELP = """Serve a WSGI or ASGI application for development.

As run, with presets: the loopback address, one worker, reloading when a file changes, error
pages for an application that does not start, short coloured access lines, a trace of every
request and the profiler that shows it, at /-/enfilade/. The application sees ENFILADE_DEBUG=1.
A [dev] table in enfilade.toml changes the presets.
"""

PRESETS = {
    "bind": ("127.0.0.1:8000",),
    "workers": 1,
    "grace": 2.0,
    "debug": True,
    "reload": True,
    "record_size": 512,
}


def _dev(**parameters: Any) -> None:
    start("dev", parameters, PRESETS)


command = ServerCommand("dev", callback=_dev, params=server_parameters(PRESETS), help=HELP)
