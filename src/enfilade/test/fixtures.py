"""The fixtures for pytest. Nothing of the site, and little of Enfilade, is imported before a
test asks for one of them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from enfilade.test.async_client import AsyncClient, AsyncRequestFactory
    from enfilade.test.client import Client
    from enfilade.test.factory import RequestFactory
    from enfilade.test.live import LiveServer

NO_SITE = """There is no site to test: Enfilade has no settings.
Name the settings module in one of these ways:
  pyproject.toml     [tool.pytest.ini_options]
                     ENFILADE_SETTINGS_MODULE = "settings"
                     pythonpath = ["."]
  command line       pytest --enfilade-settings settings
  environment        ENFILADE_SETTINGS_MODULE=settings
or, if the site is one file, import its application in the test module or in conftest.py."""


NO_MODULE = """There is no site to test: ENFILADE_SETTINGS_MODULE is {0!r},
and there is no module {1!r}. Correct the name, or put its folder on the import path:
  pyproject.toml     [tool.pytest.ini_options]
                     pythonpath = ["."]"""


class Settings:
    """The site's settings; what is set or deleted on this object is undone after the test."""

    _changes: ExitStack

    def __init__(self, changes: ExitStack) -> None:
        object.__setattr__(self, "_changes", changes)

    def __getattr__(self, name: str) -> Any:
        from enfilade.conf import settings

        return getattr(settings, name)

    def __setattr__(self, name: str, value: Any) -> None:
        from enfilade.test.override import override_settings

        self._changes.enter_context(override_settings(**{name: value}))

    def __delattr__(self, name: str) -> None:
        from enfilade.conf import settings

        setattr(self, name, getattr(self, name))  # so that it is put back
        delattr(settings, name)


@pytest.fixture(name="_enfilade_site")
def _site() -> Iterator[None]:
    from enfilade.test.environment import TEST_HOST, answering, has_settings

    if not has_settings():
        pytest.fail(NO_SITE, pytrace=False)
    _find_settings()
    with answering(TEST_HOST, DEBUG=False):
        yield


def _find_settings() -> None:
    """Tell of a settings module that is not there; what fails inside one has its traceback."""
    from enfilade.conf import settings
    from enfilade.conf.settings import ENVIRONMENT_VARIABLE

    named = os.environ.get(ENVIRONMENT_VARIABLE, "")
    try:
        _ = settings.DEBUG
    except ModuleNotFoundError as error:
        if not error.name or not f"{named}.".startswith(f"{error.name}."):
            raise
        pytest.fail(NO_MODULE.format(named, error.name), pytrace=False)


@pytest.fixture
def settings(_enfilade_site: None) -> Iterator[Settings]:
    """Enfilade's settings, to be changed for the test: ``settings.APPEND_SLASH = False``."""
    with ExitStack() as changes:
        yield Settings(changes)


@pytest.fixture
def client(_enfilade_site: None) -> "Client":
    """A test client of Enfilade's for the site of the settings."""
    from enfilade.test.client import Client

    return Client()


@pytest.fixture
def async_client(_enfilade_site: None) -> "AsyncClient":
    """The same for coroutines: ``response = await async_client.get("/")``."""
    from enfilade.test.async_client import AsyncClient

    return AsyncClient()


@pytest.fixture
def rf(_enfilade_site: None) -> "RequestFactory":
    """A factory of requests: ``view(rf.get("/"))``."""
    from enfilade.test.factory import RequestFactory

    return RequestFactory()


@pytest.fixture
def async_rf(_enfilade_site: None) -> "AsyncRequestFactory":
    """A factory of requests as they come from an ASGI server."""
    from enfilade.test.async_client import AsyncRequestFactory

    return AsyncRequestFactory()


@pytest.fixture
def live_server(_enfilade_site: None) -> "Iterator[LiveServer]":
    """The site on Enfilade's own server at ``live_server.url``."""
    from enfilade.test.live import LiveServer

    with LiveServer() as server:
        yield server
