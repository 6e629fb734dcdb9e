"""Promises ``request.user``, and asks for a login where the site wants one.

A request that does not ask who the visitor is pays for two assignments; who they are is read from
the session at the first touch of ``request.user``, or when ``request.auser()`` is first awaited.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from enfilade.contrib.auth.current_user import aget_user, get_user
from enfilade.contrib.auth.redirects import (
    REDIRECT_FIELD_NAME,
    login_url_or_default,
    send_to_login,
)
from enfilade.contrib.auth.remote_user import (
    AUTHENTICATION,
    PersistentRemoteUserMiddleware,
    RemoteUserMiddleware,
)
from enfilade.exceptions import ImproperlyConfigured, SynchronousOnlyOperation
from enfilade.http import HttpRequest, HttpResponseRedirect
from enfilade.middleware import MiddlewareMixin

__all__ = [
    "AuthenticationMiddleware",
    "LoginRequiredMiddleware",
    "PersistentRemoteUserMiddleware",
    "RemoteUserMiddleware",
]

SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"


class AuthenticationMiddleware(MiddlewareMixin):
    """Gives requests ``request.user`` and, for coroutines, ``request.auser()``."""

    blocking = False
    answers = False
    requires = {SESSIONS: "The session says who the visitor is, and must be there first."}

    def process_request(self, request: Any) -> None:
        """Promise both (see ``http/deferred.py``)."""
        request._make_user = _user
        request._make_auser = _auser


def _user(request: HttpRequest) -> Any:
    _check_session(request)
    try:
        return get_user(request)
    except SynchronousOnlyOperation as error:
        raise SynchronousOnlyOperation(
            "request.user was touched on the event loop before anybody knew who it is; the "
            "session or the database would have to be waited for.",
            hint="Write await request.auser(); after that, request.user is there as well.",
        ) from error


def _auser(request: HttpRequest) -> Callable[[], Any]:
    _check_session(request)
    return partial(_await_user, request)


async def _await_user(request: HttpRequest) -> Any:
    if "user" not in request.__dict__:
        user = await aget_user(request)
        request.__dict__.setdefault("user", user)  # another coroutine may have asked meanwhile
    return request.user


def _check_session(request: HttpRequest) -> None:
    if not HttpRequest.session.expected(request):
        raise ImproperlyConfigured(
            "AuthenticationMiddleware finds no request.session, which says who the visitor is.",
            hint=f"Put {SESSIONS} before it into MIDDLEWARE.",
        )


class LoginRequiredMiddleware(MiddlewareMixin):
    """Sends visitors who have not signed in to the login page, whatever they ask for.

    Views that anybody may see are marked with ``login_not_required``. What ``login_required``
    was told of a view, its ``login_url`` and the name of the parameter, counts here, too.

    It may stand before ``AuthenticationMiddleware`` as well: it asks once the view is found, and
    by then every middleware has had the request.
    """

    blocking = False
    needs = {AUTHENTICATION: "request.user says whether the visitor has signed in."}
    redirect_field_name: str | None = REDIRECT_FIELD_NAME

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseRedirect | None:
        """A redirect to the login page, or ``None``."""
        if not getattr(view_func, "login_required", True) or request.user.is_authenticated:
            return None
        return self.handle_no_permission(request, view_func)

    async def aprocess_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseRedirect | None:
        """Twin of ``process_view``."""
        if not getattr(view_func, "login_required", True):
            return None
        if (await request.auser()).is_authenticated:
            return None
        return self.handle_no_permission(request, view_func)

    def get_login_url(self, view_func: Callable[..., Any]) -> str:
        """The view's own login page, or ``LOGIN_URL``.

        Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is neither.
        """
        return login_url_or_default(getattr(view_func, "login_url", None), "The view")

    def get_redirect_field_name(self, view_func: Callable[..., Any]) -> str | None:
        """The name of the parameter that says where to go after the login."""
        name: str | None = getattr(view_func, "redirect_field_name", self.redirect_field_name)
        return name

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        """What visitors get who have not signed in."""
        field = self.get_redirect_field_name(view_func)
        return send_to_login(request, self.get_login_url(view_func), field)
