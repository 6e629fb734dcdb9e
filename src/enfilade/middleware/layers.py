"""One middleware that is called as a whole, as one closure of the onion.

Every layer turns its own exceptions into a response, so the next layer outward sees a response
and never an exception. Middleware made of hooks come together in runs (``run.py``).
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
ToThread = Callable[[Callable[..., Any]], Callable[..., Awaitable[Any]]]


def callable_layer(
    middleware: Respond, convert: Convert, _to_thread: ToThread = in_thread
) -> Respond:
    """A plain function or an object with ``__call__``, in a sync chain."""

    def layer(request: "HttpRequest") -> Any:
        try:
            response = middleware(request)
            return no_response(middleware) if response is None else response
        except Exception as exc:
            return convert(request, exc)

    return layer


def async_callable_layer(
    middleware: ARespond, convert: Convert, to_thread: ToThread = in_thread
) -> ARespond:
    """A coroutine function, or an object marked as one, in an async chain."""
    aconvert = to_thread(convert)

    async def layer(request: "HttpRequest") -> Any:
        try:
            response = await middleware(request)
            return no_response(middleware) if response is None else response
        except Exception as exc:
            return await aconvert(request, exc)

    return layer


def no_response(source: Callable[..., Any]) -> NoReturn:
    """Raise the error of a middleware that forgot to return its response."""
    owner = getattr(source, "__self__", source)
    name = getattr(owner, "__qualname__", type(owner).__qualname__)
    hook = f".{source.__name__}" if owner is not source else ""
    raise TypeError(f"The middleware {name}{hook} returned None; it must return a response.")
