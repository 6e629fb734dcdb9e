"""The site's database: SQLite and PostgreSQL, lost and found again."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, StaticPool, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from enfilade.database import connect, engine, transaction
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable, SynchronousOnlyOperation
from enfilade.test import override_settings
from services import Service, postgresql_server

pytestmark = pytest.mark.service


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same tests on either; a table to write to."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'site.sqlite3'}"
    else:
        url = request.getfixturevalue("postgresql").url
    with override_settings(DATABASE_URL=url):
        with transaction() as connection:
            connection.execute(text("DROP TABLE IF EXISTS notes"))
            connection.execute(text("CREATE TABLE notes (note TEXT)"))
        yield url


def notes() -> list[str]:
    with connect() as connection:
        return [row.note for row in connection.execute(text("SELECT note FROM notes"))]


def write(note: str) -> None:
    with transaction() as connection:
        connection.execute(text("INSERT INTO notes VALUES (:note)"), {"note": note})


def test_a_transaction_is_committed_at_its_end(database: str) -> None:
    write("kept")
    assert notes() == ["kept"]


def test_an_exception_rolls_the_transaction_back(database: str) -> None:
    with pytest.raises(RuntimeError), transaction() as connection:
        connection.execute(text("INSERT INTO notes VALUES ('lost')"))
        raise RuntimeError
    assert notes() == []


def test_a_missing_table_says_how_to_make_it(database: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="no such table") as caught, connect() as found:
        found.execute(text("SELECT * FROM nowhere"))
    assert "enfilade migrate" in caught.value.hint


def test_a_mistake_in_a_statement_stays_what_it_is(database: str) -> None:
    with pytest.raises(DBAPIError, match="already exists"), connect() as found:
        found.execute(text("CREATE TABLE notes (note TEXT)"))


def test_a_row_that_is_there_already_is_no_outage(database: str) -> None:
    with transaction() as found:
        found.execute(text("CREATE UNIQUE INDEX once ON notes (note)"))
    write("once: no such table")
    with pytest.raises(IntegrityError):
        write("once: no such table")


def test_what_was_written_is_in_no_report_of_an_error_except_in_debug(database: str) -> None:
    with transaction() as found:
        found.execute(text("DROP TABLE IF EXISTS secrets"))
        found.execute(text("CREATE TABLE secrets (secret TEXT, number INTEGER CHECK (number > 0))"))
    statement = text("INSERT INTO secrets VALUES (:secret, :number)")

    def fail() -> str:
        with pytest.raises(IntegrityError) as caught, transaction() as found:
            found.execute(statement, {"secret": "a hash", "number": 0})
        return str(caught.value).partition("[SQL")[2]

    assert "a hash" not in fail()
    with override_settings(DEBUG=True, DATABASE_URL=f"{database}?"):
        assert "a hash" in fail()


def test_a_locked_database_is_to_be_asked_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    other = sqlite3.connect(tmp_path / "x.sqlite3", isolation_level=None)
    with override_settings(DATABASE_URL=url, DATABASE_OPTIONS={"connect_args": {"timeout": 0.01}}):
        with transaction() as found:
            found.execute(text("CREATE TABLE notes (note TEXT)"))
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ServiceUnavailable, match="locked"):
            write("waits for nobody")
        other.execute("ROLLBACK")
        write("now")
        assert notes() == ["now"]
    other.close()


def test_the_event_loop_is_not_kept_waiting(database: str) -> None:
    async def ask() -> None:
        notes()

    with pytest.raises(SynchronousOnlyOperation, match="event loop"):
        asyncio.run(ask())


def test_a_forked_child_has_connections_of_its_own(database: str) -> None:
    write("of the parent")
    parent = engine()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            write("of the child")
            status = 0 if engine() is not parent else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert notes() == ["of the parent", "of the child"]
    assert engine() is parent


def test_sqlite_holds_to_foreign_keys_and_lets_readers_read_beside_a_writer(tmp_path: Path) -> None:
    with override_settings(DATABASE_URL=f"sqlite:///{tmp_path / 'x.sqlite3'}"), connect() as found:
        assert found.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert found.execute(text("PRAGMA journal_mode")).scalar() == "wal"


@pytest.mark.slow
def test_a_database_that_goes_and_comes_back_is_used_again() -> None:
    with postgresql_server() as server, override_settings(DATABASE_URL=server.url):
        with connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
        server.stop()
        with pytest.raises(ServiceUnavailable, match="does not answer"), connect():
            pass
        server.start()
        with connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("address", ["no address", "oracle+nothing://host/x", "postgresql+sql://x"])
def test_an_address_that_makes_no_sense_says_what_one_looks_like(address: str) -> None:
    with (
        override_settings(DATABASE_URL=address),
        pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as caught,
        connect(),
    ):
        pass
    assert "postgresql://USER@HOST/NAME" in caught.value.hint


# Options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"poolclass": NullPool}, {"poolclass": StaticPool}, {"pool_size": 2}, {"pool_timeout": 3}],
    ids=lambda options: "-".join(map(str, options)),
)
def test_a_site_may_choose_its_pool(database: str, options: dict[str, Any]) -> None:
    with override_settings(DATABASE_OPTIONS=options):
        write("one")
        write("two")
        assert notes() == ["one", "two"]


def test_without_a_pool_each_connection_is_a_new_one(postgresql: Service) -> None:
    """As it should be behind PgBouncer, which has a pool of its own."""
    question = text("SELECT pg_backend_pid()")
    pids = set()
    with override_settings(DATABASE_URL=postgresql.url, DATABASE_OPTIONS={"poolclass": NullPool}):
        for _ in range(3):
            with connect() as found:
                pids.add(found.execute(question).scalar())
    assert len(pids) == 3


def test_arguments_for_the_driver_are_added_to_those_that_keep_deadlines(
    postgresql: Service,
) -> None:
    options = {"connect_args": {"application_name": "the gazette"}}
    with override_settings(DATABASE_URL=postgresql.url, DATABASE_OPTIONS=options):
        with connect() as found:
            assert found.execute(text("SHOW application_name")).scalar() == "the gazette"
            driver: Any = found.connection.driver_connection
        assert driver.info.get_parameters()["connect_timeout"] == "2"


@pytest.mark.parametrize("options", [{"poolclass": "NullPool"}, {"pool_sise": 3}])
def test_an_option_that_makes_no_sense_is_said_to(database: str, options: dict[str, Any]) -> None:
    with (
        override_settings(DATABASE_OPTIONS=options),
        pytest.raises(ImproperlyConfigured, match="DATABASE_OPTIONS cannot be used"),
        connect(),
    ):
        pass


# The file --------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    """Sessions and hashes of passwords are in it."""
    file = tmp_path / "site.sqlite3"
    mask = os.umask(0o022)
    try:
        with override_settings(DATABASE_URL=f"sqlite:///{file}"), transaction() as found:
            found.execute(text("CREATE TABLE notes (note TEXT)"))
            assert {each.name: mode(each) for each in tmp_path.iterdir()} == {
                "site.sqlite3": 0o600,
                "site.sqlite3-wal": 0o600,
                "site.sqlite3-shm": 0o600,
            }
    finally:
        os.umask(mask)


def test_a_file_that_is_there_keeps_the_mode_that_its_owner_gave_it(tmp_path: Path) -> None:
    file = tmp_path / "site.sqlite3"
    file.touch()
    file.chmod(0o660)
    with override_settings(DATABASE_URL=f"sqlite:///{file}"):
        write_in_a_new_table()
    assert mode(file) == 0o660


def write_in_a_new_table() -> None:
    with transaction() as found:
        found.execute(text("CREATE TABLE notes (note TEXT)"))


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///file:{}/x.sqlite3?uri=true"])
def test_other_addresses_of_sqlite_are_left_to_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with override_settings(DATABASE_URL=address.format(tmp_path)):
        write_in_a_new_table()
    assert not list(tmp_path.glob("*:*"))


def test_a_folder_that_is_not_there_is_an_outage_that_names_the_reason(tmp_path: Path) -> None:
    with (
        override_settings(DATABASE_URL=f"sqlite:///{tmp_path / 'no' / 'x.sqlite3'}"),
        pytest.raises(ServiceUnavailable, match="unable to open"),
        connect(),
    ):
        pass
