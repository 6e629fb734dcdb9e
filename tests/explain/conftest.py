"""Sites to be looked at: routes and settings for the duration of a test."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.test import override_settings

Site = Callable[..., BaseHandler]


@pytest.fixture
def install() -> Iterator[Callable[..., None]]:
    """Call it with routes, error handlers and settings to have that site."""
    module = ModuleType("urlconf_to_be_explained")
    sys.modules[module.__name__] = module
    with ExitStack() as overrides:

        def make(*routes: Any, handlers: dict[str, Any] | None = None, **values: Any) -> None:
            module.urlpatterns = list(routes)
            vars(module).update(handlers or {})
            values = {"ROOT_URLCONF": module.__name__, **values}
            overrides.enter_context(override_settings(**values))

        yield make
    del sys.modules[module.__name__]


@pytest.fixture
def site(install: Callable[..., None]) -> Site:
    """Call it likewise to have the handler of that site; ``asgi=True`` for the ASGI one."""

    def make(*routes: Any, asgi: bool = False, **values: Any) -> BaseHandler:
        install(*routes, **values)
        return ASGIHandler() if asgi else WSGIHandler()

    return make
