"""Who may keep a view's answer, and how long: ``Cache-Control`` (RFC 9111, 5.2)."""

from collections.abc import Callable
from typing import Any

from enfilade.http.caching import add_never_cache_headers, patch_cache_control
from enfilade.views.decorators.mark import View, finished


def cache_control(**directives: Any) -> Callable[[View], View]:
    """Add *directives* to ``Cache-Control``: ``@cache_control(private=True, max_age=60)``."""

    def decorate(view: View) -> View:
        return finished(view, lambda response: patch_cache_control(response, **directives))

    return decorate


def never_cache(view: View) -> View:
    """Let nobody keep the answer, not even the browser."""
    return finished(view, add_never_cache_headers)
