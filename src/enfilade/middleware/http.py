"""Conditional requests for all views: whose copy is still good gets a 304 and no body.

The view runs nevertheless; :func:`enfilade.views.decorators.http.condition` saves that, too, for
a view that knows its version. Behaviour: Django 5.2's ``django.middleware.http``.
"""

from collections.abc import Mapping
from typing import ClassVar

from enfilade.bridge import in_thread
from enfilade.http import HttpRequest
from enfilade.http.caching import cache_directives, set_response_etag
from enfilade.http.conditional import get_conditional_response
from enfilade.http.dates import parse_http_date_safe
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import MiddlewareMixin

__all__ = ["ConditionalGetMiddleware"]

INLINE = 512 * 1024
"""Most bytes of which a tag is made on the event loop, in about a millisecond."""

_ENCODED = "The tag would be that of the compressed page, which differs each time: never a 304."


class ConditionalGetMiddleware(MiddlewareMixin):
    """Gives answers to GET an ``ETag``, and replaces them by a 304 where the request's conditions
    say so.

    Other methods have had their effect by now, and a HEAD has no body of which a tag could be
    made. A file that is ``conditional`` has a version of its own, by which the handler answers
    once all middleware is done.
    """

    blocking = False
    follows: ClassVar[Mapping[str, str]] = {
        "enfilade.middleware.gzip.GZipMiddleware": _ENCODED,
        "enfilade.middleware.compression.CompressionMiddleware": _ENCODED,
    }

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """*response*, with its tag; a 304 or 412 in its place."""
        if request.method != "GET" or response.conditional:
            return response
        if self._lacks_etag(response):
            set_response_etag(response)
        return _answer(request, response)

    async def aprocess_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The same; the tag of a large body is made in a thread."""
        if request.method != "GET" or response.conditional:
            return response
        if self._lacks_etag(response):
            if not response.streaming and len(response.content) > INLINE:  # type: ignore[attr-defined]
                await in_thread(set_response_etag)(response)
            else:
                set_response_etag(response)
        return _answer(request, response)

    def _lacks_etag(self, response: HttpResponseBase) -> bool:
        return "ETag" not in response.headers and self.needs_etag(response)

    def needs_etag(self, response: HttpResponseBase) -> bool:
        """Whether to give *response* a tag: not if nobody may keep it."""
        return "Cache-Control" not in response.headers or (
            "no-store" not in cache_directives(response)
        )


def _answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    etag = response.headers.get("ETag")
    date = response.headers.get("Last-Modified")
    modified = parse_http_date_safe(date) if date else None
    if not etag and modified is None:
        return response
    answer = get_conditional_response(request, etag, modified, response)
    return response if answer is None else answer
