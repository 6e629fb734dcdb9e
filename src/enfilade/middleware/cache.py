"""Pages kept as they are: who asks for the same within their time gets them without a view.

``UpdateCacheMiddleware`` stands outermost and keeps what comes out; ``FetchFromCacheMiddleware``
stands innermost, where everything that a page depends on is known, and answers from the cache.
``CacheMiddleware`` is both in one place; :func:`enfilade.views.decorators.cache.cache_page` puts it
around a single view.

Kept are answers to GET and HEAD with status 200 that no rule of ``middleware/storable.py``
forbids. A cache that does not answer is no reason not to: the page is made as if there were none.

In an async chain a cache that never blocks is asked on the event loop; any other in a thread, one
hop for looking a page up and one for keeping it. Behaviour: Django 5.2's
``django.middleware.cache``.
"""

import logging
import time
from typing import Any

from enfilade.cache import DEFAULT_CACHE_ALIAS, BaseCache, caches
from enfilade.conf import settings
from enfilade.exceptions import ServiceUnavailable
from enfilade.http import HttpRequest
from enfilade.http.caching import get_max_age, patch_response_headers
from enfilade.http.dates import parse_http_date_safe
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.cache_keys import get_cache_key, learn_cache_key
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin
from enfilade.middleware.storable import declare_dependence, is_storable

__all__ = ["CacheMiddleware", "FetchFromCacheMiddleware", "UpdateCacheMiddleware"]

logger = logging.getLogger("enfilade.cache")

UPDATE = "enfilade.middleware.cache.UpdateCacheMiddleware"
_BEFORE_A_PAGE_IS_LOOKED_FOR = {
    "enfilade.middleware.common.CommonMiddleware": (
        "Who is refused by DISALLOWED_USER_AGENTS would get pages from the cache."
    ),
    "enfilade.middleware.locale.LocaleMiddleware": (
        "A page would be looked for before its language is known, and come in another one."
    ),
    "enfilade.middleware.request_id.RequestIDMiddleware": (
        "A page from the cache would bring every visitor the id of the request that it was made "
        "for."
    ),
}


class _Setting:
    """An attribute that is what a setting says until it is assigned. Decorators are made before
    there are settings, in a site of one file."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return getattr(settings, self.name)


class _WithCache(MiddlewareMixin):
    key_prefix: Any = _Setting("CACHE_MIDDLEWARE_KEY_PREFIX")
    cache_alias: Any = _Setting("CACHE_MIDDLEWARE_ALIAS")

    @property
    def cache(self) -> BaseCache:
        """The cache that has the pages."""
        return caches[self.cache_alias]


class UpdateCacheMiddleware(_WithCache):
    """Keeps pages on their way out.

    How long: ``page_timeout``, else the response's ``max-age``, else ``cache_timeout``, which is
    ``CACHE_MIDDLEWARE_SECONDS``.
    """

    cache_timeout: Any = _Setting("CACHE_MIDDLEWARE_SECONDS")
    page_timeout: float | None = None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Tell other caches how long the page is good, and keep it."""
        if seconds := self._lifetime(request, response):
            self._store(request, response, seconds)
        return response

    async def aprocess_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The same; a thread is taken only for a page that is kept in a cache that may block."""
        if seconds := self._lifetime(request, response):
            await self.cache.awaited(self._store, request, response, seconds)
        return response

    def _should_update_cache(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        return getattr(request, "_cache_update_cache", False)

    def _lifetime(self, request: HttpRequest, response: HttpResponseBase) -> float:
        """For how many seconds to keep *response*, which is told so; 0 if it is not to be kept."""
        if not (self._should_update_cache(request, response) and is_storable(request, response)):
            return 0
        seconds = self.page_timeout
        if seconds is None:
            seconds = get_max_age(response)
            if seconds == 0:
                return 0
            seconds = self.cache_timeout if seconds is None else seconds
        patch_response_headers(response, seconds)
        declare_dependence(request, response)
        return max(seconds, 0) if response.status_code == 200 else 0

    def _store(self, request: HttpRequest, response: Any, seconds: float) -> None:
        cache = self.cache

        def keep(rendered: HttpResponseBase) -> None:
            cache.set(key, rendered, seconds)

        try:
            key = learn_cache_key(request, response, seconds, self.key_prefix, cache)
            if callable(getattr(response, "render", None)):
                response.add_post_render_callback(keep)
            else:
                keep(response)
        except ServiceUnavailable as error:
            logger.warning("A page is not kept: %s", error)


class FetchFromCacheMiddleware(_WithCache):
    """Answers with a page that was kept, on the way in."""

    requires = {
        UPDATE: (
            "Without it nothing keeps the pages that are looked for; after it, pages from the "
            "cache lack what those in between add."
        )
    }
    follows = {
        **_BEFORE_A_PAGE_IS_LOOKED_FOR,
        "enfilade.middleware.http.ConditionalGetMiddleware": (
            "A page from the cache would be sent again to who has it: never a 304."
        ),
    }

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """The page, with its ``Age``; ``None`` if there is none."""
        return self._fetch(request) if self._may_be_kept(request) else None

    async def aprocess_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """The same, in a thread if the cache may block."""
        if self._may_be_kept(request):
            return await self.cache.awaited(self._fetch, request)
        return None

    def _may_be_kept(self, request: Any) -> bool:
        request._cache_update_cache = request.method in ("GET", "HEAD")
        return bool(request._cache_update_cache)

    def _fetch(self, request: Any) -> HttpResponseBase | None:
        try:
            response = self._kept(request, "GET")
            if response is None and request.method == "HEAD":
                response = self._kept(request, "HEAD")
        except ServiceUnavailable as error:
            logger.warning("A page is made anew: %s", error)
            request._cache_update_cache = False  # nor wait again on the way out
            return None
        if response is not None:
            _set_age(response)
            request._cache_update_cache = False
        return response

    def _kept(self, request: HttpRequest, method: str) -> HttpResponseBase | None:
        key = get_cache_key(request, self.key_prefix, method, self.cache)
        return None if key is None else self.cache.get(key)


class CacheMiddleware(UpdateCacheMiddleware, FetchFromCacheMiddleware):
    """Both in one place.

    ``page_timeout`` goes before ``max-age``, ``cache_timeout`` after it, both in seconds;
    ``key_prefix`` and ``cache_alias`` take the place of the settings, with ``None`` for no prefix
    and the default cache.
    """

    requires = {}
    # Conditional answers follow compression, and that follows what keeps pages.
    follows = _BEFORE_A_PAGE_IS_LOOKED_FOR

    def __init__(
        self,
        get_response: GetResponse,
        cache_timeout: float | None = None,
        page_timeout: float | None = None,
        **kwargs: str | None,
    ) -> None:
        super().__init__(get_response)
        if "key_prefix" in kwargs:
            self.key_prefix = kwargs["key_prefix"] or ""
        if "cache_alias" in kwargs:
            self.cache_alias = kwargs["cache_alias"] or DEFAULT_CACHE_ALIAS
        if cache_timeout is not None:
            self.cache_timeout = cache_timeout
        self.page_timeout = page_timeout


def _set_age(response: HttpResponseBase) -> None:
    """Say how long ago the page was made (RFC 9111, 5.1)."""
    lifetime = get_max_age(response)
    expires = parse_http_date_safe(response.headers.get("Expires") or "")
    if lifetime is not None and expires is not None:
        remaining = expires - int(time.time())
        response.headers["Age"] = str(max(0, lifetime - remaining))
