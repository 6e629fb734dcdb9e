"""The static plan of a Django site: what all its requests go through."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from enfilade.explain.django.chain import Links, chain_hops, describe_links, links_of, view_hop
from enfilade.explain.django.lints import find_lints
from enfilade.explain.django.routes import endpoints_of
from enfilade.explain.django.view import methods_of
from enfilade.explain.plan import ErrorPage, HookList, Plan
from enfilade.explain.source import locate
from enfilade.foreign.django.loading import Site, site_of
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.routes import Route, routes
from enfilade.urls.tree import Tree


def make_django_plan(handler: Any) -> Plan:
    """The plan of the site that *handler*, which has been observed, answers for."""
    from django.conf import settings

    site = site_of(handler) or Site(is_async=False)
    links, urlconf, tree = links_of(site), settings.ROOT_URLCONF, django_tree()
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
        routes=tuple(map(_with_methods, routes(tree.endpoints), tree.endpoints)),
        error_pages=tuple(error_page(status) for status in (400, 403, 404, 500)),
        lints=find_lints(links, tree.endpoints),
    )


def error_page(status: int) -> ErrorPage:
    """Who makes the page of an error while ``DEBUG`` is off."""
    from django.urls import get_resolver

    resolver = get_resolver()
    handler = locate(resolver.resolve_error_handler(status))
    return ErrorPage(status, handler, hasattr(resolver.urlconf_module, f"handler{status}"))


def django_tree() -> Tree:
    """The patterns of the site in the terms of our own."""
    from django.urls import get_resolver

    return Tree(endpoints_of(get_resolver()))


def _with_methods(route: Route, endpoint: Endpoint) -> Route:
    """*route* with the methods that Django's decorators and classes let through."""
    return replace(route, methods=methods_of(endpoint.callback))


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
