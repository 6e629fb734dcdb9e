"""The async client and factory: the same answers as the sync ones, through ASGI."""

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.test import (
    AsyncClient,
    AsyncRequestFactory,
    Client,
    RedirectCycleError,
    RequestFactory,
)

REQUESTS = {
    "a query": ("get", "/echo/?a=ä&b=1", {}),
    "data": ("get", "/echo/", {"data": {"a": [1, 2]}}),
    "headers": ("get", "/echo/", {"headers": {"X-Colour": "blue"}, "HTTP_X_MORE": "1"}),
    "https": ("get", "/echo/", {"secure": True}),
    "an address": ("get", "/echo/", {"REMOTE_ADDR": "192.0.2.1"}),
    "json": ("post", "/echo/", {"data": {"a": 1}, "content_type": "application/json"}),
    "bytes": ("put", "/echo/", {"data": b"\x00\xff"}),
    "a form": ("post", "/form/", {"data": {"name": "Ada", "n": [1, 2]}}),
    "a redirect": ("post", "/redirect/307/echo/?a=1", {"data": {"a": 1}, "follow": True}),
}


@pytest.fixture
def client():
    return AsyncClient()


@pytest.mark.parametrize("name", REQUESTS)
async def test_the_site_sees_what_it_sees_from_the_sync_client(client, name):
    method, path, options = REQUESTS[name]
    seen = (await getattr(client, method)(path, **options)).json()
    expected = getattr(Client(), method)(path, **options).json()
    for each in (seen, expected):
        # A WSGI request may do without a Host field, an HTTP/1.1 one over ASGI has it.
        each.get("headers", {}).pop("Host", None)
    assert seen == expected


async def test_shows_template_context_and_match(client):
    response = await client.get("/template/")
    assert response.text == "[Ode]"
    assert response.context["title"] == "Ode"
    assert response.templates[0].name == "poem.html"
    assert response.resolver_match.route == "template/"
    assert response.asgi_request is response.context["request"]


async def test_keeps_cookies(client):
    await client.get("/set/")
    cookies = (await client.get("/echo/")).json()["cookies"]
    assert cookies == {"colour": "deep blue", "size": "7"}


async def test_raises_what_the_site_did_not_handle(client):
    with pytest.raises(LookupError, match="nothing here"):
        await client.get("/boom/")


async def test_shows_the_500_page_when_told():
    response = await AsyncClient(raise_request_exception=False).get("/boom/")
    assert response.status_code == 500
    assert response.exc_info[0] is LookupError


@pytest.mark.parametrize("enforced", [False, True])
async def test_csrf_is_checked_only_if_the_client_wants_that(client, enforced):
    response = await AsyncClient(enforce_csrf_checks=enforced).get("/csrf/")
    assert response.json() is enforced


async def test_async_views_and_streams_answer(client):
    assert (await client.get("/awaited/")).content == b"awaited"
    response = await client.get("/stream/")
    assert b"".join(response.streaming_content) == b"ab"
    assert response.closed


async def test_head_has_no_body(client):
    assert (await client.head("/echo/")).content == b""


@pytest.mark.parametrize(
    ("method", "status", "content"),
    [("GET", 200, b"ab"), ("HEAD", 200, b""), ("GET", 204, b""), ("GET", 304, b"")],
)
async def test_a_stream_has_content_only_where_there_may_be_any(client, method, status, content):
    response = await client.generic(method, f"/stream-async/{status}/")
    assert response.status_code == status
    parts = [part async for part in response] if response.is_async else list(response)
    assert b"".join(parts) == content
    assert response.closed


async def test_shows_the_request_that_the_site_had(client):
    response = await client.get("/echo/", {"a": 1}, REMOTE_ADDR="192.0.2.1")
    assert response.asgi_request.get_full_path() == "/echo/?a=1"
    assert response.asgi_request.scope["client"][0] == "192.0.2.1"


async def test_an_endless_chain_is_an_error(client):
    with pytest.raises(RedirectCycleError, match="Too many"):
        await client.get("/growing/0/", follow=True)


async def test_drives_any_asgi_application():
    async def application(scope, receive, send):
        message = await receive()
        headers = [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"got ", "more_body": True})
        await send({"type": "http.response.body", "body": message["body"]})

    client = AsyncClient(application=application)
    response = await client.post("/", b"this", "text/plain")
    assert (response.status_code, response.content) == (201, b"got this")
    assert client.cookies["a"].value == "1"


async def test_drives_the_site_s_handler_as_any_application():
    response = await AsyncClient(application=ASGIHandler()).get("/template/")
    assert response.text == "[Ode]"
    assert response.context["title"] == "Ode"


async def test_an_application_that_sends_nothing_is_wrong():
    async def application(scope, receive, send):
        pass

    with pytest.raises(AssertionError, match=r"http\.response\.start"):
        await AsyncClient(application=application).get("/")


def test_the_factory_makes_requests_like_the_sync_one():
    for method, path, options in REQUESTS.values():
        options = {name: value for name, value in options.items() if name != "follow"}
        ours = getattr(AsyncRequestFactory(), method)(path, **options)
        theirs = getattr(RequestFactory(), method)(path, **options)
        assert ours.scope["type"] == "http"
        for attribute in ("method", "path", "path_info", "scheme", "GET", "body", "content_type"):
            assert getattr(ours, attribute) == getattr(theirs, attribute)
