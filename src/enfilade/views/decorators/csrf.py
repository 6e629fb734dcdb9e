"""Protection against forged requests for one view, or none for it; sync and async views alike."""

from collections.abc import Callable
from typing import Any

from enfilade.bridge import in_thread
from enfilade.conf import settings
from enfilade.http import HttpRequest
from enfilade.http.csrf import load_secret
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.csrf import CsrfViewMiddleware, get_token
from enfilade.views.decorators.mark import View, marked
from enfilade.views.decorators.middleware import decorator_from_middleware

__all__ = ["csrf_exempt", "csrf_protect", "ensure_csrf_cookie", "requires_csrf_token"]


class _EnsureCsrfToken(CsrfViewMiddleware):
    """Looks, and refuses nothing."""

    def _reject(self, request: HttpRequest, reason: str) -> None:
        return None

    async def aprocess_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        answer = await super().aprocess_view(request, callback, args, kwargs)
        if settings.CSRF_USE_SESSIONS:  # the view itself, on the event loop, must not wait for it
            await in_thread(load_secret)(request)
        return answer


class _EnsureCsrfCookie(_EnsureCsrfToken):
    """The same, and asks for a token in the view's stead."""

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        answer = super().process_view(request, callback, args, kwargs)
        get_token(request)
        return answer

    async def aprocess_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        answer = await super().aprocess_view(request, callback, args, kwargs)
        get_token(request)
        return answer


def csrf_protect(view: View) -> View:
    """Check this view's requests as ``CsrfViewMiddleware`` does. With both, it is done once."""
    protected = decorator_from_middleware(CsrfViewMiddleware)(view)
    protected.csrf_protected = True  # type: ignore[attr-defined]  # for ``enfilade check``
    return protected


def requires_csrf_token(view: View) -> View:
    """Have ``csrf_token`` work in the view's templates, and check nothing: for error pages."""
    return decorator_from_middleware(_EnsureCsrfToken)(view)


def ensure_csrf_cookie(view: View) -> View:
    """Send the cookie with every answer of this view, for scripts that take the token from it."""
    return decorator_from_middleware(_EnsureCsrfCookie)(view)


def csrf_exempt(view: View) -> View:
    """Take requests for this view from anywhere: for those that no cookie signs in."""
    return marked(view, "csrf_exempt", True)
