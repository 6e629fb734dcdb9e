"""Refuses requests that another site has made the visitor's browser send (CSRF).

A request that changes something has to come from the site itself (``Origin``, else under HTTPS
``Referer``) and has to bring a token that only the site's own pages have. Behaviour, reasons and
names: Django 5.2's ``django.middleware.csrf``.

Nothing is done for a request that neither changes anything nor asks for a token: no cookie is
read, no secret is made.
"""

import logging
from collections.abc import Callable
from typing import Any

from enfilade.bridge import async_to_sync, in_thread, iscoroutinefunction
from enfilade.conf import settings
from enfilade.conf.importing import import_named
from enfilade.exceptions import UnreadablePostError
from enfilade.http import HttpRequest
from enfilade.http.caching import patch_vary_headers
from enfilade.http.cookies import cookie_attributes
from enfilade.http.csrf import (
    CSRF_SESSION_KEY,
    InvalidTokenFormat,
    check_token_format,
    does_token_match,
    get_token,
    load_secret,
    read_secret,
    rotate_token,
)
from enfilade.http.headers import HttpHeaders
from enfilade.http.log import log_response
from enfilade.http.origins import TrustedOrigins, distrust
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import MiddlewareMixin

__all__ = [
    "CsrfViewMiddleware",
    "InvalidTokenFormat",
    "RejectRequest",
    "get_token",
    "rotate_token",
]

logger = logging.getLogger("enfilade.security.csrf")

REASON_NO_CSRF_COOKIE = "CSRF cookie not set."
REASON_CSRF_TOKEN_MISSING = "CSRF token missing."  # noqa: S105

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
UNCHECKED = "enfilade.test.dont_enforce_csrf_checks"
"""What the test client sets in ``environ`` or ``scope``, where no client on the network can."""


