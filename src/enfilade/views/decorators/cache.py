"""Who may keep a view's answer, and how long: the site itself, and others by ``Cache-Control``
(RFC 9111, 5.2)."""

from collections.abc import Callable
from typing import Any

from enfilade.http.caching import add_never_cache_headers, patch_cache_control
from enfilade.middleware.cache import CacheMiddleware
from enfilade.views.decorators.mark import View, finished
from enfilade.views.decorators.middleware import make_middleware_decorator


def cache_page(
    timeout: float | None, *, cache: str | None = None, key_prefix: str | None = None
) -> Callable[[View], View]:
    """Keep the view's answers for *timeout* seconds, as
    :class:`~enfilade.middleware.cache.CacheMiddleware` does: ``@cache_page(60 * 15)``.

    *cache* is the alias of a cache, *key_prefix* begins the keys; by default the default cache
    and none. Goes on views, sync and async, not on methods (``method_decorator`` puts it there).
    """
    return make_middleware_decorator(CacheMiddleware)(
        page_timeout=timeout, cache_alias=cache, key_prefix=key_prefix
    )


def cache_control(**directives: Any) -> Callable[[View], View]:
    """Add *directives* to ``Cache-Control``: ``@cache_control(private=True, max_age=60)``."""

    def decorate(view: View) -> View:
        return finished(view, lambda response: patch_cache_control(response, **directives))

    return decorate


def never_cache(view: View) -> View:
    """Let nobody keep the answer, not even the browser."""
    return finished(view, add_never_cache_headers)
