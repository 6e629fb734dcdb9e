"""The step of the walk that a traceback shows, for failures all along it, under both handlers."""

import asyncio
import sys

import pytest

from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.template import SimpleTemplateResponse
from enfilade.test import AsyncClient
from enfilade.trace import recording
from enfilade.urls import path, register_converter, reverse
from enfilade.views import View
from enfilade.views.generic import RedirectView, TemplateView
from enfilade.views.step import lifecycle_step


class Broken(Exception):
    pass


def fail(*args, **kwargs):
    raise Broken


def inward(get_response):
    return fail


def outward(get_response):
    def middleware(request):
        get_response(request)
        raise Broken

    return middleware


class ProcessRequest(MiddlewareMixin):
    def process_request(self, request):
        # What a hook calls happens in the hook's step.
        reverse("no such name")


class ProcessView(MiddlewareMixin):
    def process_view(self, request, view, args, kwargs):
        raise Broken


class ProcessTemplateResponse(MiddlewareMixin):
    def process_template_response(self, request, response):
        raise Broken


class ProcessException(MiddlewareMixin):
    def process_exception(self, request, exception):
        raise Broken


class ProcessResponse(MiddlewareMixin):
    def process_response(self, request, response):
        raise Broken


class Refusing:
    regex = "refuse"

    def to_python(self, value):
        raise Broken

    def to_url(self, value):
        return value


def answering(request):
    return HttpResponse("fine")


def failing(request):
    raise Broken


async def async_failing(request):
    raise Broken


class FailingClass(View):
    def get(self, request):
        raise Broken


def redirecting(request):
    return HttpResponse(reverse("no such name"))


def rendering(request):
    response = SimpleTemplateResponse("any.html")
    response.resolve_template = fail
    return response


CASES = {
    "a view": ("view", failing, ()),
    "an async view": ("view", async_failing, ()),
    "a class-based view": ("view", FailingClass.as_view(), ()),
    "a lookup inside a view": ("view", redirecting, ()),
    "a generic view": ("view", RedirectView.as_view(pattern_name="no such name"), ()),
    "a generic view without a template": ("view", TemplateView.as_view(), ()),
    "a view that returns nothing": ("view", lambda request: None, ()),
    "a rendering": ("render", rendering, ()),
    "a middleware on the way in": ("middleware.in", answering, (inward,)),
    "a middleware on the way out": ("middleware.out", answering, (outward,)),
    "process_request": ("middleware.in", answering, (ProcessRequest,)),
    "process_view": ("middleware.view", answering, (ProcessView,)),
    "process_template_response": ("render", rendering, (ProcessTemplateResponse,)),
    "process_exception": ("middleware.out", failing, (ProcessException,)),
    "process_response": ("middleware.out", answering, (ProcessResponse,)),
    "an outer middleware": ("view", failing, (lambda inner: inner,)),
}


PIECES = {
    "a view that returns nothing": "",  # the view itself did not fail
    "a middleware on the way in": "inward",
    "a middleware on the way out": "outward",
    "process_request": "ProcessRequest",
    "process_view": "ProcessView",
    "process_exception": "ProcessException",
    "process_response": "ProcessResponse",
}
"""What is part of the name of the piece that fails."""


def _failed_step(response):
    return response.json()["step"]["event"]


@pytest.mark.parametrize("case", CASES)
def test_names_the_step_that_failed(site, case):
    event, view, middleware = CASES[case]
    client = site(path("", view), MIDDLEWARE=list(middleware), DEBUG=True)
    assert _failed_step(client.get("/", headers={"Accept": "application/json"})) == event


@pytest.mark.parametrize("case", CASES)
def test_names_the_same_step_and_the_piece_if_the_request_has_a_trace(site, case):
    event, view, middleware = CASES[case]
    client = site(path("", view), MIDDLEWARE=list(middleware), DEBUG=True)
    with recording():
        failed = client.get("/", headers={"Accept": "application/json"}).json()["step"]
    assert failed["event"] == event
    assert PIECES.get(case, "The view " if event == "view" else "") in failed["piece"]


@pytest.mark.parametrize("case", CASES)
def test_names_the_same_step_under_asgi(site, case):
    event, view, middleware = CASES[case]
    site(path("", view), MIDDLEWARE=list(middleware), DEBUG=True)
    client = AsyncClient(raise_request_exception=False)
    response = asyncio.run(client.get("/", headers={"Accept": "application/json"}))
    assert _failed_step(response) == event


def test_names_the_resolver_where_a_converter_fails(site):
    register_converter(Refusing, "refusing")
    client = site(path("<refusing:x>/", answering), DEBUG=True)
    assert _failed_step(client.get("/refuse/", headers={"Accept": "application/json"})) == "resolve"


def test_names_the_handler_where_nothing_tells():
    try:
        fail()
    except Broken:
        assert lifecycle_step(sys.exc_info()[2]).event == "handler"
    assert lifecycle_step(None).event == "handler"


def test_an_exception_may_name_its_step_itself(site):
    def naming(request):
        exc = Broken()
        exc.__enfilade_step__ = "request"
        raise exc

    client = site(path("", naming), DEBUG=True)
    assert _failed_step(client.get("/", headers={"Accept": "application/json"})) == "request"
