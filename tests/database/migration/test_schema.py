"""Migrations, run and undone, on SQLite and on PostgreSQL."""

import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from enfilade.contrib.sessions.tables import sessions
from enfilade.database import connect, tables, transaction
from enfilade.database.migration import (
    MigrationError,
    make_migration,
    migrate,
    pending_sql,
    revisions,
)
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable
from enfilade.test import override_settings

Names = Callable[[], set[str]]
TABLE = sessions.name


def state() -> dict[str, bool]:
    return {revision.name: revision.applied for revision in revisions()}


def test_makes_what_is_declared(database: str, table_names: Names) -> None:
    assert [(step.name, step.text, step.forward) for step in migrate()] == [
        ("sessions_0001", "Sessions", True)
    ]
    assert table_names() == {"enfilade_migration", "enfilade_session"}
    with connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda _, name, kind, *__: kind != "table" or name == TABLE},
        )
        assert compare_metadata(context, tables.metadata) == []


def test_does_nothing_twice(database: str) -> None:
    migrate()
    assert migrate() == []


def test_says_which_have_been_run(database: str) -> None:
    assert state() == {"sessions_0001": False}
    migrate()
    assert state() == {"sessions_0001": True}


def test_prints_what_it_would_do_and_does_nothing(database: str, table_names: Names) -> None:
    assert "CREATE TABLE enfilade_session" in pending_sql()
    assert table_names() == set()
    migrate()
    assert pending_sql() == ""


def test_a_package_goes_its_own_way(shop: Any, table_names: Names) -> None:
    migrate()
    path = make_migration("shop", "Things to sell")
    assert path == shop.folder / "migrations" / "shop_0001_things_to_sell.py"
    assert "INSERT INTO enfilade_migration" in pending_sql()
    assert "enfilade_session" not in pending_sql()
    assert [step.name for step in migrate()] == ["shop_0001"]
    assert {"things", "shelves", "enfilade_session"} < table_names()
    assert [(step.name, step.forward) for step in migrate("shop@base")] == [("shop_0001", False)]
    assert {"enfilade_session"} == table_names() - {"enfilade_migration"}
    assert [step.name for step in migrate("shop")] == ["shop_0001"]
    assert [step.name for step in migrate("sessions@base")] == ["sessions_0001"]
    assert state() == {"sessions_0001": False, "shop_0001": True}


def test_a_change_keeps_the_rows_and_what_refers_to_them(shop: Any) -> None:
    """SQLite has no ALTER for it: the table is copied and dropped, and its rows with it."""
    migrate()
    make_migration("shop", "Things to sell")
    migrate()
    with transaction() as connection:
        connection.execute(text("INSERT INTO shelves (id) VALUES (1)"))
        connection.execute(text("INSERT INTO things VALUES (7, 'tea', 1)"))
    changed = shop.code.replace(
        '"shelves", metadata, ', '"shelves", metadata, Column("room", String(20)), '
    )
    shop.declare(changed.replace("String(30), nullable=False", "String(60)"))
    path = make_migration("shop", "Longer names")
    assert path is not None
    assert "alter_column('name'" in path.read_text()
    # Also the table that others refer to is copied, where that is the way.
    path.write_text(path.read_text().replace("'shelves', schema=None", f"'shelves', {copying()}"))
    assert [step.name for step in migrate()] == ["shop_0002"]
    with connect() as connection:
        assert connection.execute(text("SELECT name, shelf FROM things")).one() == ("tea", 1)
        if _dialect() == "sqlite":
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert [step.forward for step in migrate("shop@shop_0001")] == [False]
    assert state()["shop_0002"] is False


def copying() -> str:
    return "recreate='always'" if _dialect() == "sqlite" else "recreate='auto'"


def _dialect() -> str:
    with connect() as connection:
        return connection.dialect.name


def test_without_a_difference_nothing_is_written(shop: Any) -> None:
    migrate()
    assert make_migration("shop", "Things") is not None
    migrate()
    assert make_migration("shop", "More") is None
    empty = make_migration("shop", "By hand", empty=True)
    assert empty is not None
    assert "    pass" in empty.read_text()


@pytest.mark.parametrize("said", ['It says "hi"', '"""', "\\N \\", "a\\", '""" + "'])
def test_what_a_change_is_called_cannot_spoil_the_script(shop: Any, said: str) -> None:
    migrate()
    make_migration("shop", said)
    assert [step.text for step in migrate()] == [said]


def test_a_script_that_is_no_python_is_named(shop: Any) -> None:
    migrate()
    path = make_migration("shop", "Things")
    assert path is not None
    path.write_text("def upgrade(:")
    with pytest.raises(MigrationError, match=r"shop_0001_things\.py, line 1") as told:
        migrate()
    assert str(path) in str(told.value.hint)


def test_what_only_the_database_knows_is_left_alone(shop: Any, table_names: Names) -> None:
    migrate()
    with transaction() as connection:
        connection.execute(text("CREATE TABLE stray (id INTEGER)"))
    path = make_migration("shop", "Things")
    assert path is not None
    assert "stray" not in path.read_text()
    assert "enfilade_session" not in path.read_text()


def test_a_table_belongs_to_the_package_that_declares_it(shop: Any) -> None:
    club = shop.folder.parent / "shop_club"
    club.mkdir()
    (club / "__init__.py").touch()
    (club / "tables.py").write_text(
        "from sqlalchemy import Column, Integer\n"
        "from sqlalchemy.orm import DeclarativeBase\n"
        "from enfilade.database import tables\n"
        "class Base(DeclarativeBase):\n"
        "    metadata = tables.metadata\n"
        "class Member(Base):\n"
        "    __tablename__ = 'members'\n"
        "    id = Column(Integer, primary_key=True)\n"
    )
    with override_settings(MIGRATIONS=["enfilade.contrib.sessions", "shop", "shop_club"]):
        migrate()
        things = make_migration("shop", "Things")
        migrate()
        members = make_migration("shop_club", "Members")
    assert things is not None
    assert members is not None
    assert ("things" in things.read_text(), "members" in things.read_text()) == (True, False)
    assert ("things" in members.read_text(), "members" in members.read_text()) == (False, True)


