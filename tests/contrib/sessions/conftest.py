"""Every store of sessions, each with what it needs, and the two ways to ask it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.sessions.backends.base import SessionBase
from enfilade.contrib.sessions.engine import store_class
from enfilade.contrib.sessions.tables import sessions
from enfilade.database import transaction
from enfilade.test import override_settings

ENGINES = "enfilade.contrib.sessions.backends"
LOCMEM = "enfilade.cache.backends.locmem.LocMemCache"
REDIS = "enfilade.cache.backends.redis.RedisCache"

KEYED = [
    "db-sqlite",
    pytest.param("db-postgresql", marks=pytest.mark.service),
    "cache-locmem",
    pytest.param("cache-redis", marks=pytest.mark.service),
    "cached_db-sqlite",
    "file",
]


@contextmanager
def keeping_sessions(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Settings under which sessions are kept as *kind* says."""
    engine, _, where = kind.partition("-")
    cache = {"BACKEND": LOCMEM, "LOCATION": str(tmp_path)}
    if where == "redis":
        cache = {"BACKEND": REDIS, "LOCATION": request.getfixturevalue("redis").url}
    url = f"sqlite:///{tmp_path / 'sessions.sqlite3'}"
    if where == "postgresql":
        url = request.getfixturevalue("postgresql").url
    with override_settings(
        SESSION_ENGINE=f"{ENGINES}.{engine}",
        SESSION_FILE_PATH=str(tmp_path),
        CACHES={"default": cache},
        DATABASE_URL=url,
    ):
        if "db" in engine:
            with transaction() as database:
                sessions.drop(database, checkfirst=True)
                sessions.create(database)
        yield
        if where == "postgresql":  # which other tests use, too
            with transaction() as database:
                sessions.drop(database)


@pytest.fixture(params=KEYED)
def keyed_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[type[SessionBase]]:
    """Each store that keeps sessions under random keys."""
    with keeping_sessions(request.param, tmp_path, request):
        yield store_class()


@pytest.fixture(params=[*KEYED, "signed_cookies"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[type[SessionBase]]:
    """Each store."""
    with keeping_sessions(request.param, tmp_path, request):
        yield store_class()


@pytest.fixture
def kept_as(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """``kept_as("db-sqlite")`` is the context of sessions that are kept so."""
    return lambda kind: keeping_sessions(kind, tmp_path, request)


class Asking:
    """Calls methods of a session as they are, or their twins on an event loop."""

    def __init__(self, awaits: bool) -> None:
        self.awaits = awaits

    def __call__(self, session: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if self.awaits:
            return asyncio.run(getattr(session, f"a{name}")(*args, **kwargs))
        if name == "set":
            return session.__setitem__(*args)
        return getattr(session, name)(*args, **kwargs)


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Asking:
    """``ask(session, "get", "key")`` calls ``session.get("key")`` or ``session.aget("key")``."""
    return Asking(request.param == "async")
