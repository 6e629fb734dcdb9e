"""Cache leaks: a page that was made for one visitor must not be given to another.

Each is tried on a real server, with cache_page around the view, which sees less than the
middleware: what other middleware adds to a response comes after it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from enfilade.cache import cache
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.middleware.csrf import get_token
from enfilade.test import override_settings
from enfilade.urls import path
from enfilade.views.decorators.cache import cache_page
from wire import Site, serving

Finish = Callable[[Any, HttpResponse], object]

ALICE = {"Cookie": "id=alice"}
BOB = {"Cookie": "id=bob"}


@contextmanager
def serving_kept(finish: Finish, *middleware: str) -> Iterator[Site]:
    """A site whose one page says to whom it belongs."""

    @cache_page(600)
    def view(request: Any) -> HttpResponse:
        who = request.COOKIES.get("id") or request.headers.get("Authorization") or "nobody"
        response = HttpResponse(f"for {who}")
        finish(request, response)
        return response

    module = ModuleType("leaks")
    module.urlpatterns = [path("", view)]  # type: ignore[attr-defined]
    kept = {"BACKEND": "enfilade.cache.backends.locmem.LocMemCache", "LOCATION": "leaks"}
    with override_settings(
        ROOT_URLCONF=module,
        MIDDLEWARE=middleware,
        ALLOWED_HOSTS=["localhost"],
        CACHES={"default": kept},
    ):
        cache.clear()
        with serving(WSGIHandler()) as site:
            yield site


def told(site: Site, *visitors: dict[str, str]) -> list[bytes]:
    """What each of *visitors* is told, one after the other."""
    answers = []
    for fields in visitors:
        lines = [f"{name}: {value}".encode() for name, value in fields.items()]
        with site.client() as client:
            head = [b"GET / HTTP/1.1", b"Host: localhost", *lines, b"Connection: close", b"", b""]
            answers.append(client.send(b"\r\n".join(head)).answer().body)
    return answers


def header(name: str, value: str) -> Finish:
    return lambda request, response: response.headers.__setitem__(name, value)


def test_pages_are_kept_at_all() -> None:
    """Else the tests below would show nothing."""
    with serving_kept(lambda request, response: None) as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for alice"]


@pytest.mark.parametrize("vary", ["*", " * ", "Accept, *", "Cookie", "COOKIE", " cookie"])
def test_vary(vary: str) -> None:
    """RFC 9111, 4.1;"""
    with serving_kept(header("Vary", vary)) as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for bob"]


@pytest.mark.parametrize(
    "control",
    ["private", "Private", "PRIVATE, max-age=60", "no-store", "No-Cache", 'private="id"',
     "max-age=60 private", "private;max-age=60", '"private'],
)  # fmt: skip
def test_private_in_any_case_and_however_malformed(control: str) -> None:
    """RFC 9111, 5.2.2: directives have no case."""
    with serving_kept(header("Cache-Control", control)) as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for bob"]


@pytest.mark.parametrize("control", ["", "max-age=60", 'note="public"', "publicity", "s-maxage=9"])
def test_authorization(control: str) -> None:
    """RFC 9111, 3.5."""
    finish = header("Cache-Control", control) if control else (lambda request, response: None)
    with serving_kept(finish) as site:
        visitors = [{"Authorization": f"Basic {name}"} for name in ("YTph", "Yjpi")]
        assert told(site, *visitors, {}) == [b"for Basic YTph", b"for Basic Yjpi", b"for nobody"]


def test_set_cookie() -> None:
    """A cookie that the view sets must not come to others with the page."""

    def finish(request: Any, response: HttpResponse) -> None:
        response.set_cookie("id", "secret")

    with serving_kept(finish) as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for bob"]


def test_set_cookie_written_by_hand() -> None:
    """The same as a header field, past ``response.set_cookie``."""
    with serving_kept(header("Set-Cookie", "id=secret")) as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for bob"]


@pytest.mark.parametrize(
    "body",
    [b"Content-Length: 4\r\n\r\nevil", b"Transfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n"],
    ids=["with a length", "chunked"],
)
def test_content_of_a_get_that_poisons_a_page(body: bytes) -> None:
    """The key has the address alone, and what is sent along is in nobody's key."""

    def finish(request: Any, response: HttpResponse) -> None:
        response.content = b"said: " + request.body

    with serving_kept(finish) as site:
        with site.client() as client:
            poison = client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + body).answer()
        assert poison.body == b"said: evil"
        assert told(site, ALICE) == [b"said: "]
        with site.client() as client:
            again = client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + body).answer()
        assert again.body == b"said: "  # a body that is empty keeps no page from being kept


def test_the_session_is_looked_at_below_the_middleware_that_says_so() -> None:
    """SessionMiddleware adds ``Vary: Cookie`` when cache_page has kept the page already."""

    def finish(request: Any, response: HttpResponse) -> None:
        request.session.get("name")

    sessions = "enfilade.contrib.sessions.middleware.SessionMiddleware"
    engine = "enfilade.contrib.sessions.backends.signed_cookies"
    with override_settings(SESSION_ENGINE=engine), serving_kept(finish, sessions) as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for bob"]


def test_a_csrf_token() -> None:
    """The token of one visitor must not stand in the page of another."""

    def finish(request: Any, response: HttpResponse) -> None:
        get_token(request)

    with serving_kept(finish, "enfilade.middleware.csrf.CsrfViewMiddleware") as site:
        assert told(site, ALICE, BOB) == [b"for alice", b"for bob"]


def test_an_absent_field_is_not_an_empty_one() -> None:
    """RFC 9111, 4.1."""
    with serving_kept(header("Vary", "Authorization")) as site:
        assert told(site, {"Authorization": ""}, ALICE) == [b"for nobody", b"for alice"]


def test_fields_do_not_run_together() -> None:
    """``ab`` and ``c`` are not ``a`` and ``bc``."""
    with serving_kept(header("Vary", "Cookie, X-Other")) as site:
        visitors = [{"Cookie": "id=ab", "X-Other": "c"}, {"Cookie": "id=a", "X-Other": "bc"}]
        # Sorted, the names are Cookie and X-Other: "id=ab" + "c" against "id=a" + "bc".
        assert told(site, *visitors) == [b"for ab", b"for a"]


def test_a_value_counts_in_its_own_field_only() -> None:
    """A page that varied on one field must not come to who sends that value in another, because a
    later page has varied on the other one."""

    def finish(request: Any, response: HttpResponse) -> None:
        response.headers["Vary"] = "X-Other" if "X-Other" in request.headers else "Cookie"

    with serving_kept(finish) as site:
        visitors = [ALICE, {"X-Other": "new"}, {"X-Other": ALICE["Cookie"]}]
        assert told(site, *visitors) == [b"for alice", b"for nobody", b"for nobody"]


def test_the_host_counts() -> None:
    """A name that an attacker makes up gets no page kept for others, nor one of theirs."""
    with serving_kept(lambda request, response: None) as site, site.client() as client:
        assert client.send(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").answer().status == 400
