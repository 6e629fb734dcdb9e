"""A site in a few lines, and both frameworks side by side."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType, SimpleNamespace
from typing import Any

import django.http
import django.test
import django.views
import django.views.decorators.clickjacking
import django.views.decorators.common
import django.views.decorators.http
import django.views.generic
import pytest

import enfilade.http
import enfilade.views.decorators.clickjacking
import enfilade.views.decorators.common
import enfilade.views.decorators.http
import enfilade.views.generic
from enfilade.test import Client, RequestFactory, override_settings

MakeSite = Callable[..., Client]


def _side(name: str, package: Any, factory: Any) -> SimpleNamespace:
    return SimpleNamespace(
        name=name,
        factory=factory,
        View=package.views.View,
        HttpResponse=package.http.HttpResponse,
        generic=package.views.generic,
        require=package.views.decorators.http,
        frames=package.views.decorators.clickjacking,
        common=package.views.decorators.common,
    )


ENFILADE = _side("enfilade", enfilade, RequestFactory())
DJANGO = _side("django", django, django.test.RequestFactory())


@pytest.fixture
def sides() -> tuple[SimpleNamespace, SimpleNamespace]:
    """Enfilade and Django, with the same names on both."""
    return ENFILADE, DJANGO


@pytest.fixture
def rf() -> RequestFactory:
    return RequestFactory()


@pytest.fixture
def site() -> Iterator[MakeSite]:
    """``site(pattern, …, SETTING=…)`` is a client of a site made of these."""
    with ExitStack() as stack:

        def make(*urlpatterns: Any, **settings: Any) -> Client:
            urlconf = ModuleType("site_under_test")
            urlconf.urlpatterns = list(urlpatterns)  # type: ignore[attr-defined]
            stack.enter_context(override_settings(ROOT_URLCONF=urlconf, **settings))
            return Client(raise_request_exception=False)

        yield make
