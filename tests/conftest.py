"""Settings for the whole suite: Enfilade's, and Django's as the oracle, each configured once.

Tests that need other values override them for their own duration.
"""

import gc
import os
from collections.abc import Generator, Iterator
from contextvars import copy_context
from functools import partial
from typing import Any

import django
import hypothesis
import pytest
from django.conf import settings as django_settings

from enfilade.conf import settings
from running import program
from services import Service, postgresql_server, redis_server

_SITE = {
    "ALLOWED_HOSTS": ["testserver", "localhost", "127.0.0.1"],
    "SECRET_KEY": "a key for the tests only",
}

if not settings.configured:
    settings.configure(**_SITE)

if not django_settings.configured:
    django_settings.configure(**_SITE, USE_TZ=True)
    django.setup()

# No deadline: a machine that is busy is no mistake of what is tested.
hypothesis.settings.register_profile("short", deadline=None)
hypothesis.settings.register_profile("long", max_examples=5000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))

KEEPS_PAGES = "--disable-back-forward-cache"
"""Playwright turns this cache off; people's browsers have it."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The tests stay until the end, by the thousand: garbage is not looked for among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take minutes comes first, so that no process is left alone with it at the end."""
    items.sort(key=_seconds_it_may_take, reverse=True)


def _seconds_it_may_take(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A test has a context of its own. Each change of Django's settings makes variables that would
    else stay for good, and are carried to and fro between threads in each request under ASGI."""
    function = pyfuncitem.obj
    pyfuncitem.obj = partial(copy_context().run, function)
    try:
        return (yield)
    finally:
        pyfuncitem.obj = function  # in which pytest looks for the place of a failure


@pytest.fixture(scope="session", autouse=True)
def nobody_s_terminal() -> Iterator[None]:
    """What is shown does not depend on where the tests are run."""
    with pytest.MonkeyPatch.context() as environ:
        for name in ("BUILD_NUMBER", "CI", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"):
            environ.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Service]:
    """A PostgreSQL for the tests that only need one; who stops it starts one of its own."""
    with postgresql_server() as service:
        yield service


@pytest.fixture(scope="session")
def redis() -> Iterator[Service]:
    """A Redis, likewise; a test takes a number of database or a prefix of its own."""
    with redis_server() as service:
        yield service


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, in the hands of Playwright."""
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
