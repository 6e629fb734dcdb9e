"""Queries that SQLAlchemy makes, noted on the trace that is under way.

All engines of the process are listened to, for a request knows none of them. What a statement is
given beside its text is not looked at, nor what it finds.
"""

from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from enfilade.trace import CURRENT
from enfilade.trace.queries import begin_query

if TYPE_CHECKING:
    from sqlalchemy import Connection, ExceptionContext

NOTE = "enfilade_note"
"""The attribute by which the execution of a statement has its note."""


def install(engines: Any) -> None:
    """Listen to the engines of *engines*, the module ``sqlalchemy.engine``."""
    from sqlalchemy import event

    if event.contains(engines.Engine, "before_cursor_execute", _before):
        return
    event.listen(engines.Engine, "before_cursor_execute", _before)
    event.listen(engines.Engine, "after_cursor_execute", _after)
    event.listen(engines.Engine, "handle_error", _fail)


def _before(
    connection: "Connection",
    _cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    executemany: bool,
) -> None:
    if CURRENT.get() is None:
        return
    note = begin_query(connection.dialect.name, statement, len(parameters) if executemany else 1)
    if note is not None and context is not None:
        setattr(context, NOTE, note)


def _after(
    _connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: bool
) -> None:
    if CURRENT.get() is not None and (note := getattr(context, NOTE, None)) is not None:
        note.until = perf_counter_ns()


def _fail(failure: "ExceptionContext") -> None:
    if CURRENT.get() is None:
        return
    note = getattr(failure.execution_context, NOTE, None)
    if note is not None and not note.until:
        note.until = perf_counter_ns()
        note.text += f" ({type(failure.original_exception).__name__})"
