"""Whom a view of a Django site keeps out, and where they are sent."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from django.views import View

from enfilade.explain.django.request import explain_django_request
from enfilade.explain.line import Draft
from oracle.people import APPS

LOGIN = "django.contrib.auth.middleware.LoginRequiredMiddleware"
STRANGERS = "who has not signed in"


@pytest.fixture(autouse=True)
def users() -> Iterator[None]:
    """Django's users can be imported, and be in no database."""
    with override_settings(INSTALLED_APPS=APPS):
        yield


def front(request: Any) -> HttpResponse:
    raise AssertionError("no view is run")


class Door(View):
    def get(self, request: Any) -> HttpResponse:
        raise AssertionError("no view is run")


def view_behind(mixin: str, **members: Any) -> Any:
    from django.contrib.auth import mixins

    return type("Room", (getattr(mixins, mixin), Door), members).as_view()


def view_with(decorator: str, *args: Any, **kwargs: Any) -> Any:
    from django.contrib.auth import decorators

    return getattr(decorators, decorator)(*args, **kwargs)(front)


def own_answer(self: Any) -> HttpResponse:
    raise AssertionError("no view is run")


def facts(handler: Any) -> Any:
    return explain_django_request(handler, Draft("GET", "/")).facts


@pytest.mark.parametrize(
    ("make", "whom", "status", "location"),
    [
        (lambda: view_with("login_required"), STRANGERS, 302, "/accounts/login/?next=/"),
        (lambda: view_with("login_required", login_url="/enter/"), STRANGERS, 302,
         "/enter/?next=/"),
        (lambda: view_with("permission_required", "paper.print"), "who may not paper.print", 302,
         "/accounts/login/?next=/"),
        (lambda: view_with("permission_required", "paper.print", raise_exception=True),
         "who may not paper.print", 403, None),
        (lambda: view_with("user_passes_test", str.isupper), "who does not pass isupper()", 302,
         "/accounts/login/?next=/"),
        (lambda: view_behind("LoginRequiredMixin", login_url="/enter/"), STRANGERS, 302,
         "/enter/?next=/"),
        (lambda: view_behind("PermissionRequiredMixin", permission_required="paper.print",
                             raise_exception=True), "who may not paper.print", 403, None),
        (lambda: view_behind("UserPassesTestMixin", handle_no_permission=own_answer),
         "who does not pass test_func()", None, None),
    ],
)  # fmt: skip
def test_foretells_whom_a_view_keeps_out(
    site: Callable[..., Any], make: Any, whom: str, status: int, location: str
) -> None:
    (refusal,) = facts(site(path("", make()))).landing.kept_out
    answer = refusal.answer
    assert (refusal.whom, answer.status, answer.location) == (whom, status, location)


def test_foretells_what_a_site_for_users_only_answers(site: Callable[..., Any]) -> None:
    known = facts(site(path("", front), MIDDLEWARE=[LOGIN]))
    (refusal,) = known.landing.strangers
    assert refusal.answer.location == "/accounts/login/?next=/"
    assert [(stop.status, stop.happens) for stop in known.stops] == [(302, "perhaps")]


def test_a_view_for_all_is_left_alone_there(site: Callable[..., Any]) -> None:
    from django.contrib.auth.decorators import login_not_required

    known = facts(site(path("", login_not_required(lambda request: None)), MIDDLEWARE=[LOGIN]))
    assert known.landing.strangers == ()


def test_a_login_that_has_no_address_is_told(site: Callable[..., Any]) -> None:
    handler = site(path("", view_with("login_required")), LOGIN_URL="no such name")
    (refusal,) = facts(handler).landing.kept_out
    assert refusal.answer.status == 500
    assert "NoReverseMatch" in refusal.answer.text
