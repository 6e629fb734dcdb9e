"""Where Django is told to let itself be seen: the few places that are replaced, all of them here.

Each does what it has done before; for a request with a trace it notes that too. The rest is
decided when a handler loads its middleware (:mod:`enfilade.foreign.django.loading`).
"""

import functools
import sys
from typing import Any

from enfilade.foreign.django.call import observed_asgi_call, observed_send, observed_wsgi_call
from enfilade.foreign.django.hops import observed_hop
from enfilade.foreign.django.loading import Loading, observed_converting
from enfilade.foreign.django.pieces import observed_conversion, observed_request

MARK = "__enfilade__"
"""The name by which a class or function says that it is observed already."""


def install(base: Any) -> None:
    """Have the handlers observed that *base*, ``django.core.handlers.base``, is the base of.

    Raises :exc:`AttributeError` if it is not as we know it, before anything was changed.
    """
    handler = base.BaseHandler
    if MARK in vars(handler):
        return
    exception, deprecation = _modules()
    wants: dict[Any, tuple[str, ...]] = {
        base: ("convert_exception_to_response", "sync_to_async", "async_to_sync"),
        exception: ("response_for_exception", "sync_to_async"),
        deprecation: ("sync_to_async",),
        handler: ("load_middleware", "adapt_method_mode", "resolve_request", "check_response"),
    }
    for place, names in wants.items():
        for name in names:
            getattr(place, name)
    setattr(handler, MARK, True)
    for module in (base, exception, deprecation):
        module.sync_to_async = observed_hop(module.sync_to_async, "to thread")
    base.async_to_sync = observed_hop(base.async_to_sync, "to loop")
    exception.response_for_exception = observed_conversion(exception.response_for_exception)
    base.convert_exception_to_response = observed_converting(base.convert_exception_to_response)
    handler.load_middleware = _observed_loading(handler.load_middleware)


def _modules() -> tuple[Any, Any]:
    from django.core.handlers import exception
    from django.utils import deprecation

    return exception, deprecation


def _observed_loading(load: Any) -> Any:
    """*load*, ``load_middleware``, watched; its handler's class is known only now."""

    @functools.wraps(load)
    def load_middleware(self: Any, is_async: bool = False) -> None:
        for kind in type(self).__mro__:
            _observe_class(kind)
        with Loading(self):
            load(self, is_async=is_async)

    return load_middleware


def _observe_class(kind: Any) -> None:
    """Replace the entrance of *kind*, if that is one of Django's two handlers for servers."""
    if MARK in vars(kind):
        return
    match kind.__module__, kind.__name__:
        case "django.core.handlers.wsgi", "WSGIHandler":
            kind.__call__ = observed_wsgi_call(kind.__call__)
            request = sys.modules[kind.__module__].WSGIRequest
        case "django.core.handlers.asgi", "ASGIHandler":
            kind.__call__ = observed_asgi_call(kind.__call__)
            kind.send_response = observed_send(kind.send_response)
            request = sys.modules[kind.__module__].ASGIRequest
        case _:
            return
    setattr(kind, MARK, True)
    request.__init__ = observed_request(request.__init__)
