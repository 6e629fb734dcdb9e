"""Waiting for what another thread or process will do, for as long as a busy machine needs."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds until a test gives up; no test takes that long unless it fails."""


def until(condition: Callable[[], T], what: str | Callable[[], str] = "the condition is met") -> T:
    """The first true value of *condition*, which is asked again and again; if there is none,
    *what* says what did not come to pass, or is asked for it then."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    said = what if isinstance(what, str) else what()
    raise AssertionError(f"it did not come to pass that {said}")


def eventually(ask: Callable[[], object], value: object) -> None:
    """*ask* gives *value* soon: a server counts an answer when its client has it already."""
    deadline = time.monotonic() + PATIENCE
    while ask() != value and time.monotonic() < deadline:
        time.sleep(0.005)
    assert ask() == value
