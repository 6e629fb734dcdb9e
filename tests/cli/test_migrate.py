"""``enfilade migrate``, ``makemigration`` and ``clearsessions``, as a person runs them."""

import sqlite3
from typing import Any

import pytest

SITE = """
from enfilade import Application, HttpResponse, path

def front(request):
    return HttpResponse("front")

application = Application(
    [path("", front)],
    SECRET_KEY="only for this test, and long enough",
    DATABASE_URL="sqlite:///site.sqlite3",
    MIGRATIONS=["enfilade.contrib.sessions", "shop"],
)
"""

TABLES = """
from sqlalchemy import Column, Integer, Table
from enfilade.database.tables import metadata

things = Table("things", metadata, Column("id", Integer, primary_key=True))
"""


@pytest.fixture
def shop(folder: Any) -> Any:
    """A site whose package has a table."""
    folder.write("app.py", SITE)
    (folder.path / "shop").mkdir()
    folder.write("shop/__init__.py", "")
    folder.write("shop/tables.py", TABLES)
    return folder


def tables(shop: Any) -> set[str]:
    with sqlite3.connect(shop.path / "site.sqlite3") as database:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_master")}


@pytest.mark.slow
def test_makes_the_tables_of_enfilade_and_of_the_site(shop: Any) -> None:
    assert shop.output("migrate") == "sessions_0001  Sessions\n"
    assert shop.output("makemigration", "shop", "-m", "Things to sell") == (
        "shop/migrations/shop_0001_things_to_sell.py is written: read it, then run enfilade "
        "migrate.\n"
    )
    assert shop.output("migrate", "--list") == (
        "sessions\n  [x] sessions_0001  Sessions\nshop\n  [ ] shop_0001  Things to sell\n"
    )
    assert "CREATE TABLE things" in shop.output("migrate", "--sql")
    assert shop.output("migrate") == "shop_0001  Things to sell\n"
    assert shop.output("migrate") == "Nothing to do.\n"
    assert {"things", "enfilade_session"} <= tables(shop)
    assert shop.output("migrate", "--to", "shop@base") == "undone: shop_0001  Things to sell\n"
    assert "things" not in tables(shop)


@pytest.mark.slow
def test_without_a_difference_nothing_is_written(shop: Any) -> None:
    shop.output("migrate")
    shop.write("shop/tables.py", "")
    said = shop.output("makemigration", "shop", "-m", "Nothing")
    assert said == "No difference: nothing is written.\n"
    assert not list((shop.path / "shop/migrations").iterdir())


@pytest.mark.slow
def test_a_mistake_is_told_without_a_traceback(shop: Any) -> None:
    for arguments in (
        ("migrate", "--to", "nothing@head"),
        ("makemigration", "nothing", "-m", "x"),
        ("makemigration", "shop", "-m", "before the first migrate"),
    ):
        done = shop.enfilade(*arguments)
        assert done.returncode == 2
        assert "Hint: " in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_told_without_a_traceback(shop: Any) -> None:
    nobody = "postgresql://enfilade@127.0.0.1:1/nobody"
    shop.write("app.py", SITE.replace("sqlite:///site.sqlite3", nobody))
    for arguments in (("migrate",), ("makemigration", "shop", "-m", "x"), ("clearsessions",)):
        done = shop.enfilade(*arguments)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: The database does not answer")


@pytest.mark.slow
def test_sessions_that_have_ended_are_deleted(shop: Any) -> None:
    shop.output("migrate")
    with sqlite3.connect(shop.path / "site.sqlite3") as database:
        for key, ends in (("ended", "2020-01-01"), ("alive", "2220-01-01")):
            row = (key, "x", f"{ends} 00:00:00.000000")
            database.execute("INSERT INTO enfilade_session VALUES (?, ?, ?)", row)
    assert shop.output("clearsessions") == "Sessions that have ended are deleted.\n"
    with sqlite3.connect(shop.path / "site.sqlite3") as database:
        assert database.execute("SELECT key FROM enfilade_session").fetchall() == [("alive",)]


def test_a_store_that_cannot_look_for_them_says_so(shop: Any) -> None:
    shop.write("store.py", "from enfilade.contrib.sessions.backends.base import SessionBase\n"
                           "class SessionStore(SessionBase): pass\n")  # fmt: skip
    engine = 'SESSION_ENGINE="store",\n    MIGRATIONS'
    shop.write("app.py", SITE.replace("MIGRATIONS", engine))
    done = shop.enfilade("clearsessions")
    assert done.returncode == 1
    assert "store cannot look for expired sessions" in done.stderr


@pytest.mark.slow
def test_names_of_django_are_answered_with_ours(shop: Any) -> None:
    for theirs, ours in (
        ("makemigrations", "makemigration"),
        ("showmigrations", "migrate --list"),
        ("sqlmigrate", "migrate --sql"),
    ):
        assert f"Did you mean enfilade {ours}?" in shop.enfilade(theirs).stderr
