"""The plan of a request to a Django site."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from enfilade.explain.django.chain import Links
from enfilade.explain.django.course import DjangoCourse
from enfilade.explain.django.foresight import is_foreseen
from enfilade.explain.django.walk import DjangoWalk
from enfilade.explain.footsteps import Guide
from enfilade.explain.guides import Foresight
from enfilade.explain.line import Draft
from enfilade.explain.nodes import Key, Node
from enfilade.explain.request import RequestPlan
from enfilade.explain.rooms import furnish
from enfilade.foreign.django.loading import site_of
from enfilade.trace import RAISED


def explain_django_request(
    handler: Any, draft: Draft, candidates: int | None = None
) -> RequestPlan:
    """As :func:`~enfilade.explain.request.explain_request`, for a *handler* of Django's, WSGI or
    ASGI, which was loaded while it could be observed."""
    site = site_of(handler)
    assert site is not None, "a handler is looked for that has been seen"
    environ = replace(draft, target=absolute(draft.target)).environ()
    with _language_of_its_own():
        walk = DjangoWalk(handler, site, _request(environ), candidates)
        facts = walk.facts()
        grounds = walk.grounds()

    def course(guide: Guide) -> list[Node]:
        return DjangoCourse(grounds, guide).walk()

    unknown = frozenset(_unknown(grounds.links))
    lost: dict[Key, str] = {} if grounds.view else {("resolve", grounds.path): RAISED}
    foreseen = Foresight({**lost, **walk.outcomes}, unknown)
    nodes, unhindered = course(foreseen), course(Foresight(lost, unknown))
    return RequestPlan(facts, furnish(facts), tuple(nodes), tuple(unhindered), course)


def absolute(target: str) -> str:
    """*target* with the scheme and the host that are assumed of a request, from Django's settings:
    the host is the first of ``ALLOWED_HOSTS``."""
    from django.conf import settings

    if not target.startswith("/"):
        return target
    named = str(next(iter(settings.ALLOWED_HOSTS), "localhost"))
    host = "localhost" if named == "*" else named.removeprefix(".")
    return f"{'https' if settings.SECURE_SSL_REDIRECT else 'http'}://{host}{target}"


def _request(environ: Any) -> Any:
    """The request object that the chain would be given; what it says of itself is the same under
    ASGI."""
    from django.core.handlers.wsgi import WSGIRequest

    return WSGIRequest(environ)


@contextmanager
def _language_of_its_own() -> Iterator[None]:
    """``LocaleMiddleware`` activates that of the path."""
    from django.utils import translation

    with translation.override(translation.get_language()):
        yield


def _unknown(links: Links) -> Iterator[str]:
    for link in links.layers:
        if not is_foreseen(link, "process_request"):
            yield link.name
        if not is_foreseen(link, "process_view"):
            yield f"{link.name}.process_view"
