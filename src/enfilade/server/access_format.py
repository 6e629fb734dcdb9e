"""How an access record becomes a line: the combined format, the short one of development, or
what the operator has asked for."""

import os
import sys
from collections.abc import Callable, Mapping
from time import localtime, strftime

from enfilade.server.access import AccessRecord
from enfilade.server.access_atoms import AtomFormat
from enfilade.server.access_json import JSONFormat
from enfilade.server.access_text import clock, escape
from enfilade.server.options import Options

Format = Callable[[AccessRecord], bytes]


def combined(record: AccessRecord) -> bytes:
    """The combined format of Apache and nginx, and after it the duration in milliseconds.

    ``127.0.0.1 - - [01/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 312 "-" "curl/8" 1.204``
    """
    moment = clock(int(record.time))
    request = escape(f"{record.method} {record.target} {record.version}")
    referer, agent = escape(record.referer or "-"), escape(record.user_agent or "-")
    line = (
        f'{escape(record.peer) or "-"} - - [{moment}] "{request}" {record.status} '
        f'{record.bytes_sent} "{referer}" "{agent}" {record.duration * 1000:.3f}\n'
    )
    return line.encode("ascii")


# Development -------------------------------------------------------------------------------

_DIM, _RESET = "\x1b[2m", "\x1b[0m"
_COLOURS: Mapping[int, str] = {
    2: "\x1b[32m",  # green
    3: "\x1b[36m",  # cyan
    4: "\x1b[33m",  # yellow
    5: "\x1b[1;31m",  # bold red
}


def short(record: AccessRecord, colour: bool) -> bytes:
    """``10:00:00  200  GET /  1.2 ms``, coloured by status."""
    moment = strftime("%H:%M:%S", localtime(record.time))
    request = f"{escape(record.method)} {escape(record.target)}"
    status, duration = f"{record.status:3}", f"{record.duration * 1000:.1f} ms"
    if colour:
        paint = _COLOURS.get(record.status // 100, "")
        moment, duration = f"{_DIM}{moment}{_RESET}", f"{_DIM}{duration}{_RESET}"
        status = f"{paint}{status}{_RESET}"
    return f"{moment}  {status}  {request}  {duration}\n".encode("ascii")


def wants_colour(environ: Mapping[str, str], terminal: bool) -> bool:
    """Whether to colour, by the rule of no-color.org: only terminals, and never with NO_COLOR."""
    return terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def choose_format(options: Options) -> Format:
    """What the options ask for: short lines for development, combined ones otherwise.

    Raises :exc:`~enfilade.server.access_atoms.AccessFormatError`.
    """
    wanted = options.access_log_format
    if wanted == "json":
        return JSONFormat()
    if "%" in wanted:
        return AtomFormat(wanted)
    if not options.debug or wanted == "combined":
        return combined
    terminal = options.access_log == "-" and sys.stdout.isatty()
    colour = wants_colour(os.environ, terminal)
    return lambda record: short(record, colour)
