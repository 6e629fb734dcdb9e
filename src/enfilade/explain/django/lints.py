"""Mistakes that the plan of a Django site shows. What Django's own checks find is left to them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from enfilade.explain.django.chain import Link, Links
from enfilade.explain.shadows import shadowed
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.explain import Explanation, Outcome
from enfilade.urls.tree import Tree

if TYPE_CHECKING:
    from enfilade.explain.checks import Finding


def find_lints(links: Links, endpoints: Iterable[Endpoint]) -> "tuple[Finding, ...]":
    """Those of the whole site."""
    return (*_of_middleware(links), *_of_routes(endpoints))


def find_lints_of(links: Links, explanation: Explanation | None) -> "tuple[Finding, ...]":
    """Those that one request meets: of the patterns only such as match its path."""
    from django.urls import get_resolver

    from enfilade.explain.django.routes import endpoints_of

    matching = {
        candidate.number
        for candidate in (explanation.candidates if explanation else ())
        if candidate.outcome is not Outcome.NO_MATCH
    }
    endpoints = [each for each in endpoints_of(get_resolver()) if each.number in matching]
    return (*_of_middleware(links), *_of_routes(endpoints))


def _of_middleware(links: Links) -> "Iterator[Finding]":
    from enfilade.explain.checks.hooks import find_mistyped, find_uncalled

    kinds: list[Any] = [type(link.middleware) for link in links.layers]
    own = [kind for kind in kinds if not kind.__module__.startswith(("django.", "builtins"))]
    yield from find_mistyped(own)
    for kind in own:
        yield from find_uncalled(kind)
    if links.is_async:
        yield from _blocking(links)


def _blocking(links: Links) -> "Iterator[Finding]":
    """Whoever stands around a synchronous one becomes so, too: the innermost is the reason."""
    for link, inner in zip(links.layers, (*links.layers[1:], None), strict=False):
        if not link.is_async and (inner is None or inner.is_async):
            yield _finding(link)


def _finding(link: Link) -> "Finding":
    from enfilade.explain.checks.finding import Finding

    return Finding(
        "middleware.W011",
        f"{link.short} is synchronous: under ASGI every request goes to a thread for it, and all "
        "middleware outside of it run there.",
        "Mark a factory with sync_and_async_middleware, or have a class inherit from "
        "MiddlewareMixin and be async_capable.",
        link.source.place,
    )


def _of_routes(endpoints: Iterable[Endpoint]) -> "Iterator[Finding]":
    from enfilade.explain.checks.urls import shadowed_finding

    for winner, loser in shadowed(Tree(list(endpoints))):
        yield shadowed_finding(winner, loser)
