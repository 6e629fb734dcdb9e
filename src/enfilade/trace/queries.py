"""Queries of databases as notes of the request that makes them, whoever watches the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter_ns

from enfilade.secrecy import hide_statement
from enfilade.trace.notes import take_note
from enfilade.trace.record import Note


def begin_query(database: str, statement: str, times: int = 1) -> Note | None:
    """Note that *statement* is executed, without its parameters, so many *times* at once; what is
    returned is to end, if there is a request with a trace under way."""
    note = take_note("sql", database, statement, hide_statement)
    if note is not None and times > 1:
        note.text += f" (× {times})"
    return note


@contextmanager
def query(database: str, statement: str, times: int = 1) -> Iterator[None]:
    """The same, while the block executes it."""
    note = begin_query(database, statement, times)
    try:
        yield
    except Exception as error:
        if note is not None:
            note.text += f" ({type(error).__name__})"
        raise
    finally:
        if note is not None:
            note.until = perf_counter_ns()
