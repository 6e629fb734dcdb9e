"""The single pieces of Django that are observed: its requests, its chain, its error pages."""

import functools
from collections.abc import Callable
from types import FunctionType, TracebackType
from typing import Any

from enfilade.trace import KEY, Trace, note_failure
from enfilade.trace.observed import Custom


def trace_of(request: Any, *_others: Any) -> Trace:
    """The trace of *request*, which has one. WSGI's ``META`` is the ``environ`` itself, and that
    of a request under ASGI is given its trace."""
    trace: Trace = request.META[KEY]
    return trace


CUSTOM = Custom(trace_of, blames_none=False)
"""Whoever is given nothing further out fails for it, and not the middleware that gave it."""


def fork(plain: Any, branch: Any, is_async: bool) -> Any:
    """*plain*, but a request with a trace takes ``branch.traced``."""

    async def async_fork(request: Any) -> Any:
        if KEY in request.META:
            return await branch.traced(request)
        return await plain(request)

    def sync_fork(request: Any) -> Any:
        if KEY in request.META:
            return branch.traced(request)
        return plain(request)

    return functools.wraps(plain)(async_fork if is_async else sync_fork)


def observed_request(init: Callable[..., None]) -> Callable[..., None]:
    """*init* of a request class (step 5), whose first argument is the environ or the scope."""

    @functools.wraps(init)
    def observed(self: Any, carrier: Any, *args: Any, **kwargs: Any) -> None:
        trace = carrier.get(KEY)
        if trace is None:
            init(self, carrier, *args, **kwargs)
            return
        with trace.enter("request") as entered:
            init(self, carrier, *args, **kwargs)
            entered.node = f"{self.method} {self.path}"
            trace.show(self)
        self.META[KEY] = trace

    return observed


def observed_conversion(convert: Callable[..., Any]) -> Callable[..., Any]:
    """*convert*, which makes the page of an exception; its detail is status and exception."""

    @functools.wraps(convert)
    def observed(request: Any, exc: Exception) -> Any:
        if KEY not in request.META:
            return _told(request, exc, convert(request, exc))
        exc.__traceback__ = without_us(exc.__traceback__)
        trace = trace_of(request)
        with trace.enter("render", "error page") as entered:
            response = convert(request, exc)
            entered.detail = f"{response.status_code} {type(exc).__name__}"
            trace.show(response)
        return _told(request, exc, response)

    return observed


def _told(request: Any, exc: Exception, response: Any) -> Any:
    """*response*, of whose cause the server is told if it says that the request failed."""
    if response.status_code >= 500:
        note_failure(getattr(request, "scope", request.META), exc)
    return response


def without_us(traceback: TracebackType | None) -> TracebackType | None:
    """*traceback* without the lines of those who only look on, so that logs and pages show what
    they would show without a trace."""
    if traceback is None:
        return None
    rest = without_us(traceback.tb_next)
    module = traceback.tb_frame.f_globals.get("__name__", "")
    if module.startswith((f"{__package__}.", "enfilade.trace.")):
        return rest
    traceback.tb_next = rest
    return traceback


def view_name(view: Any) -> str:
    """How a view is called: the dotted name of the function or class that a person wrote."""
    while not isinstance(view, FunctionType) and hasattr(view, "func"):
        view = view.func  # of a partial
    view = getattr(view, "view_class", view)
    owner = view if hasattr(view, "__qualname__") else type(view)
    return f"{owner.__module__}.{owner.__qualname__}"
