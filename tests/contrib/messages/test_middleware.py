"""What the middleware does on the way out, and what it leaves alone."""

import asyncio

import pytest

from enfilade.contrib import messages
from enfilade.contrib.messages.middleware import MessageMiddleware
from enfilade.exceptions import ImproperlyConfigured
from enfilade.explain import make_plan
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path


def test_a_page_without_messages_says_nothing_of_cookies(keeping):
    with keeping("fallback"):
        response = Client().get("/plain/")
    assert "Vary" not in response.headers
    assert not response.cookies


def test_an_untouched_request_has_no_storage(keeping):
    request, response = HttpRequest(), HttpResponse()
    middleware = MessageMiddleware(lambda _: response)
    assert middleware(request) is response
    assert not HttpRequest._messages.touched(request)


@pytest.mark.parametrize("kind", ["cookie", "session", "fallback"])
def test_a_page_that_shows_messages_is_nobody_elses(keeping, kind):
    """Else a cache would show them to the next visitor."""
    with keeping(kind):
        client = Client()
        assert client.get("/add/").headers["Vary"] == "Cookie"
        assert client.get("/show/").headers["Vary"] == "Cookie"


async def hops_of(client, hops, *addresses):
    """The threads that each request takes, the client's own left out; and the last page."""
    taken = []
    for address in ("/plain/", *addresses):
        before = hops.hops
        response = await client.get(address)
        taken.append(hops.hops - before)
    return [count - taken[0] for count in taken[1:]], response.content.decode()


async def test_the_usual_message_takes_no_thread(keeping, hops):
    with keeping("fallback"):
        seen = await hops_of(AsyncClient(), hops, "/aadd/", "/ashow/", "/ashow/")
    assert seen == ([0, 0, 0], "")


async def test_messages_in_a_session_take_a_thread_to_load_it_and_one_to_save_it(keeping, hops):
    with keeping("session"):
        seen = await hops_of(AsyncClient(), hops, "/aadd/", "/aadd/", "/ashow/")
    assert seen == ([1, 2, 2], "Saved.|Saved.")  # a new session has nothing to load


async def test_what_a_cookie_has_no_room_for_is_awaited(keeping, hops):
    """A text that does not compress is too long for the cookie, and goes into the session."""
    text = "".join(f"{number * 2654435761 % 2**32:08x}" for number in range(500))
    with keeping("fallback"):
        seen = await hops_of(AsyncClient(), hops, f"/aadd/?text={text}", "/aadd/", "/ashow/")
    assert seen == ([1, 2, 2], f"{text}|Saved.")


def test_the_plan_shows_no_hop(keeping):
    with keeping("fallback"):
        assert [layer.hop for layer in make_plan(ASGIHandler()).layers] == [None, None]


def test_a_storage_that_needs_the_session_says_so_where_it_is_missing(keeping):
    only = ["enfilade.contrib.messages.middleware.MessageMiddleware"]
    with (
        keeping("session"),
        override_settings(MIDDLEWARE=only),
        pytest.raises(ImproperlyConfigured, match="requires session middleware") as raised,
    ):
        Client().get("/add/")
    assert "CookieStorage" in raised.value.hint


async def test_two_coroutines_that_load_at_once_see_the_same_messages(keeping):
    async def both(request):
        first, second = await asyncio.gather(
            messages.aget_messages(request), messages.aget_messages(request)
        )
        assert first is second
        return HttpResponse(str(len(first)))

    with keeping("session"):
        client = AsyncClient()
        await client.get("/aadd/")
        with override_settings(ROOT_URLCONF=type("URLs", (), {"urlpatterns": [path("", both)]})):
            assert (await client.get("/")).content == b"1"
