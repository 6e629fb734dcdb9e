"""The same two for ``async`` tests: requests as an ASGI server makes them, and a client.

All options are those of the sync ones, entries of an ``environ`` included; the scope is made
from that.
"""

from contextlib import nullcontext
from functools import cached_property
from io import BytesIO
from typing import Any

from enfilade.bridge import ThreadSensitiveContext, in_thread
from enfilade.dispatch import request_started
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpRequest, HttpResponseBase
from enfilade.http.asgi_request import ASGIRequest, get_script_prefix
from enfilade.middleware.csrf import UNCHECKED
from enfilade.test.client import Observer, Response
from enfilade.test.encoding import OCTETS
from enfilade.test.environ import EnvironBuilder
from enfilade.test.exchange import exchange_async, finish
from enfilade.test.factory import RequestFactory
from enfilade.test.redirects import Sent, Trail
from enfilade.test.verbs import Verbs
from enfilade.test.visitor import Visitor
from enfilade.test.witness import Witness
from enfilade.types import ASGIApplication, Environ, Scope
from enfilade.urls import set_script_prefix

_UNPREFIXED = {"CONTENT_TYPE": b"content-type", "CONTENT_LENGTH": b"content-length"}


def scope_of(environ: Environ) -> Scope:
    """The ASGI 3 connection scope that says what *environ* says."""
    root_path = environ["SCRIPT_NAME"]
    raw_path = (root_path + environ["PATH_INFO"]).encode("latin-1")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": environ["SERVER_PROTOCOL"].removeprefix("HTTP/"),
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": raw_path.decode(errors="replace"),
        "raw_path": raw_path,
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "root_path": root_path,
        "headers": _fields({"HTTP_HOST": environ["SERVER_NAME"], **environ}),
        "client": [environ["REMOTE_ADDR"], 0],
        "server": [environ["SERVER_NAME"], int(environ["SERVER_PORT"])],
    }


def _fields(environ: Environ) -> list[tuple[bytes, bytes]]:
    fields = []
    for name, value in environ.items():
        if name in _UNPREFIXED:
            fields.append((_UNPREFIXED[name], str(value).encode("latin-1")))
        elif name.startswith("HTTP_"):
            field_name = name[5:].lower().replace("_", "-").encode("ascii")
            fields.append((field_name, str(value).encode("latin-1")))
    return fields


class AsyncRequestFactory(RequestFactory):
    """Makes requests as an ASGI server's would be. Its methods are not coroutines."""

    def request(self, **entries: Any) -> HttpRequest:
        """A request from entries of an ``environ``."""
        environ = self.build_environ(**entries)
        return ASGIRequest(scope_of(environ), BytesIO(environ["wsgi.input"].read()))


class AsyncSiteHandler(ASGIHandler):
    """The site's handler, asked for the response itself and not for messages."""

    def __init__(self, enforce_csrf_checks: bool) -> None:
        super().__init__()
        self.enforce_csrf_checks = enforce_csrf_checks

    async def respond(self, scope: Scope, body: bytes) -> HttpResponseBase:
        """Answer one request; the response is not closed yet."""
        set_script_prefix(get_script_prefix(scope))
        if request_started.receivers:
            await request_started.asend(sender=type(self), scope=scope)
        call = self.begin_call(scope)
        request: Any = self.make_request(scope, BytesIO(body), call)
        request._dont_enforce_csrf_checks = not self.enforce_csrf_checks
        with call or nullcontext():
            async with ThreadSensitiveContext():
                response: Any = await self.get_response_async(request)
        if call is not None:
            call.observe(response)
            call.finish_with(response)
        response.asgi_request = request
        return response  # type: ignore[no-any-return]


class AsyncClient(EnvironBuilder, Observer, Visitor, Verbs[Any]):
    """:class:`~enfilade.test.Client` for ``async`` tests: every method is awaited.

    ``AsyncClient()`` drives the site of the settings, ``application=`` any ASGI application.
    """

    def __init__(
        self,
        enforce_csrf_checks: bool = False,
        raise_request_exception: bool = True,
        *,
        application: ASGIApplication | None = None,
        **defaults: Any,
    ) -> None:
        super().__init__(**defaults)
        self.enforce_csrf_checks = enforce_csrf_checks
        self.raise_request_exception = raise_request_exception
        self.application = application

    @cached_property
    def handler(self) -> AsyncSiteHandler:
        """The site's handler, made with the first request."""
        return AsyncSiteHandler(self.enforce_csrf_checks)

    async def generic(
        self,
        method: str,
        path: str,
        data: Any = b"",
        content_type: str = OCTETS,
        *,
        follow: bool = False,
        **options: Any,
    ) -> Response:
        """The response to a request with any *method*; *data* is text or bytes."""
        sent = Sent(method, path, data, content_type, options)
        response = await self._answer(sent)
        trail = Trail(sent)
        while follow and (further := trail.after(response)):
            response = await self._answer(further)
        return response

    async def _answer(self, sent: Sent) -> Response:
        return await self.request(
            **self.entries(sent.method, sent.path, sent.data, sent.content_type, sent.options)
        )

    async def request(self, **entries: Any) -> Response:
        """The response to a request made of entries of an ``environ``."""
        environ = self.build_environ(**entries)
        scope, body = scope_of(environ), environ["wsgi.input"].read()
        scope[UNCHECKED] = not self.enforce_csrf_checks
        with Witness() as witness:
            response = await self._exchange(scope, body)
        await in_thread(finish)(response, environ["REQUEST_METHOD"])
        return self.annotate(response, response.asgi_request, entries, witness)

    async def _exchange(self, scope: Scope, body: bytes) -> Any:
        if self.application is None:
            return await self.handler.respond(scope, body)
        response: Any = await exchange_async(self.application, scope, body)
        response.asgi_request = ASGIRequest(scope, BytesIO(body))
        return response
