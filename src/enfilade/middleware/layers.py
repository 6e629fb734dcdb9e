"""One middleware as one closure of the onion, chosen by its shape.

Every layer turns its own exceptions into a response, so the next layer outward sees a response
and never an exception. The shape is known at start-up; a request pays for no question.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn

from enfilade.bridge import in_thread

if TYPE_CHECKING:
    from enfilade.http import HttpRequest
    from enfilade.http.response import HttpResponseBase

Respond = Callable[["HttpRequest"], "HttpResponseBase"]
ARespond = Callable[["HttpRequest"], Awaitable["HttpResponseBase"]]
Convert = Callable[["HttpRequest", Exception], "HttpResponseBase"]
HookPair = tuple[Any, Any]
"""``process_request`` and ``process_response``, each ``None`` where the middleware has none."""


def callable_layer(middleware: Respond, convert: Convert) -> Respond:
    """A plain function or an object with ``__call__``, in a sync chain."""

    def layer(request: "HttpRequest") -> Any:
        try:
            response = middleware(request)
            return no_response(middleware) if response is None else response
        except Exception as exc:
            return convert(request, exc)

    return layer


def async_callable_layer(middleware: ARespond, convert: Convert) -> ARespond:
    """A coroutine function, or an object marked as one, in an async chain."""

    async def layer(request: "HttpRequest") -> Any:
        try:
            response = await middleware(request)
            return no_response(middleware) if response is None else response
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    return layer


def hooks_layer(hooks: HookPair, inner: Respond, convert: Convert) -> Respond:
    """``process_request`` and ``process_response`` around *inner*, in a sync chain."""
    before, after = hooks

    def both(request: "HttpRequest") -> Any:
        try:
            response = after(request, before(request) or inner(request))
            return no_response(after) if response is None else response
        except Exception as exc:
            return convert(request, exc)

    def inward(request: "HttpRequest") -> Any:
        try:
            return before(request) or inner(request)
        except Exception as exc:
            return convert(request, exc)

    def outward(request: "HttpRequest") -> Any:
        try:
            response = after(request, inner(request))
            return no_response(after) if response is None else response
        except Exception as exc:
            return convert(request, exc)

    layer: Respond = _by_shape(hooks, both, inward, outward, inner)
    return layer


def inline_hooks_layer(hooks: HookPair, inner: ARespond, convert: Convert) -> ARespond:
    """The same in an async chain, for hooks that never block: no thread is involved."""
    before, after = hooks

    async def both(request: "HttpRequest") -> Any:
        try:
            response = after(request, before(request) or await inner(request))
            return no_response(after) if response is None else response
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    async def inward(request: "HttpRequest") -> Any:
        try:
            return before(request) or await inner(request)
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    async def outward(request: "HttpRequest") -> Any:
        try:
            response = after(request, await inner(request))
            return no_response(after) if response is None else response
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    layer: ARespond = _by_shape(hooks, both, inward, outward, inner)
    return layer


def awaited_hooks_layer(hooks: HookPair, inner: ARespond, convert: Convert) -> ARespond:
    """The same for hooks that are coroutine functions, because they wait now and then."""
    before, after = hooks

    async def both(request: "HttpRequest") -> Any:
        try:
            response = await after(request, await before(request) or await inner(request))
            return no_response(after) if response is None else response
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    async def inward(request: "HttpRequest") -> Any:
        try:
            return await before(request) or await inner(request)
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    async def outward(request: "HttpRequest") -> Any:
        try:
            response = await after(request, await inner(request))
            return no_response(after) if response is None else response
        except Exception as exc:
            return await in_thread(convert)(request, exc)

    layer: ARespond = _by_shape(hooks, both, inward, outward, inner)
    return layer


def _by_shape(hooks: HookPair, both: Any, inward: Any, outward: Any, neither: Any) -> Any:
    match hooks:
        case (None, None):
            return neither
        case (_, None):
            return inward
        case (None, _):
            return outward
    return both


def no_response(source: Callable[..., Any]) -> NoReturn:
    """Raise the error of a middleware that forgot to return its response."""
    owner = getattr(source, "__self__", source)
    name = getattr(owner, "__qualname__", type(owner).__qualname__)
    hook = f".{source.__name__}" if owner is not source else ""
    raise TypeError(f"The middleware {name}{hook} returned None; it must return a response.")
