"""Under which key a page is kept. Django's ``django.utils.cache`` has these two functions.

A page depends on its address and on the request fields that its response names in ``Vary``. The
response is not there when a page is looked up, so those names are kept, too, under a key made of
the address alone: the first response teaches them, later requests ask for them.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from enfilade.cache import BaseCache, caches
from enfilade.conf import settings
from enfilade.http import HttpRequest
from enfilade.http.caching import vary_names
from enfilade.http.headers import HttpHeaders
from enfilade.http.response import HttpResponseBase
from enfilade.translation import get_language

__all__ = ["get_cache_key", "learn_cache_key"]


def get_cache_key(
    request: HttpRequest,
    key_prefix: str | None = None,
    method: str = "GET",
    cache: BaseCache | None = None,
) -> str | None:
    """The key of the page that *request* asks for, ``None`` if no such page was seen.

    *key_prefix* and *cache* are those of ``CACHE_MIDDLEWARE_KEY_PREFIX`` and
    ``CACHE_MIDDLEWARE_ALIAS``, if they are not given.
    """
    place = _Place(request, key_prefix)
    fields = _cache(cache).get(place.key_of_fields())
    return None if fields is None else place.key_of_page(method, fields)


def learn_cache_key(
    request: HttpRequest,
    response: HttpResponseBase,
    cache_timeout: float | None = None,
    key_prefix: str | None = None,
    cache: BaseCache | None = None,
) -> str:
    """The key for *response*; on which fields it depends is kept for *cache_timeout* seconds
    (``CACHE_MIDDLEWARE_SECONDS`` by default)."""
    place = _Place(request, key_prefix)
    names = vary_names(response)
    if place.is_negotiated:  # the language that was found counts, not all that led to it
        names = [name for name in names if name.lower() != "accept-language"]
    fields = sorted({HttpHeaders.to_wsgi_name(name) for name in names})
    seconds = settings.CACHE_MIDDLEWARE_SECONDS if cache_timeout is None else cache_timeout
    _cache(cache).set(place.key_of_fields(), fields, seconds)
    return place.key_of_page(request.method or "GET", fields)


class _Place:
    """An address in one language, and the keys that begin there."""

    def __init__(self, request: HttpRequest, key_prefix: str | None) -> None:
        self.request = request
        self.prefix = settings.CACHE_MIDDLEWARE_KEY_PREFIX if key_prefix is None else key_prefix
        self.is_negotiated = hasattr(request, "LANGUAGE_CODE")
        self.language = getattr(request, "LANGUAGE_CODE", "") or _active_language()
        self.address = _digest([request.build_absolute_uri().encode()])

    def key_of_fields(self) -> str:
        return self._key("cache_header", self.address)

    def key_of_page(self, method: str, fields: Iterable[str]) -> str:
        named = (part for field in fields for part in (field.encode(), self._value(field)))
        return self._key("cache_page", method, self.address, _digest(named))

    def _value(self, field: str) -> bytes | None:
        value: str | None = self.request.META.get(field)
        return None if value is None else value.encode(errors="surrogateescape")

    def _key(self, kind: str, *parts: str) -> str:
        suffix = [self.language] if self.language else []
        return ".".join([f"views.decorators.cache.{kind}", self.prefix, *parts, *suffix])


def _active_language() -> str:
    return get_language() or "" if settings.USE_I18N else ""


def _digest(values: Iterable[bytes | None]) -> str:
    """Each value counts with its length, so that none runs into the next, and one that is missing
    is not the same as an empty one (RFC 9111, 4.1)."""
    digest = hashlib.blake2b(digest_size=16)
    for value in values:
        digest.update(b"-," if value is None else b"%d:%b," % (len(value), value))
    return digest.hexdigest()


def _cache(given: Any) -> BaseCache:
    found: BaseCache = caches[settings.CACHE_MIDDLEWARE_ALIAS] if given is None else given
    return found