class RejectRequest(Exception):
    """The request is refused; ``reason`` is what the log and the page in ``DEBUG`` say."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CsrfViewMiddleware(MiddlewareMixin):
    """Checks each request with an unsafe method, unless its view is marked with
    :func:`enfilade.views.decorators.csrf.csrf_exempt`, and sends the secret to whoever was
    given a token."""

    blocking = False
    _trusted = TrustedOrigins(())

    # Step 8 ----------------------------------------------------------------------------------

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The failure page for a request that cannot be trusted, else ``None``."""
        if self._is_settled(request, callback):
            return None
        reason = self._check(request)
        if reason is not None:
            return self._reject(request, reason)
        self._accept(request)
        return None

    async def aprocess_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The same on the event loop: a body in memory is read here, what may wait in a thread."""
        if self._is_settled(request, callback):
            return None
        check = in_thread(self._check) if _may_wait(request) else None
        reason = self._check(request) if check is None else await check(request)
        if reason is not None:
            return await in_thread(self._reject)(request, reason)
        self._accept(request)
        return None

    def foresee_refusal(self, request: HttpRequest, callback: Callable[..., Any]) -> str | None:
        """Why *request* would be refused, ``None`` if it would not be: for ``enfilade explain``,
        whose requests have no session."""
        if self._is_settled(request, callback):
            return None
        if (reason := self._distrust(request)) or settings.CSRF_USE_SESSIONS:
            return reason or REASON_NO_CSRF_COOKIE
        try:
            self._check_token(request)
        except RejectRequest as refusal:
            return refusal.reason
        return None

    def _is_settled(self, request: HttpRequest, callback: Callable[..., Any]) -> bool:
        """Whether there is nothing to check."""
        if request.method in SAFE_METHODS:  # first, since it is nearly always so
            request.csrf_processing_done = True
            return True
        if request.csrf_processing_done or getattr(callback, "csrf_exempt", False):
            return True
        if _is_unchecked(request):
            self._accept(request)
            return True
        return False

    def _accept(self, request: HttpRequest) -> None:
        """A decorator and the middleware on the same way check only once."""
        request.csrf_processing_done = True

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseBase | None:
        view = failure_view()
        answer = async_to_sync(view) if iscoroutinefunction(view) else view
        response: HttpResponseBase = answer(request, reason=reason)
        said = "Forbidden (%s): %s"
        log_response(said, reason, request.path, response=response, request=request, logger=logger)
        return response

    def _check(self, request: HttpRequest) -> str | None:
        """Why *request* is refused, ``None`` if it is not."""
        load_secret(request)  # so that a malformed one is replaced, whatever comes next
        reason = self._distrust(request)
        if reason is not None:
            return reason
        try:
            self._check_token(request)
        except RejectRequest as refusal:
            return refusal.reason
        return None

    def _distrust(self, request: HttpRequest) -> str | None:
        origins = settings.CSRF_TRUSTED_ORIGINS
        if self._trusted.origins != tuple(origins):
            self._trusted = TrustedOrigins(origins)
        return distrust(request, self._trusted)

    def _check_token(self, request: HttpRequest) -> None:
        # Not META["CSRF_COOKIE"]: a middleware that signs the visitor in has replaced that.
        try:
            secret = read_secret(request)
        except InvalidTokenFormat as invalid:
            raise RejectRequest(f"CSRF cookie {invalid.reason}.") from None
        if secret is None:
            raise RejectRequest(REASON_NO_CSRF_COOKIE)
        token, source = _brought_token(request)
        try:
            check_token_format(token)
        except InvalidTokenFormat as invalid:
            raise RejectRequest(f"CSRF token from {source} {invalid.reason}.") from None
        if not does_token_match(token, secret):
            raise RejectRequest(f"CSRF token from {source} incorrect.")

    # Step 11 ---------------------------------------------------------------------------------

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Send the secret, if a token has been made of it."""
        # Under ASGI there is no META before somebody asks for it.
        meta = request.__dict__.get("META")
        if meta and meta.get("CSRF_COOKIE_NEEDS_UPDATE"):
            _keep_secret(request, response, meta["CSRF_COOKIE"])
            meta["CSRF_COOKIE_NEEDS_UPDATE"] = False
        return response

    async def aprocess_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The same on the event loop; the session may have to be read in a thread."""
        meta = request.__dict__.get("META")
        if not meta or not meta.get("CSRF_COOKIE_NEEDS_UPDATE"):
            return response
        if settings.CSRF_USE_SESSIONS:
            return await in_thread(self.process_response)(request, response)
        return self.process_response(request, response)


def failure_view() -> Callable[..., Any]:
    """The view that answers refused requests, called with ``reason=``.

    Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if it cannot be imported.
    """
    view: Any = settings.CSRF_FAILURE_VIEW
    if isinstance(view, str):
        hint = "It is the dotted path of a view that takes request and reason."
        view = import_named(view, "CSRF_FAILURE_VIEW", hint)
    return view  # type: ignore[no-any-return]


def _is_unchecked(request: HttpRequest) -> bool:
    scope = getattr(request, "scope", request.META)
    return request._dont_enforce_csrf_checks or bool(scope.get(UNCHECKED))


def _may_wait(request: HttpRequest) -> bool:
    """Whether the secret or the body may have to be waited for, or a file be written."""
    if settings.CSRF_USE_SESSIONS:
        return True
    if request.method != "POST":  # the token is in a header
        return False
    return request._body_may_wait()


def _brought_token(request: HttpRequest) -> tuple[str, str]:
    """The token of the form or, for scripts, of the header; and where it was."""
    token = ""
    if request.method == "POST":
        try:
            token = request.POST.get("csrfmiddlewaretoken", "")
        except UnreadablePostError:
            pass  # the client has gone: it does not matter what it is told
    if token:
        return token, "POST"
    name: str = settings.CSRF_HEADER_NAME
    if name not in request.META:
        raise RejectRequest(REASON_CSRF_TOKEN_MISSING)
    return request.META[name], f"the {HttpHeaders.parse_header_name(name)!r} HTTP header"


def _keep_secret(request: HttpRequest, response: HttpResponseBase, secret: str) -> None:
    if settings.CSRF_USE_SESSIONS:
        if request.session.get(CSRF_SESSION_KEY) != secret:
            request.session[CSRF_SESSION_KEY] = secret
        return
    response.set_cookie(
        settings.CSRF_COOKIE_NAME,
        secret,
        max_age=settings.CSRF_COOKIE_AGE,
        **cookie_attributes("CSRF"),
    )
    patch_vary_headers(response, ("Cookie",))
