"""How an access record becomes a line: the combined format, or the short one of development.

Whatever a client sent is escaped: control characters, quotes, backslashes and everything beyond
ASCII, so that nobody forges a line or commands a terminal.
"""

import os
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from time import localtime, strftime

from enfilade.server.access import AccessRecord
from enfilade.server.options import Options

Format = Callable[[AccessRecord], bytes]

_ESCAPES = {number: f"\\x{number:02x}" for number in (*range(32), 127)}
_ESCAPES |= {ord('"'): '\\"', ord("\\"): "\\\\"}


def escape(text: str) -> str:
    """*text* in printable ASCII without a bare quote or backslash.

    >>> escape('GET\\n"')
    'GET\\\\x0a\\\\"'
    """
    return text.translate(_ESCAPES).encode("ascii", "backslashreplace").decode("ascii")


def combined(record: AccessRecord) -> bytes:
    """The combined format of Apache and nginx, and after it the duration in milliseconds.

    ``127.0.0.1 - - [01/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 312 "-" "curl/8" 1.204``
    """
    moment = _clock(int(record.time))
    request = escape(f"{record.method} {record.target} {record.version}")
    referer, agent = escape(record.referer or "-"), escape(record.user_agent or "-")
    line = (
        f'{escape(record.peer) or "-"} - - [{moment}] "{request}" {record.status} '
        f'{record.bytes_sent} "{referer}" "{agent}" {record.duration * 1000:.3f}\n'
    )
    return line.encode("ascii")


# English month names, whatever the locale: log readers expect them.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=2)
def _clock(second: int) -> str:
    moment = localtime(second)
    return strftime(f"%d/{_MONTHS[moment.tm_mon - 1]}/%Y:%H:%M:%S %z", moment)


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
    """Short lines for development, combined ones otherwise."""
    if not options.debug:
        return combined
    terminal = options.access_log == "-" and sys.stdout.isatty()
    colour = wants_colour(os.environ, terminal)
    return lambda record: short(record, colour)
