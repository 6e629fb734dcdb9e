"""Pages kept by middleware: where the cache is asked, and what happens without it."""

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from enfilade.cache.backends.locmem import LocMemCache
from enfilade.exceptions import ServiceUnavailable
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.middleware.cache import (
    CacheMiddleware,
    FetchFromCacheMiddleware,
    UpdateCacheMiddleware,
)
from enfilade.template import SimpleTemplateResponse
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import path
from enfilade.views.decorators.cache import cache_page
from oracle import run
from services import redis_server

BOTH = [
    "enfilade.middleware.cache.UpdateCacheMiddleware",
    "enfilade.middleware.cache.FetchFromCacheMiddleware",
]


class Witness(LocMemCache):
    """Notes in which threads it is asked."""

    threads: list[int] = []

    def get(self, *args: Any, **kwargs: Any) -> Any:
        self.threads.append(threading.get_ident())
        return super().get(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self.threads.append(threading.get_ident())
        super().set(*args, **kwargs)


class BlockingWitness(Witness):
    blocking = True


@contextmanager
def site(*patterns: Any, backend: Any = LocMemCache, **values: Any) -> Iterator[None]:
    module = ModuleType("pages")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    cache = {"BACKEND": backend, "LOCATION": values.pop("LOCATION", "pages")}
    with override_settings(ROOT_URLCONF=module, CACHES={"default": cache}, **values):
        LocMemCache("pages", {}).clear()
        Witness.threads.clear()
        yield


def counting() -> Any:
    numbers = iter(range(100))

    async def view(request: Any) -> HttpResponse:
        return HttpResponse(str(next(numbers)))

    return view


def ask(**request: Any) -> bytes:
    return run(ASGIHandler, [], asgi=True, **request).body


@pytest.mark.parametrize("decorated", [False, True], ids=["middleware", "decorator"])
def test_memory_is_asked_on_the_event_loop(decorated: bool) -> None:
    view = cache_page(60)(counting()) if decorated else counting()
    with site(path("", view), backend=Witness, MIDDLEWARE=[] if decorated else BOTH):
        assert [ask(), ask()] == [b"0", b"0"]
        assert set(Witness.threads) == {threading.get_ident()}


@pytest.mark.parametrize("decorated", [False, True], ids=["middleware", "decorator"])
def test_what_may_block_is_asked_in_a_thread(decorated: bool) -> None:
    view = cache_page(60)(counting()) if decorated else counting()
    with site(path("", view), backend=BlockingWitness, MIDDLEWARE=[] if decorated else BOTH):
        assert [ask(), ask()] == [b"0", b"0"]
        assert threading.get_ident() not in Witness.threads
        assert Witness.threads


def test_nothing_is_asked_for_what_is_never_kept() -> None:
    with site(path("", counting()), backend=BlockingWitness, MIDDLEWARE=BOTH):
        assert [ask(method="POST"), ask(method="DELETE")] == [b"0", b"1"]
        assert Witness.threads == []


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_page_of_a_template_is_kept_when_it_is_rendered(asynchronous: bool) -> None:
    rendered = []

    class Words:
        def render(self, context: Any = None, request: Any = None) -> str:
            rendered.append(1)
            return "words"

    def page(request: Any) -> SimpleTemplateResponse:
        return SimpleTemplateResponse(Words(), {})

    async def async_page(request: Any) -> SimpleTemplateResponse:
        return page(request)

    view = cache_page(60)(async_page if asynchronous else page)
    with site(path("", view), backend=BlockingWitness):
        assert [ask(), ask()] == [b"words", b"words"]
        assert len(rendered) == 1
        assert threading.get_ident() not in Witness.threads


@pytest.mark.service
@pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])
def test_pages_are_made_while_the_cache_is_away_and_kept_when_it_is_back(
    asgi: bool, caplog: pytest.LogCaptureFixture
) -> None:
    backend = "enfilade.cache.backends.redis.RedisCache"
    handler = ASGIHandler if asgi else WSGIHandler
    with (
        redis_server() as server,
        site(path("", counting()), backend=backend, LOCATION=server.url, MIDDLEWARE=BOTH),
        caplog.at_level(logging.WARNING, "enfilade.cache"),
    ):

        def body() -> bytes:
            return run(handler, [], asgi=asgi).body

        assert [body(), body()] == [b"0", b"0"]
        server.stop()
        assert [body(), body()] == [b"1", b"2"]
        assert [record.name for record in caplog.records] == ["enfilade.cache"] * 2
        server.start()
        assert [body(), body()] == [b"3", b"3"]


