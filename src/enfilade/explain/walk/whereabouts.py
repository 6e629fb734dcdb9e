"""Where the code is written of what no plan tells of: the server's rooms, and our own classes."""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from enfilade.explain.request import RequestPlan
from enfilade.explain.source import Source, locate
from enfilade.explain.walk.journey import Journey, Venue
from enfilade.gateway.environ import build_environ
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter
from enfilade.server.asgi import Connection
from enfilade.server.asgi.account import Account
from enfilade.server.asgi.exchange import Exchange as ASGIExchange
from enfilade.server.asgi.scope import build_scope
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
    return _resolver(journey) if event == "resolve" else None


def _resolver(journey: Journey) -> Source:
    """Where routes are matched, in the framework that the request is of."""
    framework = type(journey.witness.request).__module__.partition(".")[0]
    resolvers = sys.modules.get(f"{framework}.urls.resolvers")
    return locate(getattr(resolvers, "URLResolver", URLResolver), "resolve")


def _of_application(application: Any) -> Source:
    """A function, or the class of an object that can be called."""
    if hasattr(application, "__qualname__"):
        return locate(application)
    return locate(application, "__call__")


_SERVER: Mapping[str, tuple[Callable[[], Source], Callable[[], Source]]] = MappingProxyType(
    {
        "accept": (lambda: locate(Acceptor), lambda: locate(Connection, "connection_made")),
        "read": (lambda: locate(RequestReceiver, "next_head"),) * 2,
        "gateway": (lambda: locate(build_environ), lambda: locate(build_scope)),
        "write": (lambda: locate(ResponseWriter, "begin"), lambda: locate(ASGIExchange, "send")),
        "send": (lambda: locate(Exchange, "report"), lambda: locate(Account, "close")),
    }
)
"""Those of WSGI and of ASGI."""
