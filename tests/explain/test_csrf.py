"""A refusal of ``CsrfViewMiddleware`` is foreseen, as it will be."""

import pytest

from enfilade.explain.request import explain_request
from enfilade.http import HttpResponse
from enfilade.middleware.csrf import CsrfViewMiddleware
from enfilade.test import Client
from enfilade.urls import path
from enfilade.views.decorators.csrf import csrf_exempt

CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"


def view(request):
    return HttpResponse("x")


async def aview(request):
    return HttpResponse("x")


ROUTES = [path("", view), path("a/", aview), path("free/", csrf_exempt(view))]


def answer(plan):
    return plan.facts.answer.status, plan.facts.answer.text


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.parametrize("target", ["/", "/a/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_request_without_a_token_is_foreseen_to_end_before_the_view(site, asgi, target, method):
    plan = explain_request(site(*ROUTES, asgi=asgi, MIDDLEWARE=[CSRF]), method, target)
    assert answer(plan) == (403, "Forbidden: CSRF cookie not set.")
    entered = {room.event: room.entered for room in plan.rooms}
    assert entered["middleware.view"]
    assert entered["middleware.out"]
    assert not entered["view"]
    assert not entered["render"]
    assert Client(enforce_csrf_checks=True).generic(method, target).status_code == 403


@pytest.mark.parametrize(("method", "target"), [("GET", "/"), ("HEAD", "/a/"), ("POST", "/free/")])
def test_a_request_that_is_let_through_is_foreseen_to_reach_the_view(site, method, target):
    plan = explain_request(site(*ROUTES, MIDDLEWARE=[CSRF]), method, target)
    assert plan.facts.answer.status is None
    assert Client(enforce_csrf_checks=True).generic(method, target).status_code == 200


def test_over_https_the_referer_is_missed_first(site):
    plan = explain_request(site(*ROUTES, MIDDLEWARE=[CSRF]), "POST", "https://testserver/")
    assert answer(plan) == (403, "Forbidden: Referer checking failed - no Referer.")


def test_no_session_is_needed_to_foresee_it(site):
    handler = site(*ROUTES, MIDDLEWARE=[CSRF], CSRF_USE_SESSIONS=True)
    assert answer(explain_request(handler, "POST", "/"))[0] == 403


def test_a_path_that_leads_nowhere_is_a_404_and_no_403(site):
    plan = explain_request(site(*ROUTES, MIDDLEWARE=[CSRF]), "POST", "/nowhere/")
    assert plan.facts.answer.status == 404


def test_the_code_of_the_site_is_not_asked(site):
    class Own(CsrfViewMiddleware):
        def process_view(self, request, callback, args, kwargs):
            raise AssertionError("would have side effects")

    plan = explain_request(site(*ROUTES, MIDDLEWARE=[Own]), "POST", "/")
    assert plan.facts.answer.status is None
