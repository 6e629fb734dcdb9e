"""One engine a process, made on first use and made anew in a forked child.

Every call here blocks. From a coroutine it is called through :func:`enfilade.bridge.in_thread`;
calling it on the event loop itself raises, because all other requests would wait for it.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from enfilade.bridge import refuse_on_event_loop
from enfilade.conf import settings
from enfilade.database.address import complete_address, is_watched, options_for
from enfilade.database.errors import translated
from enfilade.dispatch import setting_changed
from enfilade.exceptions import ImproperlyConfigured
from enfilade.foreign import watch
from enfilade.outage import SECONDS_TO_WAIT

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@functools.cache
def engine() -> "Engine":
    """The engine of ``DATABASE_URL``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if the address cannot be understood
    or its driver is not installed.
    """
    sqlalchemy = _sqlalchemy()
    watch(sqlalchemy.engine)
    try:
        address = complete_address(settings.DATABASE_URL)
        options = options_for(address, SECONDS_TO_WAIT, settings.DATABASE_OPTIONS)
        # Errors are logged, and what visitors write has no place there, nor have hashes.
        options.setdefault("hide_parameters", not settings.DEBUG)
        made: Engine = sqlalchemy.create_engine(address, **options)
    except (sqlalchemy.exc.ArgumentError, ModuleNotFoundError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL or DATABASE_OPTIONS cannot be used: {error}",
            hint="An address is sqlite:///FILE or postgresql://USER@HOST/NAME; the latter needs "
            'the driver: pip install "enfilade[postgresql]".',
        ) from error
    if made.dialect.name == "sqlite":
        sqlalchemy.event.listen(made, "do_connect", _make_private)
        sqlalchemy.event.listen(made, "connect", _prepare_sqlite)
    elif is_watched(address):
        from enfilade.database.postgresql import watch as watch_network

        watch_network(made)
    return made


@contextmanager
def connect() -> Iterator["Connection"]:
    """A connection to read from.

    Raises :exc:`~enfilade.exceptions.ServiceUnavailable`, answered 503, if the database does
    not answer, and :exc:`~enfilade.exceptions.SynchronousOnlyOperation` on an event loop.
    """
    refuse_on_event_loop("The database")
    made = engine()
    with translated(), made.connect() as connection:
        yield connection


@contextmanager
def transaction() -> Iterator["Connection"]:
    """A connection whose changes are committed at the end, or rolled back by an exception.

    Raises what :func:`connect` raises.
    """
    refuse_on_event_loop("The database")
    made = engine()
    with translated(), made.begin() as connection:
        yield connection


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            "A database is needed, and SQLAlchemy is not installed.",
            hint='pip install "enfilade[database]"',
        ) from error
    return sqlalchemy


def _make_private(_dialect: object, _record: object, arguments: Any, _options: object) -> None:
    """Make a file that is not there yet for this user only: sessions and hashes are in it.

    SQLite gives the files beside it the same mode. One that is there keeps its own.
    """
    name = arguments[0] if arguments else ""
    if isinstance(name, str) and name and not name.startswith((":memory:", "file:")):
        with suppress(OSError):  # SQLite says why it cannot be opened
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Readers beside a writer, and foreign keys that are held to."""
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _forget() -> None:
    if engine.cache_info().currsize:
        engine().dispose()
        engine.cache_clear()


def _forget_after_fork() -> None:
    if engine.cache_info().currsize:
        engine().dispose(close=False)  # the connections belong to the parent
        engine.cache_clear()


def _on_change(*, setting: str, **_: object) -> None:
    if setting in ("DATABASE_URL", "DATABASE_OPTIONS"):
        _forget()


setting_changed.connect(_on_change)
os.register_at_fork(after_in_child=_forget_after_fork)
