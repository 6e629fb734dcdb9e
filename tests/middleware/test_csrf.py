"""What the check costs whom: nothing without a token, no thread without something to wait for.

The decisions themselves are compared with Django's in tests/differential/test_csrf.py.
"""

import asyncio
import io
import threading
from types import ModuleType
from typing import Any

import pytest

from enfilade.exceptions import ImproperlyConfigured
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpResponse
from enfilade.http.asgi_request import ASGIRequest
from enfilade.http.csrf import mask_secret
from enfilade.http.wsgi_request import WSGIRequest
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.csrf import CsrfViewMiddleware, failure_view, get_token
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path
from enfilade.views.decorators.csrf import ensure_csrf_cookie, requires_csrf_token

CSRF = "enfilade.middleware.csrf.CsrfViewMiddleware"
SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"
FORM = b"csrfmiddlewaretoken=" + mask_secret(SECRET).encode()
URLENCODED = "application/x-www-form-urlencoded"


def ok(request: Any) -> HttpResponse:
    return HttpResponse("ok")


async def aok(request: Any) -> HttpResponse:
    return HttpResponse("ok")


async def aform(request: Any) -> HttpResponse:
    return HttpResponse(get_token(request))


def site(*routes: Any, **values: Any) -> Any:
    module = ModuleType("site_with_csrf")
    module.urlpatterns = list(routes)  # type: ignore[attr-defined]
    return override_settings(**{"MIDDLEWARE": [CSRF], "ROOT_URLCONF": module, **values})


def wsgi_request(**changes: Any) -> WSGIRequest:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": f"csrftoken={SECRET}",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    return WSGIRequest({**environ, **changes})


def asgi_request(body: Any = b"", **fields: str) -> ASGIRequest:
    fields = {"cookie": f"csrftoken={SECRET}", "content-type": URLENCODED, **fields}
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    return ASGIRequest(scope, io.BytesIO(body) if isinstance(body, bytes) else body)


# What is not done ----------------------------------------------------------------------------


def test_a_request_that_needs_no_token_has_no_cookie_read() -> None:
    middleware, request = CsrfViewMiddleware(ok), wsgi_request()
    response = ok(request)
    assert middleware.process_view(request, ok, (), {}) is None
    assert middleware.process_response(request, response) is response
    assert "COOKIES" not in request.__dict__
    assert "Vary" not in response.headers
    assert not response.cookies


def test_under_asgi_it_does_not_even_make_the_environ() -> None:
    middleware, request = CsrfViewMiddleware(ok), asgi_request()
    request.method = "GET"
    response = ok(request)
    assert asyncio.run(middleware.aprocess_view(request, ok, (), {})) is None
    assert asyncio.run(middleware.aprocess_response(request, response)) is response
    assert not {"META", "COOKIES"} & request.__dict__.keys()


def test_there_is_no_hook_on_the_way_in() -> None:
    assert not hasattr(CsrfViewMiddleware, "process_request")


# Threads -------------------------------------------------------------------------------------


class Noting(ASGIRequest):
    """Remembers on which thread its form was read."""

    readers: list[str] = []

    @property
    def POST(self) -> Any:  # type: ignore[override]
        self.readers.append(threading.current_thread().name)
        return super().POST


class Handler(ASGIHandler):
    request_class = Noting


