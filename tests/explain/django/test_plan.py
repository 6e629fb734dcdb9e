"""The plan of all requests to a Django site, and the mistakes that it shows."""

from typing import Any

from django.http import HttpResponse
from django.urls import include, path
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_POST

from enfilade.explain.django.plan import make_django_plan
from enfilade.explain.django.request import explain_django_request
from enfilade.explain.line import Draft

NAME = "django_urlconf_to_be_explained"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"


def front(request: Any) -> HttpResponse:
    raise AssertionError("no view is run")


class Porter(MiddlewareMixin):
    def process_reponse(self, request: Any, response: Any) -> Any:
        return response


class Deaf:
    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_request(self, request: Any) -> None:
        raise AssertionError("nobody calls it")


def test_middleware_hooks_and_patterns_are_told(site) -> None:
    inner = path("<int:n>/", require_POST(front), name="one")
    plan = make_django_plan(site(path("in/", include([inner])), MIDDLEWARE=[CSRF]))
    assert [layer.source.name for layer in plan.layers] == [CSRF]
    assert [(each.name, each.order) for each in plan.hook_lists if each.order] == [
        ("process_request", ("CsrfViewMiddleware.process_request",)),
        ("process_view", ("CsrfViewMiddleware.process_view",)),
        ("process_response", ("CsrfViewMiddleware.process_response",)),
    ]
    (route,) = plan.routes
    assert (route.route, route.name, route.methods) == ("in/<int:n>/", "one", ("POST",))
    assert [(page.status, page.own) for page in plan.error_pages] == [
        (400, False), (403, False), (404, False), (500, False)
    ]  # fmt: skip


def test_what_declines_is_named(site) -> None:
    from django.core.exceptions import MiddlewareNotUsed

    def declines(get_response: Any) -> Any:
        raise MiddlewareNotUsed

    handler = site(MIDDLEWARE=[f"{NAME}.declines"], names={"declines": declines})
    assert make_django_plan(handler).left_out == (f"{NAME}.declines",)


def test_hooks_that_nobody_calls_are_mistakes(site) -> None:
    names = {"Porter": Porter, "Deaf": Deaf}
    handler = site(MIDDLEWARE=[f"{NAME}.{each}" for each in names], names=names)
    said = {lint.id: lint.message for lint in make_django_plan(handler).lints}
    assert said == {
        "middleware.W008": "Porter.process_reponse is called by nobody.",
        "middleware.W009": "Deaf.process_request is never called: the class has a __call__ of its"
        " own, which does not.",
    }


def test_a_pattern_that_never_matches_is_a_mistake_of_the_paths_that_it_would_take(site) -> None:
    handler = site(path("<name>/", front), path("about/", front), path("far/off/", front))
    (lint,) = make_django_plan(handler).lints
    assert lint.id == "urls.W008"
    assert explain_django_request(handler, Draft("GET", "/about/")).facts.lints == (lint,)
    assert explain_django_request(handler, Draft("GET", "/far/off/")).facts.lints == ()


def test_under_asgi_the_innermost_synchronous_middleware_is_the_reason(site) -> None:
    def plain(get_response: Any) -> Any:
        return lambda request: get_response(request)

    chain = [CSRF, f"{NAME}.plain", CSRF]
    handler = site(asgi=True, MIDDLEWARE=chain, names={"plain": plain})
    (lint,) = make_django_plan(handler).lints
    assert lint.id == "middleware.W011"
    assert lint.message.startswith("plain is synchronous")
    assert make_django_plan(site(MIDDLEWARE=chain)).lints == ()
