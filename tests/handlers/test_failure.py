"""The server is told why a request failed, in both modes, with a trace or without."""

import asyncio

import pytest
from django.test import RequestFactory as DjangoFactory

from enfilade.dispatch import got_request_exception
from enfilade.exceptions import ServiceUnavailable
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import Http404, HttpResponse
from enfilade.test import override_settings
from enfilade.trace import FAILURE, KEY, Trace
from enfilade.trace.failure import frames_of
from enfilade.urls import path


def fail(request):
    raise ValueError("no such token: s3cret")


async def fail_async(request):
    raise ValueError("no such token: s3cret")


def refuse(request):
    raise Http404


def unavailable(request):
    raise ServiceUnavailable("the database does not answer")


def fine(request):
    return HttpResponse("fine")


def failing_handler(request):
    raise KeyError("in the page of the error")


urlpatterns = [
    path("fail/", fail), path("async/", fail_async), path("refuse/", refuse), path("fine/", fine),
    path("unavailable/", unavailable),
]  # fmt: skip
handler500 = failing_handler


def failing_middleware(get_response):
    def middleware(request):
        get_response(request)
        raise RuntimeError("outside")

    return middleware


def told_wsgi(target, trace):
    environ = DjangoFactory().get(target).environ
    if trace is not None:
        environ[KEY] = trace
    list(WSGIHandler()(environ, lambda status, fields: None))
    return environ.get(FAILURE)


def told_asgi(target, trace):
    scope = {
        "type": "http", "method": "GET", "path": target, "query_string": b"", "headers": [],
        "http_version": "1.1", "server": ("testserver", 80),
    }  # fmt: skip
    if trace is not None:
        scope[KEY] = trace

    async def receive():
        if asked.is_set():
            await asyncio.Event().wait()
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        pass

    asked = asyncio.Event()
    asyncio.run(ASGIHandler()(scope, receive, send))
    return scope.get(FAILURE)


@pytest.fixture(params=[told_wsgi, told_asgi], ids=["wsgi", "asgi"])
def told(request):
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[]):
        yield request.param


@pytest.fixture(params=[None, Trace], ids=["plain", "traced"])
def trace(request):
    return request.param and request.param()


@pytest.mark.parametrize("target", ["/fail/", "/async/"])
def test_of_an_exception_of_the_view(told, trace, target):
    said = told(target, trace)
    assert said.startswith("ValueError: no such token: •••••••• at " + __file__)
    assert said.endswith(("in fail", "in fail_async"))
    innermost = frames_of(said)[0]
    assert innermost.startswith(f"{__file__}:") and innermost.endswith((" fail", " fail_async"))


def test_of_one_of_a_middleware(told, trace):
    name = f"{__name__}.failing_middleware"
    with override_settings(MIDDLEWARE=[name]):
        assert told("/fine/", trace).startswith("RuntimeError: outside at ")


def test_of_an_outage(told, trace):
    assert told("/unavailable/", trace).startswith("ServiceUnavailable: the database does not")


def test_with_a_debug_page_too(told, trace):
    with override_settings(DEBUG=True):
        assert told("/fail/", trace).startswith("ValueError: no such token")


@pytest.mark.parametrize("target", ["/fine/", "/refuse/", "/nowhere/"])
def test_but_not_where_nothing_failed(told, trace, target):
    assert told(target, trace) is None


def test_although_somebody_listens_for_exceptions(told, trace):
    heard = []

    def hear(**_named):
        heard.append(1)

    got_request_exception.connect(hear)
    try:
        assert told("/fail/", trace).startswith("ValueError")
    finally:
        got_request_exception.disconnect(hear)
    assert heard
