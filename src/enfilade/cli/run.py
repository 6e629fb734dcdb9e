"""``enfilade run``: serve in production."""

import os
from collections.abc import Mapping
from typing import Any

from enfilade.cli.flags import ServerCommand, given, server_parameters

HELP = """Serve a WSGI or ASGI application.

Without MODULE:NAME the one application of the folder is served. Options may also stand in
enfilade.toml (workers = 4) and in the environment (ENFILADE_WORKERS=4); flags win.

TERM lets requests finish and ends; HUP loads the application anew in fresh workers; TTIN and
TTOU add and remove a worker; USR1 reopens the access log.
"""


def start(command: str, parameters: dict[str, Any], presets: Mapping[str, Any]) -> None:
    """Serve as *parameters* say, then exit. The server is imported only here, not for help."""
    from enfilade.server.configuration import configure
    from enfilade.server.serve import serve

    file = parameters.pop("config")
    configuration = configure(
        given(parameters), os.environ, file=file, command=command, presets=presets
    )
    raise SystemExit(serve(configuration))


def _run(**parameters: Any) -> None:
    start("run", parameters, {})


command = ServerCommand("run", callback=_run, params=server_parameters({}), help=HELP)
