"""The seven middleware that most sites have, under ASGI: a request that asks nothing of them
never leaves the event loop."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from enfilade.explain.plan import make_plan
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import override_settings
from enfilade.urls import path
from ordering import (
    AUTHENTICATION,
    COMMON,
    CSRF,
    FRAMES,
    MESSAGES,
    SECURITY,
    SESSIONS,
    is_accepted,
)
from threads import run_counted

SEVEN = (SECURITY, SESSIONS, COMMON, CSRF, AUTHENTICATION, MESSAGES, FRAMES)
SECRET = "a" * 32
COOKIES = f"sessionid={SECRET}; csrftoken={SECRET}; messages=anything"


async def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


async def count(request: Any) -> HttpResponse:
    await request.session.aset("n", 1)
    return HttpResponse("counted")


def sync(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sync")


class URLs:
    urlpatterns = [path(f"{view.__name__}/", view) for view in (plain, count, sync)]


@pytest.fixture(autouse=True)
def site(tmp_path: Any) -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF=URLs,
        MIDDLEWARE=list(SEVEN),
        SESSION_ENGINE="enfilade.contrib.sessions.backends.file",
        SESSION_FILE_PATH=str(tmp_path),
    ):
        yield


def hops(address: str, **request: Any) -> tuple[int, int]:
    """Status and number of hops of one request that brings all cookies there are."""
    headers = {"cookie": COOKIES, **request.pop("headers", {})}
    outcome, taken = run_counted(ASGIHandler, path=address, headers=headers, **request)
    return outcome.status, taken


def test_a_request_that_touches_nothing_takes_no_thread() -> None:
    assert hops("/plain/") == (200, 0)
    assert hops("/plain/", method="HEAD") == (200, 0)


def test_nor_does_a_form_whose_token_is_checked() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    token = f"csrfmiddlewaretoken={SECRET}&text=new".encode()
    assert hops("/plain/", method="POST", headers=form, body=token) == (200, 0)
    assert hops("/plain/", method="POST", headers={"x-csrftoken": SECRET}) == (200, 0)


def test_a_synchronous_view_takes_one_with_all_that_surrounds_it() -> None:
    assert hops("/sync/") == (200, 1)


def test_a_session_that_is_used_takes_one_to_be_loaded_and_one_to_be_saved() -> None:
    assert hops("/count/") == (200, 2)


def test_the_plan_says_so() -> None:
    plan = make_plan(ASGIHandler())
    assert plan.hops == ()
    assert plan.async_view_hop is None
    assert plan.sync_view_hop is not None
    assert [layer.source.name for layer in plan.layers] == list(SEVEN)
    assert [layer.hop for layer in plan.layers] == [None] * 7
    assert [layer.door for layer in plan.layers] == [""] * 7


def test_it_is_so_in_other_orders_too() -> None:
    orders = list(itertools.permutations(SEVEN[1:]))
    accepted = [
        (SECURITY, *order)
        for order in random.Random(7).sample(orders, 60)
        if is_accepted((SECURITY, *order))
    ]
    assert len(accepted) > 5
    for order in accepted:
        with override_settings(MIDDLEWARE=list(order)):
            assert make_plan(ASGIHandler()).hops == ()
            assert hops("/plain/") == (200, 0)
