"""The way of a session through a request; for Django's see tests/differential."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from enfilade.contrib.sessions.backends.base import UpdateError
from enfilade.contrib.sessions.engine import store_class
from enfilade.exceptions import ServiceUnavailable, SynchronousOnlyOperation
from enfilade.explain import make_plan
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path
from threads import use_counted_threads

SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
NOBODY = "postgresql://enfilade@127.0.0.1:1/nobody"


async def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


async def read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(await request.session.aget("count")))


async def write(request: HttpRequest) -> HttpResponse:
    count = await request.session.aget("count", 0) + 1
    await request.session.aset("count", count)
    return HttpResponse(str(count))


async def new(request: HttpRequest) -> HttpResponse:
    request.session.clear()
    request.session["count"] = 1
    return HttpResponse("new")


async def careless(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.session["count"])


def elsewhere(request: HttpRequest) -> HttpResponse:
    """Meanwhile the visitor signs out in another window."""
    request.session["late"] = True
    store_class()().delete(request.session.session_key)
    return HttpResponse("too late")


async def is_there(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(hasattr(request, "session")))


class URLs:
    urlpatterns = [
        path(f"{view.__name__}/", view)
        for view in (plain, read, write, new, careless, elsewhere, is_there)
    ]


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=URLs, MIDDLEWARE=[SESSIONS]):
        yield


async def hops_of(client: AsyncClient, address: str) -> int:
    """How often the application leaves the loop for one request."""
    threads = use_counted_threads()
    response = await client.get(address)
    assert response.status_code == 200
    return threads.hops - 1  # the client's own, at the end


@pytest.fixture(params=["wsgi", "asgi"])
def visit(request: pytest.FixtureRequest) -> Any:
    """``visit(address)`` of one visitor, through either door."""
    if request.param == "wsgi":
        return Client(raise_request_exception=False).get
    client = AsyncClient(raise_request_exception=False)
    return lambda address: asyncio.run(client.get(address))


# Cost


def test_an_untouched_session_makes_no_thread_hop_and_reads_no_cookie(kept_as: Any) -> None:
    async def one_visit() -> tuple[int, Any]:
        client = AsyncClient()
        client.cookies["sessionid"] = "a" * 32
        hops = await hops_of(client, "/plain/")
        return hops, (await client.get("/plain/")).asgi_request

    with kept_as("db-sqlite"):
        hops, request = asyncio.run(one_visit())
    assert hops == 0
    assert {"session", "COOKIES"}.isdisjoint(request.__dict__)


def test_the_plan_has_no_hop_for_it(kept_as: Any) -> None:
    with kept_as("db-sqlite"):
        handler = ASGIHandler()
        assert [layer.hops for layer in handler.chain.layers] == [False]
        assert make_plan(handler).layers[0].hop is None


def test_only_loading_and_saving_hop(kept_as: Any) -> None:
    async def hops(*addresses: str) -> list[int]:
        client = AsyncClient()
        return [await hops_of(client, address) for address in addresses]

    with kept_as("db-sqlite"):
        # A visitor without a cookie has nothing to load, a new session nothing either.
        assert asyncio.run(hops("/read/", "/write/", "/read/", "/write/")) == [0, 1, 1, 2]
        assert asyncio.run(hops("/new/")) == [1]


def test_a_store_that_never_waits_never_hops(kept_as: Any) -> None:
    async def hops(*addresses: str) -> list[int]:
        client = AsyncClient()
        return [await hops_of(client, address) for address in addresses]

    with kept_as("signed_cookies"):
        assert asyncio.run(hops("/write/", "/read/", "/write/")) == [0, 0, 0]


def test_the_loop_is_not_kept_waiting(kept_as: Any) -> None:
    with kept_as("db-sqlite"):
        client = AsyncClient()
        assert asyncio.run(client.get("/write/")).content == b"1"
        with pytest.raises(SynchronousOnlyOperation, match="event loop") as caught:
            asyncio.run(client.get("/careless/"))
        assert "aget" in (caught.value.hint or "")


# On every store


def test_a_session_lives_from_visit_to_visit(store: Any, visit: Any) -> None:
    assert [visit("/write/").content for _ in range(3)] == [b"1", b"2", b"3"]
    response = visit("/read/")
    assert response.content == b"3"
    assert response["Vary"] == "Cookie"
    assert not response.cookies


def test_a_session_deleted_meanwhile_interrupts_the_request(keyed_store: Any, visit: Any) -> None:
    visit("/write/")
    response = visit("/elsewhere/")
    assert response.status_code == 400
    assert visit("/read/").content == b"None"


def test_without_the_middleware_there_is_no_session(visit: Any) -> None:
    with override_settings(MIDDLEWARE=[]):
        assert visit("/is_there/").content == b"False"


def test_with_every_request_saved_even_an_untouched_one_is(kept_as: Any, visit: Any) -> None:
    with kept_as("db-sqlite"), override_settings(SESSION_SAVE_EVERY_REQUEST=True):
        assert not visit("/plain/").cookies  # there is nothing yet
        visit("/write/")
        assert visit("/plain/").cookies["sessionid"]["max-age"] == 1209600


# A store that does not answer


@contextmanager
def away() -> Iterator[None]:
    with override_settings(DATABASE_URL=NOBODY):
        yield


def test_only_what_needs_the_store_is_answered_503(kept_as: Any, visit: Any) -> None:
    with kept_as("db-sqlite"):
        visit("/write/")
        with away():
            for address in ("/read/", "/write/"):
                response = visit(address)
                assert response.status_code == 503
                assert response["Retry-After"] == "1"
                assert not response.cookies  # the visitor is not signed out by that
            assert visit("/plain/").content == b"plain"
        assert visit("/write/").content == b"2"


def test_a_session_that_cannot_be_saved_is_answered_503(kept_as: Any, visit: Any) -> None:
    with kept_as("db-sqlite"), away():
        response = visit("/new/")
        assert response.status_code == 503
        assert not response.cookies


def test_a_cache_that_does_not_answer_costs_no_session(kept_as: Any, visit: Any) -> None:
    gone = {
        "BACKEND": "enfilade.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1",
    }
    with kept_as("cached_db-sqlite"):
        visit("/write/")
        with override_settings(CACHES={"default": gone}):
            assert visit("/write/").content == b"2"
            store = store_class()
            session = store(store()._get_new_session_key())
            with pytest.raises(ServiceUnavailable):  # or a copy might bring it back
                session.delete()
            with pytest.raises(UpdateError):
                session.save()


def test_threads_share_no_session(kept_as: Any) -> None:
    with kept_as("db-sqlite"):
        seen: list[bytes] = []

        def visitor() -> None:
            client = Client()
            seen.extend(client.get("/write/").content for _ in range(5))

        threads = [threading.Thread(target=visitor) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == sorted(str(n).encode() for n in range(1, 6) for _ in range(4))


def test_something_else_in_its_place_is_left_alone() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        request.session = {"plain": "dictionary"}
        return HttpResponse("fine")

    class Other:
        urlpatterns = [path("", view)]

    with override_settings(ROOT_URLCONF=Other):
        assert Client().get("/").content == b"fine"
