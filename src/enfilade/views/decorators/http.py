"""Which HTTP methods a view answers; all others get 405 with ``Allow``. Conditional requests have
a file of their own."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.http import HttpRequest
from enfilade.middleware.http import ConditionalGetMiddleware
from enfilade.views.base import not_allowed
from enfilade.views.decorators.condition import condition, etag, last_modified
from enfilade.views.decorators.mark import View
from enfilade.views.decorators.middleware import decorator_from_middleware

__all__ = [
    "condition",
    "conditional_page",
    "etag",
    "last_modified",
    "require_GET",
    "require_POST",
    "require_http_methods",
    "require_safe",
]

conditional_page = decorator_from_middleware(ConditionalGetMiddleware)
"""Give the view's answers a tag, and a client whose copy is still good a 304, as
:class:`~enfilade.middleware.http.ConditionalGetMiddleware` does."""


def require_http_methods(request_method_list: Iterable[str]) -> Callable[[View], View]:
    """Let only these methods (upper-case names) through to the view.

    The decorated view says which in ``allowed_methods``.
    """
    allowed = list(request_method_list)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method in allowed:
                return view(request, *args, **kwargs)
            return not_allowed(request, allowed)

        @wraps(view)
        async def answer_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method in allowed:
                return await view(request, *args, **kwargs)
            return not_allowed(request, allowed)

        either: Any = answer_async if iscoroutinefunction(view) else answer
        inner = getattr(view, "allowed_methods", allowed)
        either.allowed_methods = tuple(each for each in allowed if each in inner)
        return either  # type: ignore[no-any-return]

    return decorate


def require_GET(view: View) -> View:
    """Let only GET through."""
    return require_http_methods(["GET"])(view)


def require_POST(view: View) -> View:
    """Let only POST through."""
    return require_http_methods(["POST"])(view)


def require_safe(view: View) -> View:
    """Let only GET and HEAD through (RFC 9110, section 9.2.1)."""
    return require_http_methods(["GET", "HEAD"])(view)