class Full(LocMemCache):
    """Lost between looking a page up and keeping it."""

    def set(self, *args: Any, **kwargs: Any) -> None:
        raise ServiceUnavailable("away")


def test_a_cache_that_is_lost_meanwhile_loses_no_page() -> None:
    with site(path("", counting()), backend=Full, MIDDLEWARE=BOTH):
        assert [ask(), ask()] == [b"0", b"1"]


def test_a_decorator_needs_no_settings_before_a_request(tmp_path: Any) -> None:
    """As in a site of one file, where the views come first."""
    (tmp_path / "site_file.py").write_text(
        "from enfilade import Application, HttpResponse, path\n"
        "from enfilade.test import Client\n"
        "from enfilade.views.decorators.cache import cache_page\n"
        "numbers = iter(range(9))\n"
        "@cache_page(60)\n"
        "def view(request):\n"
        "    return HttpResponse(str(next(numbers)))\n"
        "application = Application([path('', view)], ALLOWED_HOSTS=['testserver'])\n"
        "client = Client(application)\n"
        "print(client.get('/').text, client.get('/').text)\n"
    )
    argv = [sys.executable, str(tmp_path / "site_file.py")]
    assert subprocess.run(argv, capture_output=True, text=True).stdout == "0 0\n"


def test_a_decorated_view_follows_changed_settings() -> None:
    view = cache_page(60)(counting())
    with site(path("", view)):
        assert ask() == b"0"
        with override_settings(CACHE_MIDDLEWARE_KEY_PREFIX="other"):
            assert ask() == b"0"  # cache_page has a prefix of its own: none
    with site(path("", counting()), MIDDLEWARE=BOTH):
        assert ask() == b"0"
        with override_settings(CACHE_MIDDLEWARE_KEY_PREFIX="other"):
            assert ask() == b"1"
        assert ask() == b"0"


def test_by_hand_it_works_as_well() -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse("page")

    request = RequestFactory().get("/by-hand/")
    middleware = CacheMiddleware(view, cache_timeout=30, cache_alias=None, key_prefix=None)
    assert (middleware.cache_alias, middleware.key_prefix) == ("default", "")
    assert middleware(request)["Cache-Control"] == "max-age=30"
    assert "Age" in middleware(RequestFactory().get("/by-hand/"))


def test_it_says_who_has_to_stand_further_out() -> None:
    assert BOTH[0] in FetchFromCacheMiddleware.requires
    assert not CacheMiddleware.requires
    assert not UpdateCacheMiddleware.requires
    for each in (FetchFromCacheMiddleware, CacheMiddleware):
        assert any("RequestID" in name for name in each.follows)


def test_a_kept_page_brings_no_id_of_another_request() -> None:
    chain = ["enfilade.middleware.request_id.RequestIDMiddleware", *BOTH]
    with site(path("", counting()), MIDDLEWARE=chain):
        answers = [run(ASGIHandler, [], asgi=True) for _ in range(2)]
    assert [answer.body for answer in answers] == [b"0", b"0"]
    ids = [dict(answer.headers)["x-request-id"] for answer in answers]
    assert ids[0] != ids[1]


def test_concurrent_requests_get_pages_of_their_own() -> None:
    """What is kept is a copy: changing what one got changes nobody else's."""

    async def ask_both() -> list[Any]:
        middleware = CacheMiddleware(view, page_timeout=60)
        requests = [RequestFactory().get("/copies/") for _ in range(3)]
        return [await middleware(request) for request in requests]

    async def view(request: Any) -> HttpResponse:
        return HttpResponse("page")

    first, second, third = asyncio.run(ask_both())
    second["X-Mine"] = "1"
    assert "X-Mine" not in third
    assert first is not second
