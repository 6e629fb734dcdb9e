"""What the pages know of a site of our own."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.profiler.pages import Profiler
from enfilade.profiler.site import find_site
from enfilade.test import override_settings
from enfilade.urls import path
from kept_requests import TRACED, Kept, make_entry

ROOT = "/-/enfilade/"


class Porter(MiddlewareMixin):
    def process_request(self, request: Any) -> None:
        pass

    def process_response(self, request: Any, response: Any) -> Any:
        return response

    def process_view(self, request: Any, *more: Any) -> None:
        pass


def teas(request: Any, **more: Any) -> Any:
    return HttpResponse("teas")


async def offers(request: Any) -> Any:
    return HttpResponse("offers")


HERE = __name__
EVENTS = tuple(replace(event, node=event.node.replace("shop.", f"{HERE}.", 1)) for event in TRACED)

ROUTES = (
    path("teas/", teas),
    path("teas/<slug:tea>/", teas),
    path("teas/offers/", offers),
    path("", offers),
)


@pytest.fixture(params=["wsgi", "asgi"])
def page(request: pytest.FixtureRequest) -> Iterator[Callable[..., str]]:
    urlconf = ModuleType("urlconf_of_a_tea_shop")
    urlconf.urlpatterns = list(ROUTES)
    sys.modules[urlconf.__name__] = urlconf
    source = Kept([make_entry(1, events=EVENTS)])

    def get(inner: str, *more: Any) -> str:
        source.kept = [*(source.kept or ()), *more]
        answer = Profiler(source, ROOT).answer("GET", ROOT + inner)
        assert answer.status == 200
        text = re.sub(r"<[^>]+>", " ", answer.body.decode())
        return " ".join(text.split())

    with override_settings(ROOT_URLCONF=urlconf.__name__, MIDDLEWARE=[Porter]):
        handler = ASGIHandler() if request.param == "asgi" else WSGIHandler()
        source.site = find_site(handler, request.param)
        yield get
    del sys.modules[urlconf.__name__]


def test_all_routes_are_told_with_their_requests_and_what_is_in_the_way(page) -> None:
    told = page("routes/", make_entry(2, route="gone/"), make_entry(3, route=""))
    assert "4 routes in the order in which they are declared" in told
    assert re.search(r"1 teas/ \S+\.teas 1 5\.00 ms", told)
    assert "teas/offers/ never matches: number 2 takes all of its paths" in told
    assert "gone/ of code that has changed since 1" in told
    assert "(no route is known) not asked, not found, or answered before 1" in told


def test_a_request_is_told_with_the_candidates_of_now(page) -> None:
    told = page(f"requests/{1:016x}")
    assert "Asked of the code as it is loaded now" in told
    assert "wins: the first route that matches" in told
    assert "the route goes on with &#39;&lt;slug:tea&gt;/&#39;" in told
    assert f"test_site.py:{teas.__code__.co_firstlineno}" in told
    assert "The code has changed since" not in told


def test_a_route_that_won_once_and_would_not_now_is_told(page) -> None:
    told = page(f"requests/{2:016x}", make_entry(2, route="old/"))
    assert "The code has changed since: now teas/ wins" in told


def test_the_empty_route_is_still_the_one_that_won(page) -> None:
    told = page(f"requests/{2:016x}", make_entry(2, path="/", route="/"))
    assert "(empty route)" in told
    assert "The code has changed since" not in told


def test_a_request_that_is_no_request_of_a_site_is_told_as_such(page) -> None:
    for number, target in enumerate(("*", "http://[", "nowhere"), 2):
        assert "candidates" in page(f"requests/{number:016x}", make_entry(number, path=target))


def test_the_chain_is_drawn_with_hooks_and_times(page) -> None:
    told = page("chain/")
    assert "Routes Chain Workers" in told
    assert "1 middleware around the views of urlconf_of_a_tea_shop" in told
    assert "10.0 µs Porter" in told
    assert "50.0 µs" in told
    assert re.search(r"Porter \S+Porter process_request process_response process_view", told)


def test_hops_are_told(page) -> None:
    assert "adds one to" in page("chain/")
