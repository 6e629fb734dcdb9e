"""Where our own code is of those nodes that are neither a middleware's nor a view's."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from operator import attrgetter
from types import MappingProxyType

from enfilade.explain.source import Source, locate
from enfilade.lifecycle import HOP

_CODE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("handler", "WSGIHandler"): "handlers.wsgi:WSGIHandler.__call__",
        ("handler", "ASGIHandler"): "handlers.asgi:ASGIHandler.__call__",
        ("request", "WSGIHandler"): "http.wsgi_request:WSGIRequest",
        ("request", "ASGIHandler"): "http.asgi_request:ASGIRequest",
        ("resolve", ""): "urls.resolvers:URLResolver.resolve",
        ("render", "response"): "http.response:HttpResponse",
        ("render", "error page"): "handlers.exceptions:response_for_exception",
        ("middleware.out", "conditional response"): "handlers.base:BaseHandler._selected",
        ("write", "body"): "http.response:HttpResponse",
        (HOP, "to thread"): "bridge:in_thread",
        (HOP, "to loop"): "bridge:async_to_sync",
    }
)


def code_of(event: str, name: str) -> Source | None:
    """The code behind the node *name* of *event*; of handler and request *name* is the handler's,
    of resolution it is empty."""
    place = _CODE.get((event, name))
    return None if place is None else _locate(place)


@cache
def _locate(place: str) -> Source:
    module, _, attribute = place.partition(":")
    return locate(attrgetter(attribute)(import_module(f"enfilade.{module}")))
