"""Mistakes in the plan of a site, and in that of one request."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from enfilade.explain import explain_request, make_plan
from enfilade.explain.checks.places import middleware_place
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.test import override_settings
from enfilade.urls import path

SECURITY = "enfilade.middleware.security.SecurityMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"
CACHE = "enfilade.middleware.cache.FetchFromCacheMiddleware"


class Porter(MiddlewareMixin):
    answers = False

    def process_request(self, request: Any) -> None:
        pass

    def process_reponse(self, request: Any, response: Any) -> Any:
        return response


def view(request: Any, **_: Any) -> Any:
    return HttpResponse()


ROUTES = (path("<slug:word>/", view), path("hidden/", view), path("open/door/", view))


def ids(lints: Any) -> list[str]:
    return [finding.id for finding in lints]


def test_a_site_without_mistakes_has_none(site) -> None:
    handler = site(ROUTES[2], MIDDLEWARE=[SECURITY, COMMON])
    assert make_plan(handler).lints == ()
    assert explain_request(handler, "GET", "/open/door/").facts.lints == ()


@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_all_mistakes_of_the_way_are_in_the_plan(site, asgi) -> None:
    handler = site(*ROUTES, MIDDLEWARE=[COMMON, CACHE, SECURITY, Porter], asgi=asgi)
    blocking = {"middleware.W011"} if asgi else set()
    ordered = {"middleware.W002", "middleware.E005", "middleware.W008", "urls.W008"}
    assert set(ids(make_plan(handler).lints)) == ordered | blocking


def test_a_request_meets_only_routes_that_match_it(site) -> None:
    handler = site(*ROUTES, MIDDLEWARE=[SECURITY, COMMON])
    assert ids(explain_request(handler, "GET", "/hidden/").facts.lints) == ["urls.W008"]
    assert ids(explain_request(handler, "GET", "/word/").facts.lints) == []
    assert ids(explain_request(handler, "GET", "/open/door/").facts.lints) == []


def test_a_request_for_a_view_that_cannot_take_what_its_route_gives_is_told_so(site) -> None:
    def front(request: Any) -> Any:
        return HttpResponse()

    handler = site(path("items/<int:number>/", front), path("open/door/", front))
    assert ids(make_plan(handler).lints) == ["views.E001"]
    assert ids(explain_request(handler, "GET", "/items/7/").facts.lints) == ["views.E001"]
    assert ids(explain_request(handler, "GET", "/open/door/").facts.lints) == []


def test_every_mistake_has_a_place_and_advice(site) -> None:
    handler = site(*ROUTES, MIDDLEWARE=[COMMON, SECURITY, Porter])
    for finding in make_plan(handler).lints:
        assert finding.hint
        assert finding.where


def test_the_place_of_an_entry_is_its_line_in_the_settings(tmp_path: Path) -> None:
    module = ModuleType("settings_with_a_file")
    file = tmp_path / "settings.py"
    file.write_text(f'DEBUG = False\nMIDDLEWARE = [\n    "{COMMON}",\n    "{SECURITY}",\n]\n')
    module.__file__ = str(file)
    exec(file.read_text(), vars(module))
    sys.modules[module.__name__] = module
    try:
        with override_settings(MIDDLEWARE=vars(module)["MIDDLEWARE"]):
            assert middleware_place(SECURITY) == f"MIDDLEWARE, {file}:4"
            assert middleware_place("not.there") == "MIDDLEWARE"
            line = Porter.process_request.__code__.co_firstlineno - 3
            assert middleware_place(Porter).endswith(f"test_lints.py:{line}")
    finally:
        del sys.modules[module.__name__]
