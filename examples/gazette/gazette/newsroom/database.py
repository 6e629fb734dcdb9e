"""The way to the database: one engine a process, opened at the first question.

Workers are forked, and a SQLite connection must not cross a fork; so the engine is kept under
the number of the process, and a child that inherits its parent's opens one of its own.
"""

import os
import threading
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from enfilade.conf import settings
from gazette.newsroom.first_edition import print_first_edition

_OPENING = threading.Lock()


def session() -> Session:
    """A session on the paper's database; what it has read stays readable after it is closed."""
    return Session(engine(), expire_on_commit=False)


def engine() -> Engine:
    """This process's engine; the first to ask finds, or makes, the first edition."""
    with _OPENING:
        return _engine(settings.GAZETTE_DATABASE, settings.GAZETTE_MEDIA, os.getpid())


@cache
def _engine(database: Path, media: Path, process: int) -> Engine:
    database.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 10})
    event.listen(engine, "connect", _prepare)
    print_first_edition(engine, media)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
