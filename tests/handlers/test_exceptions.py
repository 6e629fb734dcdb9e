import asyncio
import logging
from typing import Any

import pytest

from enfilade.dispatch import got_request_exception
from enfilade.exceptions import (
    BadRequest,
    Http404,
    MultiPartParserError,
    PermissionDenied,
    SuspiciousOperation,
    UnreadablePostError,
)
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.test import Client
from enfilade.urls import path


def raising(exc: Exception) -> Any:
    def view(request: Any) -> HttpResponse:
        raise exc

    return view


def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("exc", "status", "logger"),
    [
        (Http404("gone"), 404, "enfilade.request"),
        (PermissionDenied("no"), 403, "enfilade.request"),
        (BadRequest("what"), 400, "enfilade.request"),
        (MultiPartParserError("torn"), 400, "enfilade.request"),
        (UnreadablePostError("cut off"), 400, "enfilade.request"),
        (SuspiciousOperation("hm"), 400, "enfilade.security.SuspiciousOperation"),
        (LookupError("lost"), 500, "enfilade.request"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_each_kind_has_its_status_and_one_log_line(site, caplog, exc, status, logger) -> None:
    site(path("", raising(exc)))
    assert client().get("/").status_code == status
    (record,) = (each for each in caplog.records if each.name.startswith("enfilade."))
    assert record.name == logger
    assert record.status_code == status


def test_the_error_handlers_of_the_site_are_asked(site) -> None:
    def handler404(request: Any, exception: Exception) -> HttpResponse:
        return HttpResponse(f"no {exception}", status=404)

    site(path("", raising(Http404("chair"))), handlers={"handler404": handler404})
    response = client().get("/")
    assert (response.status_code, response.content) == (404, b"no chair")


@pytest.mark.parametrize("asgi", [False, True])
def test_an_error_handler_may_be_a_coroutine_function(
    site, exchange, make_scope, asgi: bool
) -> None:
    async def handler500(request: Any) -> HttpResponse:
        await asyncio.sleep(0)
        return HttpResponse("sorry", status=500)

    site(path("", raising(LookupError())), handlers={"handler500": handler500})
    if not asgi:
        assert client().get("/").content == b"sorry"
        return
    peer = exchange()
    asyncio.run(ASGIHandler()(make_scope(), peer.receive, peer.send))
    assert peer.body == b"sorry"


@pytest.mark.parametrize("debug", [True, False])
def test_a_view_may_choose_what_its_errors_are_told_by(site, debug) -> None:
    def tell(request: Any, exception: Exception, status: int) -> HttpResponse:
        return HttpResponse(f"{status}: {exception!r}", status=status)

    def view(request: Any, kind: str) -> HttpResponse:
        request.error_response = tell
        raise {"404": Http404, "403": PermissionDenied, "400": BadRequest, "500": OSError}[kind](1)

    site(path("<kind>/", view), DEBUG=debug)
    said = [client().get(f"/{status}/").text for status in (404, 403, 400, 500)]
    assert said == [
        "404: Http404(1)", "403: PermissionDenied(1)", "400: BadRequest(1)", "500: OSError(1)"
    ]  # fmt: skip


def test_a_choice_that_fails_itself_cannot_reach_the_server(site, caplog) -> None:
    def tell(request: Any, exception: Exception, status: int) -> HttpResponse:
        raise OSError("the pen is broken")

    def view(request: Any) -> HttpResponse:
        request.error_response = tell
        raise Http404

    site(path("", view))
    response = client().get("/")
    assert response.status_code == 500
    assert "Server Error (500)" in response.text
    assert "the pen is broken" in caplog.text


def test_a_failing_error_handler_cannot_reach_the_server(site, caplog) -> None:
    def handler500(request: Any) -> HttpResponse:
        raise RuntimeError("the handler, too")

    site(path("", raising(LookupError())), handlers={"handler500": handler500})
    response = client().get("/")
    assert response.status_code == 500
    assert "Server Error (500)" in response.text
    assert "the handler, too" in caplog.text


def test_a_failing_404_handler_gives_a_500(site) -> None:
    def handler404(request: Any, exception: Exception) -> HttpResponse:
        raise RuntimeError("no page for the missing page")

    site(handlers={"handler404": handler404})
    assert client().get("/nowhere").status_code == 500


@pytest.mark.parametrize("asgi", [False, True])
@pytest.mark.parametrize("exc", [Http404(), PermissionDenied(), BadRequest(), LookupError()])
def test_an_error_handler_without_a_response_is_named_and_answered_with_500(
    site, exchange, make_scope, caplog, exc: Exception, asgi: bool
) -> None:
    def forgetful(request: Any, exception: Any = None) -> None:
        return None

    handlers = {f"handler{status}": forgetful for status in (400, 403, 404, 500)}
    site(path("", raising(exc)), handlers=handlers)
    if asgi:
        peer = exchange()
        asyncio.run(ASGIHandler()(make_scope(), peer.receive, peer.send))
        assert peer.status == 500
    else:
        assert client().get("/").status_code == 500
    assert "test_exceptions.forgetful didn't return an HttpResponse object" in caplog.text


def test_exceptions_can_be_let_through(site) -> None:
    site(path("", raising(LookupError("for the debugger"))), DEBUG_PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(LookupError, match="for the debugger"):
        client().get("/")


def test_receivers_of_got_request_exception_see_the_exception(site) -> None:
    import sys

    seen = []

    def note(**named: Any) -> None:
        seen.append((named["request"].path, sys.exc_info()[1]))

    got_request_exception.connect(note)
    error = LookupError("lost")
    site(path("", raising(error)))
    client().get("/")
    assert seen == [("/", error)]


def test_debug_pages_show_what_was_raised(site) -> None:
    site(path("", raising(LookupError("under the carpet"))), DEBUG=True)
    response = client().get("/", headers={"accept": "text/html"})
    assert response.status_code == 500
    assert "under the carpet" in response.text


def test_a_log_line_cannot_be_forged(site, caplog) -> None:
    site()
    with caplog.at_level(logging.WARNING):
        client().get("/a%0aERROR forged")
    assert "\n" not in caplog.records[0].getMessage()


@pytest.mark.parametrize("kind", [SuspiciousOperation, BadRequest])
def test_a_log_line_repeats_what_the_exception_says(site, caplog, kind) -> None:
    site(path("", raising(kind("100%s\nforged"))))
    client().get("/")
    assert caplog.records[0].getMessage().removesuffix(": /") == r"100%s\nforged"


def test_a_handler_of_a_broken_site_cannot_be_made(site) -> None:
    from enfilade.exceptions import ImproperlyConfigured

    site(MIDDLEWARE=["nowhere.Middleware"])
    with pytest.raises(ImproperlyConfigured, match=r"nowhere\.Middleware"):
        WSGIHandler()
