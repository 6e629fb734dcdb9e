"""What the WSGI and the ASGI handler share: the chain, and a request's way through it."""

import os
from collections.abc import Sequence
from typing import Any

from enfilade import logs, trace
from enfilade.conf import settings
from enfilade.conf.settings import DEBUG_VARIABLE
from enfilade.handlers.collected import STATIC_FILES, collected_files, serves_static_files
from enfilade.handlers.exceptions import response_for_exception
from enfilade.handlers.noted import note_response, noted
from enfilade.handlers.traced import traced_response_for_exception
from enfilade.handlers.traced_walk import TracedWalk
from enfilade.handlers.walk import Walk
from enfilade.http import HttpRequest
from enfilade.http.log import log_response
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.chain import Chain, build_chain
from enfilade.middleware.mixin import GetResponse
from enfilade.middleware.way import InnerHooks, TracedWay, Way
from enfilade.secrecy import declare
from enfilade.trace import REPLACED
from enfilade.translation import deactivate
from enfilade.translation.catalogues import read_catalogues
from enfilade.urls import set_urlconf
from enfilade.urls.resolvers import compile_urlconf


class BaseHandler:
    """Loads the middleware once; then turns requests into responses.

    ``chain`` is the built chain, for whoever wants to look at it.
    """

    chain: Chain
    _middleware_chain: GetResponse | None = None
    _traced_chain: GetResponse

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain of ``settings.MIDDLEWARE``, compile the URLconf and read catalogues.

        Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for what is wrong with them.
        """
        declare(settings.SECRET_NAMES)
        read_catalogues()
        if settings.ROOT_URLCONF is not None:
            compile_urlconf()
        chain = Chain(is_async, _plain_way(), _traced_way())
        build_chain(chain, _middleware())
        if logs.is_wanted():
            for way in (chain.plain, chain.traced):
                way.handler = noted(way.handler, is_async)
        self.chain = chain
        self.subscribers = trace.subscribers()
        self._traced_chain = chain.traced.handler
        self._middleware_chain = chain.handler  # last: it says that loading is complete

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Walk *request* through the sync chain, with marks if it has a trace."""
        _begin()
        chain = self._middleware_chain if request.trace is None else self._traced_chain
        return self._finish(request, chain(request))  # type: ignore[misc]

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Walk *request* through the async chain, with marks if it has a trace."""
        _begin()
        chain = self._middleware_chain if request.trace is None else self._traced_chain
        return self._finish(request, await chain(request))  # type: ignore[misc]

    @property
    def static_files(self) -> dict[str, str]:
        """Folders of files by prefix, for a server that sends files without asking the site."""
        return collected_files()

    def _finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.conditional:
            response = self._selected(request, response)
        # What is open for the request, or may be opened while the response is sent.
        if (
            response.streaming
            or "_files" in request.__dict__
            or type(request).close is not HttpRequest.close
        ):
            response._resource_closers.append(request.close)
        response._handler_class = type(self)
        if response.status_code >= 400:
            log_response(
                "%s: %s",
                response.reason_phrase,
                request.path,
                response=response,
                request=request,
            )
        return response

    def _selected(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """What *request* asks for of a conditional *response*, known to logs and trace."""
        record = request.trace
        if record is None:
            selected = response.for_request(request)
        else:
            with record.enter("middleware.out", "conditional response") as entered:
                selected = response.for_request(request)
                entered.outcome = "" if selected is response else REPLACED
                entered.detail = str(selected.status_code)
                record.show(selected)
        note_response(request, selected)
        return selected


def _plain_way() -> Way:
    hooks = InnerHooks()
    return Way(hooks, Walk(hooks, response_for_exception), response_for_exception)


def _traced_way() -> TracedWay:
    hooks, convert = InnerHooks(), traced_response_for_exception
    return TracedWay(hooks, TracedWalk(hooks, convert), convert)


def _begin() -> None:
    """What an earlier request has left in this thread is not this one's."""
    set_urlconf(None)
    deactivate()


def _middleware() -> Sequence[Any]:
    """``MIDDLEWARE``; under ``enfilade dev`` with what serves static files, if there are any."""
    developing = settings.DEBUG and os.environ.get(DEBUG_VARIABLE) == "1"
    named = settings.STATICFILES_DIRS or settings.STATICFILES_PACKAGES
    if not developing or not named or any(map(serves_static_files, settings.MIDDLEWARE)):
        return settings.MIDDLEWARE  # type: ignore[no-any-return]
    return [STATIC_FILES, *settings.MIDDLEWARE]
