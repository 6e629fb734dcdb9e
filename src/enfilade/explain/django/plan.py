"""The static plan of a Django site: what all its requests go through."""

from collections.abc import Iterator
from typing import Any

from enfilade.explain.django.chain import Links, chain_hops, describe_links, links_of, view_hop
from enfilade.explain.django.routes import endpoints_of
from enfilade.explain.plan import HookList, Plan
from enfilade.foreign.django.loading import Site, site_of
from enfilade.urls.routes import routes
from enfilade.urls.tree import Tree


def make_django_plan(handler: Any) -> Plan:
    """The plan of the site that *handler*, which has been observed, answers for. Who answers an
    error is not told."""
    from django.conf import settings

    site = site_of(handler) or Site(is_async=False)
    links, urlconf = links_of(site), settings.ROOT_URLCONF
    return Plan(
        interface="ASGI" if links.is_async else "WSGI",
        handler=type(handler).__name__,
        settings=getattr(settings, "SETTINGS_MODULE", None) or "settings.configure(...)",
        urlconf=urlconf if isinstance(urlconf, str) else type(urlconf).__name__,
        debug=bool(settings.DEBUG),
        door=links.door,
        layers=describe_links(links),
        left_out=site.left_out,
        hook_lists=tuple(_hook_lists(links)),
        hops=tuple(chain_hops(links)),
        occasional_hops=(),
        sync_view_hop=view_hop(links, view_is_async=False),
        async_view_hop=view_hop(links, view_is_async=True),
        routes=routes(django_tree().endpoints),
        error_pages=(),
    )


def django_tree() -> Tree:
    """The patterns of the site in the terms of our own."""
    from django.urls import get_resolver

    return Tree(endpoints_of(get_resolver()))


def _hook_lists(links: Links) -> Iterator[HookList]:
    """In the order in which Django calls them."""
    yield HookList("process_request", "on the way in", _called(links, "process_request"))
    yield HookList("process_view", "after the URLconf", _called(links, "process_view"))
    for name, when in (
        ("process_exception", "when the view raises"),
        ("process_template_response", "before a late rendering"),
        ("process_response", "on the way out"),
    ):
        yield HookList(name, when, _called(links, name)[::-1])


def _called(links: Links, hook: str) -> tuple[str, ...]:
    return tuple(f"{link.short}.{hook}" for link in links.having(hook))
