"""What all formats of access lines need: text that forges nothing, and the time.

Whatever a client sent is escaped: control characters, quotes, backslashes and everything beyond
ASCII, so that nobody forges a line or commands a terminal.
"""

from functools import lru_cache
from time import localtime, strftime

_ESCAPES = {number: f"\\x{number:02x}" for number in (*range(32), 127)}
_ESCAPES |= {ord('"'): '\\"', ord("\\"): "\\\\"}


def escape(text: str) -> str:
    """*text* in printable ASCII without a bare quote or backslash.

    >>> escape('GET\\n"')
    'GET\\\\x0a\\\\"'
    """
    return text.translate(_ESCAPES).encode("ascii", "backslashreplace").decode("ascii")


# English month names, whatever the locale: log readers expect them.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=2)
def clock(second: int) -> str:
    """*second* since the epoch in local time, as in ``01/Feb/2026:10:00:00 +0000``."""
    moment = localtime(second)
    return strftime(f"%d/{_MONTHS[moment.tm_mon - 1]}/%Y:%H:%M:%S %z", moment)
