"""Differences on purpose, shown on both sides: Django does the one thing, Enfilade the other."""

import gc
import sys
import warnings
from io import BytesIO
from types import ModuleType
from typing import Any

import pytest

from oracle import DJANGO, ENFILADE, Framework


def answer(framework: Framework, module: ModuleType, path: str, **settings: Any) -> int:
    """The status of a GET; what escapes to the server is raised."""
    statuses: list[str] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        statuses.append(status)

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    with framework.settings(ROOT_URLCONF=module, **settings):
        body = framework.WSGIHandler()(environ, start_response)
        getattr(body, "close", list)()
    return int(statuses[0].split()[0])


def site(framework: Framework, **names: Any) -> ModuleType:
    module = ModuleType("differences")
    module.urlpatterns = [framework.urls.path("", lambda request: framework.http.HttpResponse())]
    vars(module).update(names)
    return module


def test_an_error_handler_may_be_a_coroutine_function() -> None:
    async def handler404(request: Any, exception: Any) -> Any:
        return ENFILADE.http.HttpResponse(status=404)

    assert answer(ENFILADE, site(ENFILADE, handler404=handler404), "/no/") == 404
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the coroutine is never awaited
        with pytest.raises(AttributeError, match="coroutine"):
            answer(DJANGO, site(DJANGO, handler404=handler404), "/no/")
        gc.collect()


def test_a_failing_error_handler_does_not_reach_the_server() -> None:
    def failing(framework: Framework) -> ModuleType:
        def broken(request: Any) -> Any:
            raise LookupError("broken")

        patterns = [framework.urls.path("", broken)]
        return site(framework, urlpatterns=patterns, handler500=broken)

    assert answer(ENFILADE, failing(ENFILADE), "/") == 500
    with pytest.raises(LookupError):
        answer(DJANGO, failing(DJANGO), "/")


def forgetful(get_response: Any) -> Any:
    def middleware(request: Any) -> None:
        get_response(request)

    return middleware


def test_a_forgotten_response_does_not_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(ENFILADE, site(ENFILADE), "/", MIDDLEWARE=[forgetful]) == 500
    monkeypatch.setitem(sys.modules, "forgetful", sys.modules[__name__])
    with pytest.raises(AttributeError, match="NoneType"):
        answer(DJANGO, site(DJANGO), "/", MIDDLEWARE=["forgetful.forgetful"])


def test_middleware_may_be_the_factory_itself() -> None:
    def passing(get_response: Any) -> Any:
        return get_response

    assert answer(ENFILADE, site(ENFILADE), "/", MIDDLEWARE=[passing]) == 200
    with pytest.raises(AttributeError):
        answer(DJANGO, site(DJANGO), "/", MIDDLEWARE=[passing])


def test_a_missing_urlconf_is_found_when_the_handler_is_made() -> None:
    with DJANGO.settings(ROOT_URLCONF="no.such.urls"):
        DJANGO.WSGIHandler()
    with (
        ENFILADE.settings(ROOT_URLCONF="no.such.urls"),
        pytest.raises(ENFILADE.exceptions.ImproperlyConfigured, match=r"no\.such\.urls"),
    ):
        ENFILADE.WSGIHandler()


def test_a_percent_sign_of_a_route_can_be_reversed() -> None:
    def sale(framework: Framework) -> ModuleType:
        route = framework.urls.path("50%/<int:page>/", lambda request: None, name="sale")
        return site(framework, urlpatterns=[route])

    assert ENFILADE.urls.reverse("sale", sale(ENFILADE), args=[3]) == "/50%25/3/"
    with pytest.raises(ValueError, match="unsupported format"):
        DJANGO.urls.reverse("sale", sale(DJANGO), args=[3])
