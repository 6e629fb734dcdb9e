"""What the errors of a driver mean for a request: come again, make the tables, or a mistake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable

# SQLSTATE classes of PostgreSQL, appendix A: connection, resources, the operator, the system.
_PASSING_STATES = ("08", "53", "57", "58")
# Result codes of SQLite: busy, locked, I/O error, full, cannot be opened, protocol.
_PASSING_CODES = frozenset({5, 6, 10, 13, 14, 15})
_UNDEFINED_TABLE = "42P01"
_SQL_LOGIC_ERROR = 1  # of SQLite, for what it cannot compile; only the text says why
_WITHOUT_STATE = ("OperationalError", "InterfaceError", "ConnectionTimeout")


@contextmanager
def translated() -> Iterator[None]:
    """Raise :exc:`~enfilade.exceptions.ServiceUnavailable` for a database that does not answer
    and :exc:`~enfilade.exceptions.ImproperlyConfigured` for one without the tables; other errors
    pass as they are."""
    from sqlalchemy import exc

    try:
        yield
    except exc.TimeoutError as error:  # all connections are in use
        raise ServiceUnavailable(f"The database does not answer: {error}") from error
    except exc.DBAPIError as error:
        if _is_a_missing_table(error.orig):
            raise ImproperlyConfigured(
                f"The database has no such table: {error.orig}",
                hint="Create the tables with: enfilade migrate",
            ) from error
        if error.connection_invalidated or _is_passing(error.orig):
            raise ServiceUnavailable(f"The database does not answer: {error.orig}") from error
        raise


def _is_a_missing_table(said: Any) -> bool:
    if getattr(said, "sqlite_errorcode", None) == _SQL_LOGIC_ERROR:
        return str(said).startswith("no such table")
    return getattr(said, "sqlstate", None) == _UNDEFINED_TABLE


def _is_passing(said: Any) -> bool:
    """Whether the same statement may well succeed in a moment."""
    if hasattr(said, "sqlite_errorcode"):
        return said.sqlite_errorcode & 0xFF in _PASSING_CODES  # the rest is the extended code
    if hasattr(said, "sqlstate"):
        # psycopg has no state for a connection that never was.
        lost = said.sqlstate is None and type(said).__name__ in _WITHOUT_STATE
        return lost or str(said.sqlstate)[:2] in _PASSING_STATES
    return type(said).__name__ in _WITHOUT_STATE
