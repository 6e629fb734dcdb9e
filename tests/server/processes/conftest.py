"""Listening sockets as a supervisor opens them."""

from collections.abc import Callable, Iterator

import pytest

from enfilade.server.options import Options
from enfilade.server.processes.listeners import Listeners


@pytest.fixture
def listen() -> Iterator[Callable[..., Listeners]]:
    """Listen at these addresses, with these options, until the test is over."""
    opened: list[Listeners] = []

    def start(*bind: str, **options: object) -> Listeners:
        listeners = Listeners(Options(bind=bind, **options))
        opened.append(listeners)
        return listeners

    yield start
    for listeners in opened:
        listeners.close()
