"""A view that does not take what its route gives: the error says what that is."""

import asyncio
from typing import Any

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpResponse
from enfilade.test import Client
from enfilade.urls import path, re_path
from enfilade.views import View
from enfilade.views.decorators.http import require_safe


def other(request: Any, slug: str) -> HttpResponse:
    return HttpResponse(slug)


async def other_async(request: Any) -> HttpResponse:
    return HttpResponse()


class Shelf(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse()


def failing_inside(request: Any, pk: int) -> HttpResponse:
    return other(request)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("view", "definition"),
    [
        (other, "def other(request, pk)"),
        (other_async, "def other_async(request, pk)"),
        (require_safe(other), "def other(request, pk)"),
        (Shelf.as_view(), "def get(self, request, pk)"),
    ],
)
@pytest.mark.parametrize("asgi", [False, True])
def test_the_error_says_what_the_route_gives(
    site, exchange, make_scope, caplog, view: Any, definition: str, asgi: bool
) -> None:
    site(path("<int:pk>/", view), DEBUG=True)
    if asgi:
        peer = exchange()
        scope = make_scope("/7/", headers=[(b"host", b"testserver"), (b"accept", b"text/plain")])
        asyncio.run(ASGIHandler()(scope, peer.receive, peer.send))
        page = peer.body.decode()
    else:
        client = Client(raise_request_exception=False)
        page = client.get("/7/", headers={"accept": "text/plain"}).text
    hint = f"Hint: The route '<int:pk>/' gives (request, pk): write {definition}"
    assert hint in page
    assert hint in caplog.text


def test_unnamed_groups_are_counted(site, caplog) -> None:
    site(re_path(r"^(\d)/$", other_async))
    assert Client(raise_request_exception=False).get("/7/").status_code == 500
    assert "gives (request, arg1): write def other_async(request, arg1)" in caplog.text


def test_an_error_inside_of_the_view_is_not_the_route_s(site, caplog) -> None:
    site(path("<int:pk>/", failing_inside))
    assert Client(raise_request_exception=False).get("/7/").status_code == 500
    assert "other() missing" in caplog.text
    assert "The route" not in caplog.text
