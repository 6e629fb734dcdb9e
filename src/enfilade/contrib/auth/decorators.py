"""Views for users only; sync and async views alike."""

from collections.abc import Awaitable, Callable, Collection
from functools import wraps
from typing import Any, TypeVar

from enfilade.bridge import async_to_sync, in_thread, iscoroutinefunction
from enfilade.contrib.auth.guards import Guard
from enfilade.contrib.auth.redirects import (
    REDIRECT_FIELD_NAME,
    login_url_or_default,
    send_to_login,
)
from enfilade.exceptions import PermissionDenied
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase

__all__ = ["login_not_required", "login_required", "permission_required", "user_passes_test"]

View = TypeVar("View", bound=Callable[..., Any])
Test = Callable[[Any], bool]
AwaitableTest = Callable[[Any], Awaitable[bool]]


def user_passes_test(
    test_func: Test | AwaitableTest,
    login_url: Any = None,
    redirect_field_name: str | None = REDIRECT_FIELD_NAME,
) -> Callable[[View], View]:
    """Let users pass for whom *test_func* is true, and send the others to the login page.

    *test_func* takes the user and may be a coroutine function. Around an async view, one that is
    none runs in a thread, as it may ask the database.
    """
    either: Any = test_func
    whom = f"who does not pass {getattr(test_func, '__name__', 'the test')}()"
    guard = Guard("user_passes_test", whom, login_url, redirect_field_name)
    if iscoroutinefunction(test_func):
        return _guarded(async_to_sync(either), either, guard)
    return _guarded(either, in_thread(either), guard)


def login_required(
    function: Any = None,
    redirect_field_name: str | None = REDIRECT_FIELD_NAME,
    login_url: Any = None,
) -> Any:
    """Send visitors who have not signed in to *login_url* (``LOGIN_URL``)."""
    guard = Guard("login_required", "who has not signed in", login_url, redirect_field_name)
    decorate: Callable[[Any], Any] = _guarded(_is_authenticated, _is_authenticated_async, guard)
    return decorate(function) if function else decorate


def permission_required(
    perm: str | Collection[str], login_url: Any = None, raise_exception: bool = False
) -> Callable[[View], View]:
    """Let users pass who may do *perm*, all of them if it is several, and send the others to the
    login page; with *raise_exception* they get 403."""
    perms = (perm,) if isinstance(perm, str) else perm

    def test(user: Any) -> bool:
        return bool(user.has_perms(perms)) or _refused(raise_exception)

    async def atest(user: Any) -> bool:
        return bool(await user.ahas_perms(perms)) or _refused(raise_exception)

    whom = f"who may not {', '.join(map(str, perms))}"
    guard = Guard(
        "permission_required", whom, login_url, REDIRECT_FIELD_NAME, forbids=raise_exception
    )
    return _guarded(test, atest, guard)


def login_not_required(view_func: View) -> View:
    """Have ``LoginRequiredMiddleware`` let anybody see this view."""
    view_func.login_required = False  # type: ignore[attr-defined]
    return view_func


def _guarded(test: Test, atest: AwaitableTest, guard: Guard) -> Callable[[View], View]:
    def refuse(request: HttpRequest) -> HttpResponseBase:
        address = login_url_or_default(guard.login_url, "The view")
        return send_to_login(request, address, guard.redirect_field_name)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if test(request.user):
                return view(request, *args, **kwargs)
            return refuse(request)

        @wraps(view)
        async def answer_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if await atest(await request.auser()):
                return await view(request, *args, **kwargs)
            return refuse(request)

        either: Any = answer_async if iscoroutinefunction(view) else answer
        # What LoginRequiredMiddleware looks for. A decorator inside of this one has its say.
        either.__dict__.setdefault("login_url", guard.login_url)
        either.__dict__.setdefault("redirect_field_name", guard.redirect_field_name)
        either.guards = (guard, *either.__dict__.get("guards", ()))
        return either  # type: ignore[no-any-return]

    return decorate


def _is_authenticated(user: Any) -> bool:
    return bool(user.is_authenticated)


async def _is_authenticated_async(user: Any) -> bool:
    return bool(user.is_authenticated)


def _refused(raise_exception: bool) -> bool:
    if raise_exception:
        raise PermissionDenied
    return False
