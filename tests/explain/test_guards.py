"""Who will be kept out of a view, against what happens to somebody who has not signed in."""

import json

import pytest

from enfilade.contrib.auth.decorators import (
    login_not_required,
    login_required,
    permission_required,
    user_passes_test,
)
from enfilade.contrib.auth.middleware import LoginRequiredMiddleware
from enfilade.contrib.auth.mixins import (
    LoginRequiredMixin,
    PermissionRequiredMixin,
    UserPassesTestMixin,
)
from enfilade.explain import explain_request
from enfilade.http import HttpResponse
from enfilade.test import Client
from enfilade.urls import path
from enfilade.views import View
from enfilade.views.decorators.method import method_decorator

KNOWN = [
    "enfilade.contrib.sessions.middleware.SessionMiddleware",
    "enfilade.contrib.auth.middleware.AuthenticationMiddleware",
]
CLOSED = "enfilade.contrib.auth.middleware.LoginRequiredMiddleware"
COOKIES = "enfilade.contrib.sessions.backends.signed_cookies"


def view(request):
    return HttpResponse("made")


async def aview(request):
    return HttpResponse("made")


def is_editor(user):
    return False


class Page(View):
    def get(self, request):
        return HttpResponse("made")


class Mine(LoginRequiredMixin, Page):
    login_url = "/door/"
    redirect_field_name = "to"


class Forbidding(LoginRequiredMixin, Page):
    raise_exception = True


class Editing(PermissionRequiredMixin, Page):
    permission_required = ["paper.add", "paper.change"]


class Tried(UserPassesTestMixin, Page):
    def test_func(self):
        return False


@method_decorator(login_required, name="dispatch")
class Decorated(Page):
    pass


VIEWS = {
    "login_required": login_required(view),
    "login_required of a coroutine": login_required(aview, login_url="/door/"),
    "a name of a route": login_required(view, login_url="door"),
    "permission_required": permission_required("paper.add")(view),
    "permission_required, 403": permission_required("paper.add", raise_exception=True)(view),
    "user_passes_test": user_passes_test(is_editor, redirect_field_name=None)(view),
    "two": login_required(permission_required("paper.add")(view)),
    "around a class": login_required(Page.as_view()),
    "decorated": Decorated.as_view(),
    "mixin": Mine.as_view(),
    "mixin, 403": Forbidding.as_view(),
    "mixin of permissions": Editing.as_view(),
    "mixin of a test": Tried.as_view(),
}


def explained(site, guarded, **settings):
    settings = {"LOGIN_URL": "/login/", "SESSION_ENGINE": COOKIES, "MIDDLEWARE": KNOWN, **settings}
    handler = site(path("desk/", guarded), path("door/", view, name="door"), **settings)
    return explain_request(handler, "GET", "/desk/?x=1")


@pytest.mark.parametrize("name", VIEWS)
def test_foretells_what_somebody_gets_who_has_not_signed_in(site, name):
    refusal = explained(site, VIEWS[name]).facts.landing.kept_out[0]
    answer = Client().get("/desk/?x=1")
    assert refusal.answer.status == answer.status_code
    assert refusal.answer.location == answer.headers.get("Location")


@pytest.mark.parametrize("name", [CLOSED, "own"])
def test_foretells_what_a_site_for_users_only_answers(site, name):
    middleware = CLOSED if name == CLOSED else OwnField
    landing = explained(site, view, MIDDLEWARE=[*KNOWN, middleware]).facts.landing
    answer = Client().get("/desk/?x=1")
    assert landing.strangers[0].answer.location == answer.headers["Location"]
    assert landing.kept_out == ()


class OwnField(LoginRequiredMiddleware):
    redirect_field_name = "to"


class OwnAnswer(LoginRequiredMiddleware):
    def handle_no_permission(self, request, view_func):
        raise AssertionError("called")


class Own(LoginRequiredMixin, Page):
    def handle_no_permission(self):
        raise AssertionError("called")


def test_what_only_the_site_s_code_knows_is_not_guessed(site):
    landing = explained(site, Own.as_view(), MIDDLEWARE=[*KNOWN, OwnAnswer]).facts.landing
    for refusals, name in ((landing.kept_out, "Own"), (landing.strangers, "OwnAnswer")):
        assert refusals[0].answer.status is None
        assert refusals[0].answer.by == f"{name}.handle_no_permission"


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("login_required", ["who has not signed in"]),
        ("user_passes_test", ["who does not pass is_editor()"]),
        ("two", ["who has not signed in", "who may not paper.add"]),
        ("mixin of permissions", ["who may not paper.add, paper.change"]),
        ("mixin of a test", ["who does not pass test_func()"]),
    ],
)
def test_says_whom_it_is_about_the_outermost_first(site, name, whom):
    assert [each.whom for each in explained(site, VIEWS[name]).facts.landing.kept_out] == whom


def test_who_may_see_everything_is_not_spoken_of(site):
    assert explained(site, view).facts.landing.kept_out == ()
    open_view = login_not_required(lambda request: HttpResponse("made"))
    landing = explained(site, open_view, MIDDLEWARE=[*KNOWN, CLOSED]).facts.landing
    assert landing.strangers == ()


def test_a_login_page_that_is_nowhere_is_told(site):
    [refusal] = explained(site, VIEWS["login_required"], LOGIN_URL="").facts.landing.kept_out
    assert refusal.answer.status == 500
    assert "no login URL" in refusal.answer.text


def test_the_rooms_tell_of_it_and_the_walk_goes_on(site):
    plan = explained(site, VIEWS["mixin"], MIDDLEWARE=[*KNOWN, CLOSED])
    rooms = {room.event: [(r.label, r.text) for r in room.remarks] for room in plan.rooms}
    assert (
        "who has not signed in:",
        "302 Found to /door/?to=/desk/%3Fx%3D1, by LoginRequiredMixin",
    ) in rooms["view"]
    assert any("by LoginRequiredMiddleware" in text for _, text in rooms["middleware.view"])
    assert plan.facts.answer.status is None
    json.dumps(plan.to_dict())
