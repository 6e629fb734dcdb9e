"""Windows of a browser that know nothing of each other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def new_tab(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a window of a visitor who has never been here."""
    contexts = []

    def open_window(**options: Any) -> Any:
        contexts.append(browser.new_context(**options))
        contexts[-1].set_default_timeout(15_000)
        return contexts[-1].new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def tab(new_tab: Callable[..., Any]) -> Any:
    return new_tab()
