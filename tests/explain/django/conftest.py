"""Django sites to be looked at, for the duration of a test."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from enfilade.foreign import observing

NAME = "django_urlconf_to_be_explained"


@pytest.fixture
def site() -> Iterator[Callable[..., Any]]:
    """Call it with patterns and settings to have the handler of that site; what stands in
    *names* can be named in ``MIDDLEWARE`` by the name of the URLconf."""
    module: Any = ModuleType(NAME)
    sys.modules[NAME] = module
    with ExitStack() as overrides:

        def make(
            *patterns: Any, asgi: bool = False, names: dict[str, Any] | None = None, **values: Any
        ) -> Any:
            module.urlpatterns = list(patterns)
            vars(module).update(names or {})
            values = {"ROOT_URLCONF": NAME, "MIDDLEWARE": [], **values}
            overrides.enter_context(override_settings(**values))
            with observing():
                return ASGIHandler() if asgi else WSGIHandler()

        yield make
    del sys.modules[NAME]
