"""The hooks of a middleware around one view instead of around all of them.

Django's ``django.utils.decorators``. Two things differ: around an async view, hooks that may
block run in a thread, as they do in the chain; and a middleware without hooks, which would do
nothing here, is refused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from enfilade.bridge import async_to_sync, iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest
from enfilade.middleware.mixin import awaitable_hook
from enfilade.views.decorators.mark import View

Hook = Callable[..., Any] | None


class _Hooks(NamedTuple):
    """The hooks in the view's mode; ``late_response`` is sync, as rendering calls it."""

    process_request: Hook
    process_view: Hook
    process_exception: Hook
    process_template_response: Hook
    process_response: Hook
    late_response: Hook


def make_middleware_decorator(
    middleware_class: Callable[..., Any],
) -> Callable[..., Callable[[View], View]]:
    """A function that takes the middleware's arguments (those after ``get_response``) and
    returns a decorator.

    Decorating raises :exc:`~enfilade.exceptions.ImproperlyConfigured` if the middleware has no
    hooks.
    """

    def with_arguments(*args: Any, **kwargs: Any) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            middleware = middleware_class(view, *args, **kwargs)
            if iscoroutinefunction(view):
                return _async_view(view, _hooks(middleware, is_async=True))  # type: ignore[return-value]
            return _sync_view(view, _hooks(middleware, is_async=False))  # type: ignore[return-value]

        return decorate

    return with_arguments


decorator_from_middleware_with_args = make_middleware_decorator
"""Another name of :func:`make_middleware_decorator`, as in Django."""


def decorator_from_middleware(middleware_class: Callable[..., Any]) -> Callable[[View], View]:
    """A decorator that puts the middleware's hooks around a view."""
    return make_middleware_decorator(middleware_class)()


def _hooks(middleware: Any, *, is_async: bool) -> _Hooks:
    found = [getattr(middleware, name, None) for name in _Hooks._fields[:-1]]
    if not any(found):
        name = getattr(middleware, "__qualname__", type(middleware).__qualname__)
        raise ImproperlyConfigured(
            f"The middleware {name} has no hooks, so it cannot decorate a view.",
            hint="Give it process_request(), process_response() … or list it in MIDDLEWARE.",
        )
    plain = [_plain(hook) for hook in found]
    if not is_async:
        return _Hooks._make([*plain, plain[-1]])
    awaitable = [awaitable_hook(middleware, name) for name in _Hooks._fields[:-1]]
    return _Hooks._make([*awaitable, plain[-1]])


def _plain(hook: Hook) -> Hook:
    return async_to_sync(hook) if hook and iscoroutinefunction(hook) else hook


def _sync_view(view: Callable[..., Any], hooks: _Hooks) -> Callable[..., Any]:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = hooks.process_request(request) if hooks.process_request else None
        if response is None and hooks.process_view:
            response = hooks.process_view(request, view, args, kwargs)
        if response is not None:
            return response
        try:
            response = view(request, *args, **kwargs)
        except Exception as exc:
            recovered = hooks.process_exception and hooks.process_exception(request, exc)
            if recovered is None:
                raise
            return recovered
        if not _is_lazy(response):
            return hooks.process_response(request, response) if hooks.process_response else response
        if hooks.process_template_response:
            response = hooks.process_template_response(request, response)
        return _respond_when_rendered(request, response, hooks)

    return answer


def _async_view(view: Callable[..., Any], hooks: _Hooks) -> Callable[..., Any]:
    @wraps(view)
    async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = await hooks.process_request(request) if hooks.process_request else None
        if response is None and hooks.process_view:
            response = await hooks.process_view(request, view, args, kwargs)
        if response is not None:
            return response
        try:
            response = await view(request, *args, **kwargs)
        except Exception as exc:
            recovered = hooks.process_exception and await hooks.process_exception(request, exc)
            if recovered is None:
                raise
            return recovered
        if not _is_lazy(response):
            respond = hooks.process_response
            return await respond(request, response) if respond else response
        if hooks.process_template_response:
            response = await hooks.process_template_response(request, response)
        return _respond_when_rendered(request, response, hooks)

    return answer


def _is_lazy(response: Any) -> bool:
    return callable(getattr(response, "render", None))


def _respond_when_rendered(request: HttpRequest, response: Any, hooks: _Hooks) -> Any:
    """Leave ``process_response`` until there is a body to look at."""
    if respond := hooks.late_response:
        response.add_post_render_callback(lambda rendered: respond(request, rendered))
    return response
