"""The way to the database. Whoever opens it first finds, or makes, the first edition.

The engine is made at the first question, so after the server has forked its workers: a SQLite
connection must not cross a fork.
"""

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from enfilade.conf import settings
from gazette.edition.printing import print_first_edition


def session() -> Session:
    """A session on the paper's database; what it has read stays readable after it is closed."""
    engine = open_database(settings.GAZETTE_DATABASE, settings.GAZETTE_MEDIA)
    return Session(engine, expire_on_commit=False)


@cache
def open_database(database: Path, media: Path) -> Engine:
    """The engine for *database*; pictures of a first edition go to the folder *media*."""
    database.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 10})
    event.listen(engine, "connect", _prepare)
    print_first_edition(engine, media)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
