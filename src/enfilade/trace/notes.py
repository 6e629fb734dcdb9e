"""What is said while a request with a trace is under way, noted on its trace: lines of logs here,
and queries by those who watch databases (:mod:`enfilade.foreign`).

Lines are taken where records are made, not by a handler. A handler at the root would silence what
:mod:`logging` does as long as there is none: ``basicConfig()``, and the last resort for warnings.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from enfilade.secrecy import hide_text
from enfilade.trace.current import CURRENT
from enfilade.trace.failure import described
from enfilade.trace.record import Note

MOST: Final = 200
"""Notes of one request that are kept."""

LONGEST: Final = 1000
"""Characters of a note that are kept."""

LOOKED_AT: Final = 8 * LONGEST
"""Characters of a text that are looked into."""

NOTED_ELSEWHERE: Final = ("sqlalchemy.engine", "django.db.backends")
"""Loggers of queries, with their parameters."""


def take_note(
    kind: str, source: str, text: str, hide: Callable[[str], str] = hide_text
) -> Note | None:
    """Note *text*, without the secrets that *hide* hides, on the trace that is under way
    here, if there is one that has not too many notes."""
    trace = CURRENT.get()
    if trace is None or len(trace.notes) >= MOST:
        return None
    note = trace.note(kind, source, shortened(text, hide))
    if len(trace.notes) == MOST - 1:
        trace.note("log", "enfilade.trace", f"More than {MOST - 1} notes: the rest is not kept.")
    return note


def shortened(text: str, hide: Callable[[str], str] = hide_text) -> str:
    """*text* without secrets and of at most :data:`LONGEST` characters. What is to be hidden is
    looked for before the text is cut, since half a token does not look like one."""
    hidden = hide(text[:LOOKED_AT])
    return hidden if len(hidden) <= LONGEST else hidden[: LONGEST - 1] + "…"


class NotingFactory:
    """Makes the records of logs as *make* does, and notes those that tell at least of progress."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        record = self._make(*args, **kwargs)
        if CURRENT.get() is not None:
            _note(record)
        return record


def note_logs() -> None:
    """From now on, note what is logged in this process while a request with a trace is under way;
    once, however often that is asked for."""
    make = logging.getLogRecordFactory()
    if not isinstance(make, NotingFactory):
        logging.setLogRecordFactory(NotingFactory(make))


def _note(record: logging.LogRecord) -> None:
    """Note *record*; whatever it is made of, the request goes on."""
    try:
        if record.levelno >= logging.INFO and not record.name.startswith(NOTED_ELSEWHERE):
            said = f"{record.levelname} {record.getMessage()}"
            note = take_note("log", record.name, said)
            if note is not None and isinstance(record.exc_info, tuple) and record.exc_info[1]:
                note.text += f"\n{described(record.exc_info[1])}"
    except Exception:  # noqa: S110 - the handlers of the record will complain
        pass