def test_all_or_nothing(shop: Any, table_names: Names) -> None:
    migrate()
    path = make_migration("shop", "Things")
    assert path is not None
    broken = "    op.execute('SELECT * FROM nowhere')\n\n\ndef downgrade"
    path.write_text(path.read_text().replace("\n\n\ndef downgrade", "\n" + broken, 1))
    with pytest.raises(MigrationError, match="nothing was changed"):
        migrate()
    assert "things" not in table_names()
    assert state() == {"sessions_0001": True, "shop_0001": False}


def test_a_row_without_what_it_refers_to_is_not_left_behind(shop: Any) -> None:
    migrate()
    make_migration("shop", "Things")
    migrate()
    path = make_migration("shop", "Broken", empty=True)
    assert path is not None
    broken = "op.execute(\"INSERT INTO things VALUES (1, 'x', 99)\")"
    path.write_text(path.read_text().replace("pass", broken, 1))
    with pytest.raises(MigrationError, match="things"):
        migrate()  # SQLite finds out at the end, PostgreSQL at once
    assert state()["shop_0002"] is False


def test_a_table_made_by_hand_is_in_the_way(database: str) -> None:
    with transaction() as connection:
        connection.execute(text("CREATE TABLE enfilade_session (id INTEGER)"))
    with pytest.raises(MigrationError, match="already exists") as caught:
        migrate()
    assert "by hand" in (caught.value.hint or "")


def test_who_is_behind_is_told_before_a_script_is_written(shop: Any) -> None:
    migrate()
    make_migration("shop", "Things")
    with pytest.raises(MigrationError, match="not up to date") as caught:
        make_migration("shop", "More")
    assert "enfilade migrate" in (caught.value.hint or "")


@pytest.mark.parametrize("target", ["nothing@head", "sessions_0009", "sessions@nowhere"])
def test_a_target_that_does_not_exist_is_refused(database: str, target: str) -> None:
    with pytest.raises(MigrationError) as caught:
        migrate(target)
    assert caught.value.hint


def test_a_package_that_was_taken_out_of_the_settings_is_missed(shop: Any) -> None:
    migrate()
    make_migration("shop", "Things")
    migrate()
    with (
        override_settings(MIGRATIONS=["enfilade.contrib.sessions"]),
        pytest.raises(MigrationError, match="shop_0001") as caught,
    ):
        migrate()
    assert "MIGRATIONS" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        (["no.such.package"], "no such package"),
        (["nothing"], "no such package"),
        ([""], "no such package"),
        (["enfilade.contrib.sessions", "other.sessions"], "no such package"),
    ],
)
def test_a_package_that_does_not_exist_is_named(
    database: str, packages: list[str], said: str
) -> None:
    with override_settings(MIGRATIONS=packages), pytest.raises(ImproperlyConfigured, match=said):
        migrate()


def test_two_packages_of_one_label_are_refused(shop: Any) -> None:
    (shop.folder / "sessions").mkdir()
    (shop.folder / "sessions" / "__init__.py").touch()
    with (
        override_settings(MIGRATIONS=["enfilade.contrib.sessions", "shop.sessions"]),
        pytest.raises(ImproperlyConfigured, match="share the name 'sessions'"),
    ):
        migrate()


def test_a_package_that_is_not_in_the_settings_is_refused(database: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MIGRATIONS has no package 'shop'") as caught:
        make_migration("shop", "Things")
    assert "MIGRATIONS = ['enfilade.contrib.sessions', 'shop']" in (caught.value.hint or "")


def test_a_database_that_does_not_answer_says_so() -> None:
    with (
        override_settings(DATABASE_URL="postgresql://enfilade@127.0.0.1:1/nobody"),
        pytest.raises(ServiceUnavailable, match="does not answer"),
    ):
        migrate()


def test_without_alembic_it_is_said_what_to_install() -> None:
    code = (
        "import sys; sys.modules['alembic'] = None\n"
        "from enfilade.conf import settings; settings.configure()\n"
        "from enfilade.database.migration import migrate\n"
        "from enfilade.exceptions import ImproperlyConfigured\n"
        "try: migrate()\n"
        "except ImproperlyConfigured as error: print(error.hint)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == 'pip install "enfilade[database]"\n'


def _migrate_elsewhere(url: str, go: Any, results: Any) -> None:
    go.wait()
    with override_settings(DATABASE_URL=url):
        results.put([step.name for step in migrate()])


def test_of_many_at_once_one_makes_the_tables(database: str, table_names: Names) -> None:
    processes = multiprocessing.get_context("fork")
    go, results = processes.Event(), processes.Queue()
    others = [
        processes.Process(target=_migrate_elsewhere, args=(database, go, results)) for _ in range(4)
    ]
    for other in others:
        other.start()
    go.set()
    done = [results.get(timeout=30) for _ in others]
    for other in others:
        other.join()
    assert sorted(done) == [[], [], [], ["sessions_0001"]]
    assert "enfilade_session" in table_names()


def test_the_scripts_are_part_of_the_package() -> None:
    import enfilade.contrib.sessions.migrations as scripts
    import enfilade.database.migration as room

    assert (Path(scripts.__path__[0]) / "sessions_0001_sessions.py").is_file()
    assert (Path(room.__path__[0]) / "script.py.mako").is_file()
