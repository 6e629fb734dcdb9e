"""What a view may return, and what is said of anything else."""

import asyncio
from typing import Any

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.test import Client
from enfilade.urls import path

WRONG: list[tuple[Any, str, str]] = [
    (None, "returned None", "must return a response"),
    ("a text", "returned 'a text'", "HttpResponse(…)"),
    (b"bytes", "returned b'bytes'", "HttpResponse(…)"),
    ({"a": 1}, "returned a dict", "JsonResponse(…)"),
    ([1], "returned a list", "JsonResponse(…)"),
    (("text", 201), "returned a tuple", "status=…"),
    (object(), "returned a object", "HttpResponse of some kind"),
]


@pytest.mark.parametrize(("answer", "what", "hint"), WRONG, ids=lambda value: str(value)[:20])
def test_a_view_that_returns_no_response_is_named(site, answer, what, hint) -> None:
    def view(request: Any) -> Any:
        return answer

    site(path("", view), DEBUG=True)
    response = Client(raise_request_exception=False).get("/", headers={"accept": "text/plain"})
    assert response.status_code == 500
    assert "test_walk.view didn't return an HttpResponse object" in response.text
    assert what in response.text
    assert hint in response.text


def test_an_async_view_that_returns_no_response_is_named(site, exchange, make_scope) -> None:
    async def view(request: Any) -> Any:
        return "a text"

    site(path("", view), DEBUG=True)
    client = exchange()
    scope = make_scope(headers=[(b"host", b"testserver"), (b"accept", b"text/plain")])
    asyncio.run(ASGIHandler()(scope, client.receive, client.send))
    assert client.status == 500
    assert b"test_walk.view didn't return an HttpResponse object" in client.body


def test_a_log_of_a_failing_view_leads_straight_to_it(site, caplog) -> None:
    def view(request: Any) -> Any:
        raise LookupError("lost")

    site(path("", view))
    Client(raise_request_exception=False).get("/")
    assert "in recover" not in caplog.text
    assert caplog.text.count("Traceback") == 1
