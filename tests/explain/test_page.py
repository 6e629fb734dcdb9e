"""The page of a plan: one file that tells what the terminal tells, and no secrets."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from enfilade.explain import explain_request
from enfilade.explain.admission import admit
from enfilade.explain.entrance import Reception
from enfilade.explain.line import Draft
from enfilade.explain.measured import measure
from enfilade.explain.page import make_page
from enfilade.explain.rehearsal import rehearse
from enfilade.http import HttpResponse
from enfilade.server.configuration import configure
from enfilade.urls import path

SECURITY = "enfilade.middleware.security.SecurityMiddleware"


def view(request: Any, word: str = "") -> Any:
    return HttpResponse("made")


def broken(request: Any) -> Any:
    raise ValueError("s3cret")


ROUTES = (path("", view), path("<slug:word>/", view), path("broken", broken))


class Balance(HTMLParser):
    """Sees that every element that is opened is closed."""

    VOID = frozenset({"meta", "br", "hr", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def text_of(page: str) -> str:
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def made(handler: Any, target: str, measured: bool, **more: Any) -> str:
    plan = explain_request(handler, "GET", target, **more)
    draft = Draft("GET", target, **more)
    measurement = measure(plan, rehearse(handler, draft)) if measured else None
    return make_page(plan, measurement, "app:application")


@pytest.mark.parametrize("measured", [False, True], ids=["foretold", "measured"])
@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
@pytest.mark.parametrize("target", ["/", "/word/", "/nowhere/at/all", "/broken"])
def test_is_one_whole_page_that_asks_for_nothing_else(site, measured, asgi, target) -> None:
    page = made(site(*ROUTES, MIDDLEWARE=[SECURITY], asgi=asgi), target, measured)
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    assert not re.search(r"<(script|link|img)|url\(|https?://|@import", page)
    assert 'lang="en"' in page
    assert "prefers-color-scheme: dark" in page


def test_tells_what_was_measured_with_its_place(site) -> None:
    page = made(site(*ROUTES, MIDDLEWARE=[SECURITY]), "/", True)
    text = text_of(page)
    assert "200 OK, 4 bytes" in text
    assert f"test_page.py:{view.__code__.co_firstlineno}" in text
    assert "SecurityMiddleware.process_request" in text
    assert re.search(r"9 view view \S+ \d+\.\d{3} ms \d+\.\d{3} ms", text)


def test_tells_why_no_route_matches(site) -> None:
    text = text_of(made(site(*ROUTES), "/nowhere/at/all", False))
    assert "404 Not Found" in text
    assert "&lt;slug:word&gt;/" in text


def test_what_the_client_names_is_text_and_nothing_else(site) -> None:
    page = made(site(*ROUTES), "/%3Cscript%3Ealert(1)%3C/script%3E", False)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("measured", [False, True], ids=["foretold", "measured"])
@pytest.mark.parametrize("target", ["/?token=s3cret", "/broken?token=s3cret", "/word?token=s3cret"])
def test_keeps_query_fields_and_messages_for_itself(site, measured, target) -> None:
    fields = [("Authorization", "Bearer s3cret"), ("Cookie", "sessionid=s3cret")]
    common = "enfilade.middleware.common.CommonMiddleware"  # redirects with the query
    handler = site(*ROUTES, MIDDLEWARE=[common])
    assert "s3cret" not in made(handler, target, measured, fields=fields)


def test_the_rooms_of_the_server_and_what_would_stop_it_are_on_the_page(site) -> None:
    common = "enfilade.middleware.common.CommonMiddleware"
    handler = site(path("", lambda request: HttpResponse()), MIDDLEWARE=[common, common])
    configuration = configure({"workers": "3"}, {})
    entrance = Reception(configuration, handler, "wsgi").receive(Draft("GET", "/"))
    page = make_page(admit(explain_request(handler, "GET", "/"), entrance), None, "app")
    for said in ("3 workers of 8 threads", "--workers", "What would stop it", "middleware.W003"):
        assert said in page
    refused = Reception(configure({"limit_line": "5"}, {}), handler, "wsgi")
    plan = admit(explain_request(handler, "GET", "/"), refused.receive(Draft("GET", "/")))
    page = make_page(plan, None, "app")
    assert "414" in page
    assert "What it will meet" not in page
