"""Django sites that hypothesis makes up, and how they are asked, with and without a trace."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from types import ModuleType
from typing import Any

import django.http
import django.utils.decorators
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import include, path, re_path
from django.utils.deprecation import MiddlewareMixin
from hypothesis import strategies as st

from enfilade.foreign import observing
from enfilade.trace import KEY, Trace
from made_up import DOES, Maker, called_as_a_whole, views

NAME = "django_site_that_nobody_thought_of"
DJANGOS = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.gzip.GZipMiddleware",
)
MAKER = Maker(django.http, django.utils.decorators)


@st.composite
def made_of_hooks(draw: st.DrawFn) -> Any:
    """A middleware with some of the hooks, of which those that may be coroutines sometimes are."""
    names = draw(st.lists(st.sampled_from(sorted(DOES)), unique=True))
    members = {}
    for name in names:
        inner = name not in ("process_request", "process_response")
        coroutine = inner and draw(st.sampled_from((False, False, True)))
        members[name] = MAKER.hook_of(draw(st.sampled_from(DOES[name])), coroutine)
    if not draw(st.sampled_from((True, True, False))):
        members["async_capable"] = False
    return type("Made", (MiddlewareMixin,), members)


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
    st.one_of(st.sampled_from(DJANGOS), made_of_hooks(), called_as_a_whole(MAKER)), max_size=5
)
SITES = st.builds(MadeUp, CHAINS, views(MAKER), st.just({}))
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
