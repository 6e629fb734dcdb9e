"""Steps 7 to 10 of a request with a trace, in a twin of its handler.

What the chain surrounds is one long method of Django's handler, which calls others by ``self``.
So it is called on an object that has all that the handler has, and whose methods look on.
"""

import functools
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.foreign.django.pieces import view_name, without_us
from enfilade.trace import Trace


@functools.cache
def twin_of(kind: Any) -> Any:
    """The class of twins of handlers that are a *kind*."""
    return type(kind.__name__, (Twin, kind), {"__module__": kind.__module__, "__slots__": ()})


class Twin:
    """*handler* for one request; both have one and the same ``__dict__``."""

    __slots__ = ("trace",)
    trace: Trace
    _get_response: Any
    _get_response_async: Any

    def __new__(cls, handler: Any, trace: Trace) -> Any:
        self = object.__new__(cls)
        object.__setattr__(self, "__dict__", handler.__dict__)
        self.trace = trace
        return self

    def __init__(self, handler: Any, trace: Trace) -> None:
        """It has been initialised, when the handler was."""

    # Django asks for these by their names.

    _view_middleware: Any = property(lambda self: self.enfilade_site.view_hooks)
    _template_response_middleware: Any = property(lambda self: self.enfilade_site.template_hooks)
    _exception_middleware: Any = property(lambda self: self.enfilade_site.exception_hooks)

    def resolve_request(self, request: Any) -> Any:
        """Step 7."""
        with self.trace.enter("resolve", request.path_info) as entered:
            try:
                match = super().resolve_request(request)  # type: ignore[misc]
            except Exception as error:
                entered.detail = _count(getattr(error, "args", ()))
                raise
            entered.detail = f"{_tried(match.tried)}, {match.route or 'the empty one'} wins"
            self.trace.route = match.route or "/"
            self.trace.show(match)
        return match

    def make_view_atomic(self, view: Any) -> Any:
        """Step 9; what is called next is the view."""
        atomic = super().make_view_atomic(view)  # type: ignore[misc]
        return _observed_view(atomic, view_name(view), self.trace)

    def check_response(self, response: Any, callback: Any, name: str | None = None) -> None:
        """Step 10; what comes next, if it comes late, is the rendering."""
        super().check_response(response, callback, name)  # type: ignore[misc]
        if callable(getattr(response, "render", None)):
            _observe_rendering(response, self.trace)

    def process_exception_by_middleware(self, exception: Exception, request: Any) -> Any:
        """Step 11; hooks that report an exception report it as ever."""
        exception.__traceback__ = without_us(exception.__traceback__)
        return super().process_exception_by_middleware(exception, request)  # type: ignore[misc]


def _count(said: Any) -> str:
    """How many patterns were tried for a path that has no view; the exception has *said* it."""
    tried = said[0].get("tried") if said and isinstance(said[0], dict) else None
    return "" if tried is None else _tried(tried)


def _tried(patterns: Any) -> str:
    count = len(patterns or ())
    return "1 pattern tried" if count == 1 else f"{count} patterns tried"


def _observed_view(view: Any, node: str, trace: Trace) -> Any:
    def sync_view(request: Any, *args: Any, **kwargs: Any) -> Any:
        with trace.enter("view", node):
            response = view(request, *args, **kwargs)
            trace.show(response)
        _mark_made(response, trace)
        return response

    async def async_view(request: Any, *args: Any, **kwargs: Any) -> Any:
        with trace.enter("view", node):
            response = await view(request, *args, **kwargs)
            trace.show(response)
        _mark_made(response, trace)
        return response

    return async_view if iscoroutinefunction(view) else sync_view


def _mark_made(response: Any, trace: Trace) -> None:
    """A view's response that is not rendered later has been made by the view already."""
    if hasattr(response, "status_code") and not callable(getattr(response, "render", None)):
        trace.enter("render", "response", type(response).__name__).leave()


def _observe_rendering(response: Any, trace: Trace) -> None:
    """Have ``render`` of *response* be an event, once; then it is as it was, since responses are
    pickled into caches."""
    before = vars(response).get("render")
    if getattr(before, "__module__", "") == __name__:
        return  # a hook has given it back
    render = response.render

    def put_back() -> None:
        if before is None:
            del response.render
        else:
            response.render = before

    def rendered() -> Any:
        put_back()
        with trace.enter("render", "response", type(response).__name__):
            return render()

    async def async_rendered() -> Any:
        put_back()
        with trace.enter("render", "response", type(response).__name__):
            return await render()

    response.render = async_rendered if iscoroutinefunction(render) else rendered
