"""A site of our own framework, as far as the pages want to know it."""

from collections.abc import Mapping
from typing import Any

from enfilade.conf import settings
from enfilade.explain import Plan, RequestPlan, explain_request, make_plan
from enfilade.explain.shadows import shadowed
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.profiler.source import Site
from enfilade.urls import get_resolver

CANDIDATES = 12
"""How many routes that lose a page tells of."""


class OwnSite:
    """The site that *handler* answers for."""

    def __init__(self, handler: BaseHandler) -> None:
        self._handler = handler

    def plan(self) -> Plan:
        """The application as a whole."""
        return make_plan(self._handler)

    def explain(self, method: str, path: str) -> RequestPlan:
        """What a request would meet."""
        return explain_request(self._handler, method, path, CANDIDATES)

    def shadows(self) -> Mapping[int, int]:
        """The routes that can never match."""
        pairs = shadowed(get_resolver().tree)
        return {loser.number: winner.number for winner, loser in pairs}


def find_site(application: Any, interface: str) -> Site | None:
    """The site of *application*, which may be wrapped in others; ``None`` if it is not one of
    ours. *interface* is "wsgi" or "asgi"."""
    if not settings.configured:
        return None
    asgi = interface == "asgi"
    if isinstance(application, BaseHandler) and application.chain.is_async >= asgi:
        return OwnSite(application)
    try:
        return OwnSite(ASGIHandler() if asgi else WSGIHandler())
    except Exception:
        return None  # settings of something else than a site
