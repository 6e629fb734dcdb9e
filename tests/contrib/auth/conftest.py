"""A database with the tables of users, and hashes that cost nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.auth import tables
from enfilade.contrib.sessions.tables import sessions
from enfilade.database import transaction
from enfilade.test import override_settings

TABLES = [
    sessions,
    tables.users,
    tables.groups,
    tables.user_groups,
    tables.user_permissions,
    tables.group_permissions,
]
CHEAP = ["enfilade.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def keeping_users(url: str) -> Iterator[None]:
    with override_settings(DATABASE_URL=url, PASSWORD_HASHERS=CHEAP):
        _drop_tables()
        with transaction() as database:
            for table in TABLES:
                table.create(database)
        yield
        _drop_tables()  # a PostgreSQL is used by other tests, too


def _drop_tables() -> None:
    with transaction() as database:
        for table in reversed(TABLES):
            table.drop(database, checkfirst=True)


@pytest.fixture
def users(tmp_path: Path) -> Iterator[None]:
    """The tables in a SQLite of their own."""
    with keeping_users(f"sqlite:///{tmp_path / 'users.sqlite3'}"):
        yield


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """The same tests on either."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'users.sqlite3'}"
    else:
        url = request.getfixturevalue("postgresql").url
    with keeping_users(url):
        yield


class Asking:
    """Calls methods as they are, or their twins on an event loop."""

    def __init__(self, awaits: bool) -> None:
        self.awaits = awaits

    def __call__(self, thing: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if self.awaits:
            return asyncio.run(getattr(thing, f"a{name}")(*args, **kwargs))
        return getattr(thing, name)(*args, **kwargs)


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Asking:
    """``ask(store, "get", pk=1)`` calls ``store.get(pk=1)`` or ``store.aget(pk=1)``."""
    return Asking(request.param == "async")
