"""A site, ours or one of Django's, as far as the pages want to know it."""

from collections.abc import Mapping
from typing import Any

from enfilade.conf import settings
from enfilade.exceptions import DeveloperError
from enfilade.explain import Plan, RequestPlan, make_plan
from enfilade.explain.line import Draft
from enfilade.explain.shadows import shadowed
from enfilade.explain.subject import Subject, find_django, find_subject
from enfilade.handlers.base import BaseHandler
from enfilade.profiler.source import Site
from enfilade.urls import get_resolver
from enfilade.urls.tree import Tree

CANDIDATES = 12
"""How many routes that lose a page tells of."""


class OwnSite:
    """The site of *subject*, which is made with our own framework."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def plan(self) -> Plan:
        """The application as a whole."""
        handler = self._subject.application
        assert isinstance(handler, BaseHandler)
        return make_plan(handler)

    def explain(self, method: str, path: str) -> RequestPlan:
        """What a request would meet."""
        return self._subject.explain(self._subject.complete(Draft(method, path)), CANDIDATES)

    def shadows(self) -> Mapping[int, int]:
        """The routes that can never match."""
        return {loser.number: winner.number for winner, loser in shadowed(self._tree())}

    def _tree(self) -> Tree:
        return get_resolver().tree


class DjangoSite(OwnSite):
    """The site of *subject*, which is made with Django."""

    def plan(self) -> Plan:
        """The application as a whole."""
        from enfilade.explain.django.plan import make_django_plan

        return make_django_plan(self._subject.application)

    def _tree(self) -> Tree:
        from enfilade.explain.django.plan import django_tree

        return django_tree()


def find_site(application: Any, interface: str) -> Site | None:
    """The site of *application*, which may be wrapped in others; ``None`` if it is neither one of
    ours nor one of Django's. *interface* is "wsgi" or "asgi"."""
    asgi = interface == "asgi"
    try:
        if settings.configured:
            return OwnSite(find_subject(application, asgi))
        if find_django(application) is not None:
            return DjangoSite(find_subject(application, asgi))
    except DeveloperError:
        pass  # settings of something else than a site
    return None
