"""Two forms of a record, both one line: for people, and for programs.

Neither can be forged: whatever a client gets into a message, it does not begin a line.
"""

import json
import logging
import re
from datetime import UTC, date, datetime, time
from typing import Any

from enfilade.logs.context import NOTHING, facts_of
from enfilade.secrecy import QuietFormatter

# Surrogates are no control characters, but no file could take them, and the record would be lost.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; the rest came with ``extra``."""

_ASIDE = _STANDARD | {"request", "status_code"}


def escape_control(text: str) -> str:
    """*text* with its control characters, line breaks first of all, written out."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class LineFormatter(QuietFormatter):
    """``2026-11-20 20:29:21 WARNING enfilade.request: Not Found: /x/  [GET /x/ 404 a1b2c3]``.

    The brackets hold what is known of the request. A traceback follows on lines of its own,
    indented. *datefmt* is that of :func:`time.strftime`.
    """

    def __init__(self, datefmt: str = "%Y-%m-%d %H:%M:%S") -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt)

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it traceback and stack."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        # record.exc_text is what another formatter may have left there, and not indented.
        trace = self.formatException(record.exc_info) if record.exc_info else record.exc_text
        below = [*(trace or "").splitlines(), *(record.stack_info or "").splitlines()]
        return "\n".join([self._line(record), *(f"    {escape_control(text)}" for text in below)])

    def _line(self, record: logging.LogRecord) -> str:
        line = escape_control(self.formatMessage(record))
        facts = {**facts_of(record), **_given(record)}
        names = ("method", "path", "status", "request_id")
        known = [str(facts[name]) for name in names if facts[name] != NOTHING]
        return f"{line}  [{escape_control(' '.join(known))}]" if known else line


class JSONFormatter(QuietFormatter):
    """One JSON object a line: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, what
    is known of the request, ``exception``, ``stack``, and whatever ``extra`` the record has.

    A request in ``extra`` becomes its method and path. What JSON has no notation for is written
    as text, so a record is never lost.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts = {name: fact for name, fact in facts_of(record).items() if fact != NOTHING}
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **facts,
            **_given(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        elif record.exc_text:
            entry["exception"] = record.exc_text
        if record.stack_info:
            entry["stack"] = record.stack_info
        return _encode(entry)


def _given(record: logging.LogRecord) -> dict[str, Any]:
    """What came with ``extra``, or from a filter; "-" is nothing."""
    return {
        name: value
        for name, value in vars(record).items()
        if name not in _ASIDE and not (isinstance(value, str) and value == NOTHING)
    }


def _encode(entry: dict[str, Any]) -> str:
    try:
        return json.dumps(entry, default=_notation, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        # A key that is no text, a number that is none, a list in itself: say it in Python.
        plain = {name: value if _is_plain(value) else _text(value) for name, value in entry.items()}
        return json.dumps(plain)


def _is_plain(value: Any) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= 64  # Python refuses to write very long ones
    return value is None or isinstance(value, str)


def _notation(value: Any) -> Any:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return sorted(value, key=repr)
    return _text(value)


def _text(value: Any) -> str:
    """How *value* is written where JSON has no notation: a request without its query."""
    if hasattr(value, "META") and hasattr(value, "path"):
        return f"{value.method} {value.path}"
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__}: its repr raised {type(error).__name__}>"
