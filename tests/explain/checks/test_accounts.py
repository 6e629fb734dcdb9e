"""Mistakes in how people are to choose passwords, each found and nothing else with it."""

from types import ModuleType
from typing import Any

import pytest

from enfilade.contrib.auth.views import PasswordResetView
from enfilade.explain.checks import run_checks
from enfilade.http import HttpResponse
from enfilade.urls import include, path

LENGTH = {"NAME": "enfilade.contrib.auth.password_validation.MinimumLengthValidator"}


def deliver(user: Any, link: str, request: Any) -> None:
    """Stands for one that sends mail."""


@pytest.fixture
def found(install: Any) -> Any:
    def found(*patterns: Any, **values: Any) -> list[str]:
        module = ModuleType("routes")
        module.urlpatterns = patterns or [path("", lambda request: HttpResponse())]
        install(**{"ROOT_URLCONF": module, "SECRET_KEY": "abcdefghijklmnop" * 4, **values})
        return [each.id for each in run_checks(deploying=True) if each.id.startswith("accounts.")]

    return found


def test_without_a_mistake_nothing_is_found(found):
    pages = path("", include("enfilade.contrib.auth.urls"))
    assert found(AUTH_PASSWORD_VALIDATORS=[LENGTH]) == []
    assert found(pages, PASSWORD_RESET_DELIVERY=deliver) == []
    assert found(pages, DEBUG=True) == []


@pytest.mark.parametrize(
    "entry", [{"NAME": "no.such.Validator"}, {**LENGTH, "OPTIONS": {"length": 1}}, "x.y", {}]
)
def test_validators_that_cannot_be_made(found, entry):
    assert found(AUTH_PASSWORD_VALIDATORS=[entry]) == ["accounts.E001"]


def test_a_delivery_that_is_not_there(found):
    assert found(PASSWORD_RESET_DELIVERY="no.such.function") == ["accounts.E002"]


def test_a_page_for_forgotten_passwords_without_a_delivery(found):
    class Mine(PasswordResetView):
        pass

    for pattern in (path("a/", include("enfilade.contrib.auth.urls")), path("", Mine.as_view())):
        assert found(pattern) == ["accounts.E003"]


def test_without_routes_nothing_is_said_of_pages(found):
    assert found(ROOT_URLCONF="no_such_module") == []
