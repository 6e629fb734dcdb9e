"""Class-based views for users only. They stand first among the parents of a view, and work with
async views as well: there the user is awaited, and what is asked of them runs in a thread."""

from collections.abc import Callable, Collection
from typing import Any, NoReturn

from enfilade.bridge import in_thread, iscoroutinefunction
from enfilade.contrib.auth.redirects import (
    REDIRECT_FIELD_NAME,
    login_url_or_default,
    send_to_login,
)
from enfilade.exceptions import ImproperlyConfigured, PermissionDenied
from enfilade.http import HttpRequest, HttpResponseRedirect

__all__ = [
    "AccessMixin",
    "LoginRequiredMixin",
    "PermissionRequiredMixin",
    "UserPassesTestMixin",
]


class AccessMixin:
    """What becomes of whoever may not see the view: to the login page, or 403 if they have
    signed in already or ``raise_exception`` is set."""

    login_url: Any = None
    permission_denied_message = ""
    raise_exception = False
    redirect_field_name: str | None = REDIRECT_FIELD_NAME

    request: HttpRequest
    view_is_async: bool

    def get_login_url(self) -> str:
        """``login_url``, or ``LOGIN_URL``.

        Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if there is neither.
        """
        return login_url_or_default(self.login_url, type(self).__name__)

    def get_permission_denied_message(self) -> str:
        """What the page of a 403 is told."""
        return self.permission_denied_message

    def get_redirect_field_name(self) -> str | None:
        """The name of the parameter that says where to go after the login."""
        return self.redirect_field_name

    def handle_no_permission(self) -> HttpResponseRedirect:
        """A redirect to the login page; or :exc:`~enfilade.exceptions.PermissionDenied`."""
        if self.raise_exception or self.request.user.is_authenticated:
            raise PermissionDenied(self.get_permission_denied_message())
        return send_to_login(self.request, self.get_login_url(), self.get_redirect_field_name())

    def _dispatch_if(
        self, may_pass: Callable[[], Any], dispatch: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The view's answer, if *may_pass* is true."""
        if self.view_is_async:
            return self._adispatch_if(may_pass, dispatch, *args, **kwargs)
        return dispatch(*args, **kwargs) if may_pass() else self.handle_no_permission()

    async def _adispatch_if(
        self, may_pass: Callable[[], Any], dispatch: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        await self.request.auser()
        ask = may_pass if iscoroutinefunction(may_pass) else in_thread(may_pass)
        return await dispatch(*args, **kwargs) if await ask() else self.handle_no_permission()


class LoginRequiredMixin(AccessMixin):
    """For visitors who have signed in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer, or send to the login page."""
        inner = super().dispatch  # type: ignore[misc]
        may_pass = self._ais_authenticated if self.view_is_async else self._is_authenticated
        return self._dispatch_if(may_pass, inner, request, *args, **kwargs)

    def _is_authenticated(self) -> bool:
        return bool(self.request.user.is_authenticated)

    async def _ais_authenticated(self) -> bool:  # known by now: no thread
        return self._is_authenticated()


class PermissionRequiredMixin(AccessMixin):
    """For users who may do ``permission_required``: a permission, or several."""

    permission_required: str | Collection[str] | None = None

    def get_permission_required(self) -> Collection[str]:
        """The permissions.

        Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if the class does not say them.
        """
        if self.permission_required is None:
            name = type(self).__name__
            raise ImproperlyConfigured(
                f"{name} is missing the permission_required attribute. Define "
                f"{name}.permission_required, or override {name}.get_permission_required()."
            )
        if isinstance(self.permission_required, str):
            return (self.permission_required,)
        return self.permission_required

    def has_permission(self) -> Any:
        """Whether the user may see this; a subclass may say it in a coroutine."""
        return self.request.user.has_perms(self.get_permission_required())

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer, or refuse."""
        inner = super().dispatch  # type: ignore[misc]
        return self._dispatch_if(self.has_permission, inner, request, *args, **kwargs)


class UserPassesTestMixin(AccessMixin):
    """For users who pass the view's ``test_func()``."""

    def test_func(self) -> Any:
        """Whether the user may see this; a subclass says it, in a coroutine if it likes."""
        self._lacks_test()

    def _lacks_test(self) -> NoReturn:
        raise NotImplementedError(
            f"{type(self).__name__} is missing the implementation of the test_func() method."
        )

    def get_test_func(self) -> Callable[[], Any]:
        """The function to ask."""
        return self.test_func

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer, or refuse."""
        inner = super().dispatch  # type: ignore[misc]
        return self._dispatch_if(self.get_test_func(), inner, request, *args, **kwargs)
