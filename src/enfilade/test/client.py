"""A client that talks to a site without a server, and shows what the site did.

``Client()`` drives the site of the settings, ``Client(application=…)`` any WSGI application.
The API is that of ``django.test.Client``.
"""

import json
from functools import cached_property, partial
from typing import Any

from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpRequest, HttpResponseBase, SimpleCookie
from enfilade.http.lazy import lazy
from enfilade.http.wsgi_request import WSGIRequest
from enfilade.middleware.csrf import UNCHECKED
from enfilade.test.encoding import OCTETS, is_json
from enfilade.test.environ import EnvironBuilder
from enfilade.test.exchange import exchange, finish
from enfilade.test.redirects import Sent, Trail
from enfilade.test.verbs import Verbs
from enfilade.test.visitor import Visitor
from enfilade.test.witness import Witness
from enfilade.types import Environ, WSGIApplication
from enfilade.urls import ResolverMatch, resolve

Response = Any
"""An ``HttpResponse``, and on it ``client``, ``request`` (the entries asked for), ``templates``,
``context``, ``json()``, ``resolver_match``, ``exc_info``, ``wsgi_request`` or ``asgi_request``,
and ``redirect_chain`` where redirects were followed."""


class SiteHandler(WSGIHandler):
    """The site's handler; it leaves the request on the response."""

    def __init__(self, enforce_csrf_checks: bool) -> None:
        super().__init__()
        self.enforce_csrf_checks = enforce_csrf_checks

    def get_response(self, request: Any) -> HttpResponseBase:
        """Answer *request*; CSRF is checked only if the client wants that."""
        request._dont_enforce_csrf_checks = not self.enforce_csrf_checks
        response: Any = super().get_response(request)
        response.wsgi_request = request
        return response  # type: ignore[no-any-return]

    def body_of(self, response: HttpResponseBase) -> HttpResponseBase:  # type: ignore[override]
        """The response itself, for a test to look at."""
        return response


class Observer:
    """What the sync and the async client do with a response before the test gets it."""

    raise_request_exception: bool
    cookies: SimpleCookie

    def annotate(
        self, response: Response, request: HttpRequest, entries: Environ, witness: Witness
    ) -> Response:
        """Raise what the site failed with, or put what was seen on *response*."""
        response.exc_info = witness.exc_info
        if witness.exc_info and self.raise_request_exception:
            raise witness.exc_info[1]
        response.client = self
        response.request = entries
        response.templates = witness.templates
        response.context = witness.context
        response.json = partial(_parse_json, response)
        response.resolver_match = request.resolver_match or _LateMatch(request)
        if response.cookies:
            self.cookies.update(response.cookies)
        return response


class _LateMatch:
    """The match of a request that was answered before it was resolved, made when it is read."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @lazy
    def _match(self) -> ResolverMatch:
        return resolve(self._request.path_info, self._request.urlconf)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._match, name)


def _parse_json(response: Response, **options: Any) -> Any:
    content_type = response.get("Content-Type")
    if not is_json(content_type):
        raise ValueError(f'Content-Type header is "{content_type}", not "application/json"')
    return json.loads(response.content, **options)


class Client(EnvironBuilder, Observer, Visitor, Verbs[Response]):
    """Sends requests, keeps cookies, follows redirects with ``follow=True``.

    An exception that the site does not handle is raised here, unless
    ``raise_request_exception`` is false; then the response is the 500 that a visitor gets.
    ``headers``, ``query_params`` and further keywords go into every request.
    """

    def __init__(
        self,
        enforce_csrf_checks: bool = False,
        raise_request_exception: bool = True,
        *,
        application: WSGIApplication | None = None,
        **defaults: Any,
    ) -> None:
        super().__init__(**defaults)
        self.enforce_csrf_checks = enforce_csrf_checks
        self.raise_request_exception = raise_request_exception
        self._application = application

    @cached_property
    def handler(self) -> WSGIApplication:
        """The application; the site's handler is made with the first request."""
        return self._application or SiteHandler(self.enforce_csrf_checks)

    def generic(
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
        response = self._answer(sent)
        trail = Trail(sent)
        while follow and (further := trail.after(response)):
            response = self._answer(further)
        return response

    def _answer(self, sent: Sent) -> Response:
        return self.request(
            **self.entries(sent.method, sent.path, sent.data, sent.content_type, sent.options)
        )

    def request(self, **entries: Any) -> Response:
        """The response to a request made of entries of an ``environ``."""
        environ = self.build_environ(**entries)
        environ.setdefault(UNCHECKED, not self.enforce_csrf_checks)
        with Witness() as witness:
            response: Any = exchange(self.handler, environ)
        request = getattr(response, "wsgi_request", None)
        if request is None:  # another handler than ours: a request as it would have made it
            request = response.wsgi_request = WSGIRequest(environ)
        finish(response, environ["REQUEST_METHOD"])
        return self.annotate(response, request, entries, witness)