@pytest.mark.parametrize(
    ("body", "on_loop"),
    [
        ([FORM], True),
        ([FORM[:5], FORM[5:]], True),
        ([FORM, b"&more=" + b"x" * 200], False),
    ],
    ids=["one message", "spooled in memory", "spooled on disk"],
)
async def test_a_form_is_read_on_the_loop_only_if_it_is_in_memory(
    body: list[bytes], on_loop: bool
) -> None:
    Noting.readers.clear()
    headers = [(b"cookie", f"csrftoken={SECRET}".encode()), (b"content-type", URLENCODED.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
    pending = [
        {"type": "http.request", "body": part, "more_body": part is not body[-1]} for part in body
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return pending.pop(0) if pending else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    with site(path("", aok), FILE_UPLOAD_MAX_MEMORY_SIZE=150):
        await Handler()(scope, receive, send)
    assert sent[0]["status"] == 200
    assert (Noting.readers == ["MainThread"]) is on_loop


class Session(dict[str, str]):
    """Remembers on which threads it was looked at."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.readers: set[str] = set()

    def get(self, *args: Any) -> Any:
        self.readers.add(threading.current_thread().name)
        return super().get(*args)


class Sessions(MiddlewareMixin):
    blocking = False
    current: Session

    def process_request(self, request: Any) -> None:
        request.session = self.current


@pytest.mark.parametrize("decorate", [requires_csrf_token, ensure_csrf_cookie])
async def test_the_session_is_read_in_a_thread_before_an_async_view_wants_it(decorate: Any) -> None:
    Sessions.current = Session(_csrftoken=SECRET)
    seen: list[set[str]] = []

    async def view(request: Any) -> HttpResponse:
        seen.append(set(Sessions.current.readers))
        return await aform(request)

    values = {"MIDDLEWARE": [Sessions, CSRF], "CSRF_USE_SESSIONS": True}
    with site(path("", decorate(view)), **values):
        response = await AsyncClient().get("/")
    assert len(response.content) == 64
    assert "MainThread" not in Sessions.current.readers
    assert seen[0]


async def test_a_post_with_the_secret_in_the_session_is_checked_in_a_thread() -> None:
    Sessions.current = Session(_csrftoken=SECRET)
    values = {"MIDDLEWARE": [Sessions, CSRF], "CSRF_USE_SESSIONS": True}
    with site(path("", aok), **values):
        client = AsyncClient(enforce_csrf_checks=True)
        response = await client.post("/", headers={"X-CSRFToken": SECRET})
    assert response.status_code == 200
    assert Sessions.current.readers
    assert "MainThread" not in Sessions.current.readers


# Settings ------------------------------------------------------------------------------------


def test_the_failure_view_may_be_a_coroutine_function() -> None:
    async def failure(request: Any, reason: str = "") -> HttpResponse:
        return HttpResponse(reason, status=418)

    with site(path("", ok), path("a/", aok), CSRF_FAILURE_VIEW=failure):
        client = Client(enforce_csrf_checks=True)
        assert client.post("/").status_code == client.post("/a/").status_code == 418


async def test_the_failure_view_of_an_async_site_may_block() -> None:
    threads = []

    def failure(request: Any, reason: str = "") -> HttpResponse:
        threads.append(threading.current_thread().name)
        return HttpResponse(reason, status=403)

    with site(path("", aok), CSRF_FAILURE_VIEW=failure):
        response = await AsyncClient(enforce_csrf_checks=True).post("/")
    assert response.content == b"CSRF cookie not set."
    assert threads != ["MainThread"]


def test_a_failure_view_that_is_not_there_is_named() -> None:
    with (
        override_settings(CSRF_FAILURE_VIEW="no.such.view"),
        pytest.raises(ImproperlyConfigured, match=r"CSRF_FAILURE_VIEW names 'no\.such\.view'"),
    ):
        failure_view()


def test_trusted_origins_may_change_while_the_middleware_stays() -> None:
    headers = {"Origin": "https://friend.example", "X-CSRFToken": SECRET}
    with site(path("", ok)):
        client = Client(enforce_csrf_checks=True)
        client.cookies["csrftoken"] = SECRET
        assert client.post("/", headers=headers).status_code == 403
        with override_settings(CSRF_TRUSTED_ORIGINS=["https://friend.example"]):
            assert client.post("/", headers=headers).status_code == 200
        assert client.post("/", headers=headers).status_code == 403


def test_a_host_name_prefix_makes_the_cookie_one_of_this_host_alone() -> None:
    values = {"CSRF_COOKIE_NAME": "__Host-csrftoken", "CSRF_COOKIE_SECURE": True}
    with site(path("", ensure_csrf_cookie(ok)), **values):
        client = Client(enforce_csrf_checks=True)
        cookie = client.get("/", secure=True).cookies["__Host-csrftoken"]
        assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
        headers = {"X-CSRFToken": cookie.value, "Referer": "https://testserver/"}
        assert client.post("/", secure=True, headers=headers).status_code == 200


# With real sessions --------------------------------------------------------------------------


def form(request: Any) -> HttpResponse:
    return HttpResponse(get_token(request))


IN_SESSION = {
    "MIDDLEWARE": ["enfilade.contrib.sessions.middleware.SessionMiddleware", CSRF],
    "CSRF_USE_SESSIONS": True,
    "SESSION_ENGINE": "enfilade.contrib.sessions.backends.file",
}


def test_the_secret_is_kept_in_the_session(tmp_path: Any) -> None:
    with site(path("", form), **IN_SESSION, SESSION_FILE_PATH=str(tmp_path)):
        client = Client(enforce_csrf_checks=True)
        page = client.get("/")
        assert "csrftoken" not in page.cookies
        assert client.post("/", {"csrfmiddlewaretoken": page.text}).status_code == 200
        assert Client(enforce_csrf_checks=True).post("/").status_code == 403


async def test_the_secret_is_kept_in_the_session_under_asgi(tmp_path: Any) -> None:
    view = requires_csrf_token(aform)
    with site(path("", view), **IN_SESSION, SESSION_FILE_PATH=str(tmp_path)):
        client = AsyncClient(enforce_csrf_checks=True)
        page = await client.get("/")
        assert (await client.post("/", {"csrfmiddlewaretoken": page.text})).status_code == 200
        again = await client.get("/")
        assert (await client.post("/", {"csrfmiddlewaretoken": again.text})).status_code == 200
        assert (await AsyncClient(enforce_csrf_checks=True).post("/")).status_code == 403
