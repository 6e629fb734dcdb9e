"""A connection on which nobody else changes tables meanwhile, and all is done or nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from enfilade.bridge import refuse_on_event_loop
from enfilade.database.connection import engine
from enfilade.database.migration.errors import MigrationError
from enfilade.exceptions import ServiceUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["alone", "connected"]

LOCK = 0x656E66696C616465
"""The advisory lock's number: "enfilade" in ASCII."""

MILLISECONDS_TO_WAIT = 60_000
"""How long a migration waits for another one on SQLite; on PostgreSQL it waits to the end."""


@contextmanager
def connected() -> Iterator["Connection"]:
    """A connection; :exc:`~enfilade.exceptions.ServiceUnavailable` if there is none to be had.

    What the database refuses afterwards is left as it is, unlike in
    :func:`enfilade.database.connect`.
    """
    import sqlalchemy.exc

    refuse_on_event_loop("The database")
    try:
        connection = engine().connect()
    except sqlalchemy.exc.OperationalError as error:
        raise ServiceUnavailable(f"The database does not answer: {error.orig}") from error
    with connection:
        yield connection


@contextmanager
def alone() -> Iterator["Connection"]:
    """A connection in a transaction, committed at the end, that other migrations wait for."""
    with connected() as connection, _LOCKS.get(connection.dialect.name, _plain)(connection):
        yield connection


@contextmanager
def _plain(connection: "Connection") -> Iterator[None]:
    yield
    connection.commit()


@contextmanager
def _in_postgresql(connection: "Connection") -> Iterator[None]:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    yield
    connection.commit()


@contextmanager
def _in_sqlite(connection: "Connection") -> Iterator[None]:
    """SQLite changes a table by copying and dropping it, which counts as deleting its rows: what
    refers to them would be deleted, too, if foreign keys were held to meanwhile."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={MILLISECONDS_TO_WAIT}")
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise MigrationError(f"A row of {broken[0]} would refer to a row that is not there.")
        connection.commit()
    finally:
        connection.invalidate()  # it ends here, and the pragmas and what is not committed with it


_LOCKS: dict[str, Callable[["Connection"], AbstractContextManager[None]]] = {
    "postgresql": _in_postgresql,
    "sqlite": _in_sqlite,
}
