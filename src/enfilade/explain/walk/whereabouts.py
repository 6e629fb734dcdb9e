"""Where the code is written of what no plan tells of: the server's rooms, and our own classes."""

from collections.abc import Callable
from typing import Any

from enfilade.explain.request import RequestPlan
from enfilade.explain.source import Source, locate
from enfilade.explain.walk.journey import Journey, Venue
from enfilade.gateway.environ import build_environ
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter
from enfilade.server.loading.asgi import ASGIServer
from enfilade.server.loop.acceptor import Acceptor
from enfilade.server.loop.exchange import Exchange
from enfilade.urls.resolvers import URLResolver


def place_of(
    event: str, venue: Venue, journey: Journey | None = None, plan: RequestPlan | None = None
) -> Source | None:
    """Where the code of *event* is written, as far as that is always the same place."""
    if event == "handler":
        return _of_application(venue.application)
    if event in _SERVER:
        wsgi, asgi = _SERVER[event]
        return asgi() if venue.is_asgi else wsgi()
    if journey is None:
        return None
    if event == "view" and plan is not None and plan.facts.landing is not None:
        return plan.facts.landing.code
    if event == "view" and journey.witness.match is not None:
        return locate(journey.witness.match.func)
    if event == "request":
        return locate(type(journey.witness.request), "__init__")
    if event == "render" and journey.witness.response is not None:
        return locate(type(journey.witness.response))
    return locate(URLResolver, "resolve") if event == "resolve" and plan is not None else None


def _of_application(application: Any) -> Source:
    """A function, or the class of an object that can be called."""
    if hasattr(application, "__qualname__"):
        return locate(application)
    return locate(application, "__call__")


_SERVER: dict[str, tuple[Callable[[], Source], Callable[[], Source]]] = {
    "accept": (lambda: locate(Acceptor), lambda: locate(ASGIServer)),
    "read": (lambda: locate(RequestReceiver, "next_head"), lambda: locate(ASGIServer)),
    "gateway": (lambda: locate(build_environ), lambda: locate(ASGIServer)),
    "write": (lambda: locate(ResponseWriter, "begin"), lambda: locate(ASGIServer)),
    "send": (lambda: locate(Exchange, "report"), lambda: locate(ASGIServer)),
}
"""Under WSGI our own loop, under ASGI what we have around uvicorn."""
