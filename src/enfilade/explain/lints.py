"""Mistakes that a plan shows: the checks (:mod:`enfilade.explain.checks`) of the way through a
site, for all requests or for those of one path."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from enfilade.middleware.chain import Chain
from enfilade.urls import get_resolver
from enfilade.urls.explain import Explanation, Outcome

if TYPE_CHECKING:
    from enfilade.explain.checks import Finding


def find_lints(chain: Chain) -> "tuple[Finding, ...]":
    """Those of the whole site."""
    return (*_of_middleware(chain), *_of_routes(None))


def find_lints_of(chain: Chain, explanation: Explanation | None) -> "tuple[Finding, ...]":
    """Those that one request meets: of the routes only such as match its path."""
    matching = {
        candidate.number
        for candidate in (explanation.candidates if explanation else ())
        if candidate.outcome is not Outcome.NO_MATCH
    }
    return (*_of_middleware(chain), *_of_routes(matching))


def _of_middleware(chain: Chain) -> "Iterator[Finding]":
    from enfilade.explain.checks import hooks, middleware

    for check in (
        middleware.check_order,
        middleware.check_repeated,
        middleware.check_required,
        middleware.check_followed,
        hooks.check_hook_names,
        hooks.check_hooks_are_called,
        hooks.check_can_be_called,
    ):
        yield from check()
    if chain.is_async:
        yield from hooks.find_blocking(chain)


def _of_routes(matching: Collection[int] | None) -> "Iterator[Finding]":
    from enfilade.explain.checks.urls import shadowed_finding
    from enfilade.explain.checks.views import check_arguments_of
    from enfilade.explain.shadows import shadowed

    tree = get_resolver().tree
    for winner, loser in shadowed(tree):
        if matching is None or loser.number in matching:
            yield shadowed_finding(winner, loser)
    for endpoint in tree.endpoints:
        if matching is None or endpoint.number in matching:
            yield from check_arguments_of(endpoint)
