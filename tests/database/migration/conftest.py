"""A site's package with tables, on SQLite and on PostgreSQL."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from enfilade.database import connect, engine, tables, transaction
from enfilade.test import override_settings

SHOP = """\
from sqlalchemy import Column, ForeignKey, Integer, String, Table

from enfilade.database.tables import metadata

shelves = Table("shelves", metadata, Column("id", Integer, primary_key=True))
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(30), nullable=False),
    Column("shelf", ForeignKey(shelves.c.id, ondelete="CASCADE")),
)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of either kind."""
    with (
        _empty_database(request, tmp_path) as url,
        override_settings(DATABASE_URL=url, MIGRATIONS=["enfilade.contrib.sessions"]),
    ):
        yield url


@contextmanager
def _empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'site.sqlite3'}"
        return
    url = request.getfixturevalue("postgresql").url  # which other tests use, too
    with override_settings(DATABASE_URL=url):
        with transaction() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS migrating CASCADE"))
            connection.execute(text("CREATE SCHEMA migrating"))
        yield f"{url}?options=-csearch_path%3Dmigrating"


class Shop:
    """A package of the site that can be written anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "shop"
        self.folder.mkdir()
        (self.folder / "__init__.py").touch()
        self.declare(SHOP)

    def declare(self, code: str) -> None:
        """Let ``shop.tables`` be this, as a new process would see it."""
        (self.folder / "tables.py").write_text(code)
        self.forget()

    def forget(self) -> None:
        for name in ("things", "shelves", "members"):
            if name in tables.metadata.tables:
                tables.metadata.remove(tables.metadata.tables[name])
        for name in [name for name in sys.modules if name.startswith("shop")]:
            del sys.modules[name]
        importlib.invalidate_caches()

    @property
    def code(self) -> str:
        return (self.folder / "tables.py").read_text()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Shop]:
    """``shop`` among MIGRATIONS."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    package = Shop(tmp_path)
    with override_settings(MIGRATIONS=["enfilade.contrib.sessions", "shop"]):
        yield package
        package.forget()


@pytest.fixture
def table_names(database: str) -> object:
    """A function that says which tables there are."""

    def names() -> set[str]:
        from sqlalchemy import inspect

        with connect():
            return set(inspect(engine()).get_table_names())

    return names
