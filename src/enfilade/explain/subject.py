"""What is explained: a site of ours, one of Django's, or an application of another framework.

Each knows how a request to it is completed, foretold and made; everything behind that, the
pictures, the measuring and the comparing, is the same for all.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from enfilade.conf import settings
from enfilade.exceptions import DeveloperError
from enfilade.explain.line import Draft
from enfilade.explain.plan import Plan, make_plan
from enfilade.explain.request import RequestPlan, explain_request
from enfilade.explain.source import locate
from enfilade.explain.stranger import explain_stranger, observed_whole
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.server.loading.application import detect_interface

DJANGO = "django.core.handlers.base"


class NoSuchDoor(DeveloperError):
    """The application cannot be called through the interface that is asked for."""


class Subject(Protocol):
    """Something that can be explained, and called."""

    @property
    def interface(self) -> str:
        """ "wsgi" or "asgi"."""

    @property
    def application(self) -> Callable[..., Any]:
        """What is called to make a request."""

    def complete(self, draft: Draft) -> Draft:
        """*draft* with what is assumed of it where it says nothing."""

    def explain(self, draft: Draft, candidates: int | None) -> RequestPlan:
        """The plan of a complete *draft*; of the routes that lose so many are told."""

    def plan(self) -> Plan | None:
        """The plan of all requests; ``None`` of an application that we cannot look into."""


def find_subject(application: Any, asgi: bool = False) -> Subject:
    """What *application*, as it was loaded, is; through ASGI if *asgi*.

    It may be a wrapper: there is one site in a process. Raises :exc:`NoSuchDoor`.
    """
    if settings.configured:
        return _OfOurs(_own_handler(application, asgi))
    handler = find_django(application)
    if handler is not None:
        return _OfDjango(_django_handler(handler, asgi))
    interface = detect_interface(application)
    if asgi and interface != "asgi":
        raise NoSuchDoor(
            f"{locate(application).name} is a WSGI application and has no ASGI door.",
            hint="Leave --asgi out to see how it is called.",
        )
    return _Stranger(interface, application)


def called(application: Any, subject: Subject) -> Callable[..., Any]:
    """What the server calls: *application*, as it was loaded, or what there is of *subject* if that
    has not the door that is asked for."""
    fits = detect_interface(application) == subject.interface
    return application if fits else subject.application


def find_django(application: Any) -> Any:
    """The handler of Django's that *application* is, or is wrapped around; ``None`` without."""
    base = sys.modules.get(DJANGO)
    if base is None:
        return None
    return next((each for each in _within(application) if isinstance(each, base.BaseHandler)), None)


@dataclass(frozen=True)
class _OfOurs:
    handler: BaseHandler

    @property
    def application(self) -> Any:
        return self.handler

    @property
    def interface(self) -> str:
        return "asgi" if self.handler.chain.is_async else "wsgi"

    def complete(self, draft: Draft) -> Draft:
        return draft

    def explain(self, draft: Draft, candidates: int | None) -> RequestPlan:
        return explain_request(
            self.handler,
            draft.method,
            draft.target,
            candidates,
            fields=draft.fields,
            body=draft.body,
        )

    def plan(self) -> Plan:
        return make_plan(self.handler)


@dataclass(frozen=True)
class _OfDjango:
    application: Any

    @property
    def interface(self) -> str:
        return detect_interface(self.application)

    def complete(self, draft: Draft) -> Draft:
        from enfilade.explain.django.request import absolute

        return replace(draft, target=absolute(draft.target))

    def explain(self, draft: Draft, candidates: int | None) -> RequestPlan:
        from enfilade.explain.django.request import explain_django_request

        return explain_django_request(self.application, draft, candidates)

    def plan(self) -> Plan:
        from enfilade.explain.django.plan import make_django_plan

        return make_django_plan(self.application)


@dataclass(frozen=True)
class _Stranger:
    interface: str
    loaded: Any

    @property
    def application(self) -> Callable[..., Any]:
        return observed_whole(self.loaded, self.interface)

    def complete(self, draft: Draft) -> Draft:
        own = draft.target.startswith("/")
        return replace(draft, target=f"http://localhost{draft.target}") if own else draft

    def explain(self, draft: Draft, candidates: int | None) -> RequestPlan:
        return explain_stranger(self.loaded, draft, self.interface)

    def plan(self) -> None:
        return None


def _own_handler(application: Any, asgi: bool) -> BaseHandler:
    if isinstance(application, BaseHandler) and application.chain.is_async >= asgi:
        return application
    return ASGIHandler() if asgi else WSGIHandler()


def _django_handler(handler: Any, asgi: bool) -> Any:
    """*handler*, or one of its site that can be called as is wanted, and has been observed."""
    from enfilade.foreign import observing
    from enfilade.foreign.django.loading import site_of

    if site_of(handler) is not None and (not asgi or detect_interface(handler) == "asgi"):
        return handler
    with observing():
        if not asgi:
            return type(handler)()
        from django.core.asgi import get_asgi_application

        return get_asgi_application()


def _within(application: Any, depth: int = 3) -> Iterator[Any]:
    """*application* and what it keeps: attributes, and variables from around a function."""
    yield application
    if depth:
        for each in _kept(application):
            yield from _within(each, depth - 1)


def _kept(thing: Any) -> Sequence[Any]:
    cells = getattr(thing, "__closure__", None) or ()
    kept = [getattr(thing, "__self__", None), *(cell.cell_contents for cell in cells)]
    for value in getattr(thing, "__dict__", {}).values():
        kept += value.values() if isinstance(value, dict) else (value,)
    return [each for each in kept if callable(each)]
