"""Django sites that hypothesis makes up, and how they are asked, with and without a trace."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from types import ModuleType
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import include, path, re_path
from django.utils.decorators import (
    async_only_middleware,
    sync_and_async_middleware,
)
from django.utils.deprecation import MiddlewareMixin
from hypothesis import strategies as st

from enfilade.foreign import observing
from enfilade.trace import KEY, Trace

NAME = "django_site_that_nobody_thought_of"
DJANGOS = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.gzip.GZipMiddleware",
)
DOES = {
    "process_request": ("pass", "pass", "answer", "raise"),
    "process_view": ("pass", "pass", "answer", "answer late", "raise"),
    "process_exception": ("pass", "pass", "answer", "answer late", "raise"),
    "process_template_response": ("pass", "replace", "raise", "forget"),
    "process_response": ("pass", "pass", "replace", "raise", "forget"),
}


class Late(HttpResponse):
    """A response that is rendered after the view."""

    def __init__(self, breaks: bool = False) -> None:
        super().__init__("late")
        self.breaks = breaks

    def render(self) -> HttpResponse:
        if self.breaks:
            raise ValueError("broken template")
        return self


def do(what: str, *args: Any) -> Any:
    """What one hook does; its last argument is a response, where it is given one."""
    if what == "raise":
        raise ValueError("a hook")
    if what == "forget":
        return None
    if what.startswith("answer"):
        return Late() if what.endswith("late") else HttpResponse("answered")
    if what == "replace":
        return type(args[-1])() if isinstance(args[-1], Late) else HttpResponse("replaced")
    return args[-1] if args and isinstance(args[-1], HttpResponse | StreamingHttpResponse) else None


def hook_of(what: str, coroutine: bool) -> Any:
    def hook(self: Any, request: Any, *args: Any) -> Any:
        return do(what, *args)

    async def awaited(self: Any, request: Any, *args: Any) -> Any:
        await asyncio.sleep(0)
        return do(what, *args)

    return awaited if coroutine else hook


@st.composite
def made_of_hooks(draw: st.DrawFn) -> Any:
    """A middleware with some of the hooks, of which those that may be coroutines sometimes are."""
    names = draw(st.lists(st.sampled_from(sorted(DOES)), unique=True))
    members = {}
    for name in names:
        inner = name not in ("process_request", "process_response")
        coroutine = inner and draw(st.sampled_from((False, False, True)))
        members[name] = hook_of(draw(st.sampled_from(DOES[name])), coroutine)
    if not draw(st.sampled_from((True, True, False))):
        members["async_capable"] = False
    return type("Made", (MiddlewareMixin,), members)


@st.composite
def called_as_a_whole(draw: st.DrawFn) -> Any:
    """A middleware that is one callable."""
    what = draw(st.sampled_from(("pass", "pass", "answer", "raise", "replace", "raise late")))

    def ask_before() -> Any:
        return do(what) if what in ("answer", "raise") else None

    def say_after(response: Any) -> Any:
        if what == "raise late":
            raise ValueError(what)
        return HttpResponse("other") if what == "replace" else response

    def factory(get_response: Any) -> Any:
        def middleware(request: Any) -> Any:
            return ask_before() or say_after(get_response(request))

        return middleware

    @async_only_middleware
    def async_factory(get_response: Any) -> Any:
        async def middleware(request: Any) -> Any:
            return ask_before() or say_after(await get_response(request))

        return middleware

    @sync_and_async_middleware
    def both(get_response: Any) -> Any:
        is_async = asyncio.iscoroutinefunction(get_response)
        return (async_factory if is_async else factory)(get_response)

    return draw(st.sampled_from((factory, async_factory, both)))


def view_of(what: str, is_async: bool) -> Any:
    def answer() -> Any:
        match what:
            case "raise":
                raise ValueError("the view")
            case "lose":
                raise Http404
            case "forget":
                return None
            case "late" | "late and broken":
                return Late(breaks=what != "late")
            case "stream":
                return StreamingHttpResponse([b"one", b"two"])
        return HttpResponse("made")

    def view(request: Any, *args: Any, **kwargs: Any) -> Any:
        return answer()

    async def async_view(request: Any, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return answer()

    return async_view if is_async else view


VIEWS = ("answer", "answer", "raise", "lose", "forget", "late", "late and broken", "stream")


@dataclass
class MadeUp:
    """A site: its middleware, paths or factories, and its view, found at /page/ and /in/<int>/."""

    middleware: list[Any]
    view: Any
    values: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """It is the site that Django has."""
        module: Any = ModuleType(NAME)
        module.urlpatterns = [
            path("page/", self.view, name="page"),
            re_path(r"^old/(?P<year>[0-9]{4})/$", self.view),
            path("in/", include(([path("<int:number>/", self.view, name="inner")], "deep"))),
        ]
        for number, each in enumerate(self.middleware):
            setattr(module, f"m{number}", each)
        paths = [
            each if isinstance(each, str) else f"{NAME}.m{number}"
            for number, each in enumerate(self.middleware)
        ]
        values = {"ROOT_URLCONF": NAME, "MIDDLEWARE": paths, "ALLOWED_HOSTS": ["testserver"]}
        sys.modules[NAME] = module
        try:
            with override_settings(**values, **self.values), observing():
                yield
        finally:
            del sys.modules[NAME]


CHAINS = st.lists(
    st.one_of(st.sampled_from(DJANGOS), made_of_hooks(), called_as_a_whole()), max_size=5
)
SITES = st.builds(
    MadeUp, CHAINS, st.builds(view_of, st.sampled_from(VIEWS), st.booleans()), st.just({})
)
REQUESTS = st.tuples(
    st.sampled_from(("GET", "GET", "HEAD", "POST")),
    st.sampled_from(("/page/", "/page/", "/page", "/nowhere/", "/in/7/", "/in/x/", "/old/1999/")),
)


def handler_of(asgi: bool) -> Any:
    return ASGIHandler() if asgi else WSGIHandler()


@dataclass(frozen=True)
class Answered:
    """What a server has got of an application."""

    status: int | None
    headers: list[Any]
    body: bytes
    failure: str


def ask(handler: Any, method: str, target: str, record: Trace | None = None) -> Answered:
    """Ask as a server would, with a trace or without."""
    if isinstance(handler, ASGIHandler):
        return asyncio.run(ask_async(handler, method, target, record))
    return _ask(handler, method, target, record)


def environ_of(method: str, target: str, record: Trace | None = None) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": target, "QUERY_STRING": "",
        "HTTP_HOST": "testserver", "SERVER_NAME": "testserver", "SERVER_PORT": "80",
        "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
    }  # fmt: skip
    if record is not None:
        environ[KEY] = record
    return environ


def _ask(handler: Any, method: str, target: str, record: Trace | None) -> Answered:
    environ = environ_of(method, target, record)
    said: list[Any] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
        said[:] = [int(status[:3]), list(headers)]

    response: Any = ()
    try:
        response = handler(environ, start_response)
        body = b"".join(response)
    except Exception as error:
        return Answered(None, [], b"", repr(error))
    finally:
        getattr(response, "close", lambda: None)()
    return Answered(*said, body, "")


async def ask_async(handler: Any, method: str, target: str, record: Trace | None) -> Answered:
    bodies = [{"type": "http.request", "body": b""}]
    said: list[Any] = []

    async def receive() -> Any:
        return bodies.pop() if bodies else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        said.append(message)

    scope: dict[str, Any] = {
        "type": "http", "method": method, "path": target, "query_string": b"",
        "headers": [(b"host", b"testserver")],
    }  # fmt: skip
    if record is not None:
        scope[KEY] = record
    try:
        await handler(scope, receive, send)
    except Exception as error:
        return Answered(None, [], b"", repr(error))
    start, *rest = said
    body = b"".join(message.get("body", b"") for message in rest)
    return Answered(start["status"], start["headers"], body, "")
