"""A real browser, and windows of it that know nothing of each other."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from running import program

KEEPS_PAGES = "--disable-back-forward-cache"
"""Playwright turns this cache off; people's browsers have it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    executable = program("chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu"],
            ignore_default_args=[KEEPS_PAGES],
        )
        yield chromium
        chromium.close()


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
