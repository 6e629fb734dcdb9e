"""The middleware of a Django site, as its handler has linked them, and the hops that this makes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.explain.hops import Hop, inner_door, outer_door
from enfilade.explain.plan import LayerPlan
from enfilade.explain.source import Source, locate
from enfilade.foreign.django.loading import Layer, Site
from enfilade.middleware.chain import HOOKS


@dataclass(frozen=True, slots=True)
class Link:
    """One middleware. Django calls each as a whole; ``made_of_hooks`` says that what it does then
    is only to call its hooks, so that one can know what comes."""

    name: str
    middleware: Any
    is_async: bool
    door: str
    hooks: tuple[str, ...]
    made_of_hooks: bool
    source: Source

    @property
    def short(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    def at(self, event: str) -> Source:
        """Where that is written which is called at *event*, on the way in or out: of what is made
        of hooks the hook, if it has that one."""
        hook = {"middleware.in": "process_request", "middleware.out": "process_response"}[event]
        if not self.made_of_hooks or hook not in self.hooks:
            return self.source
        return replace(locate(self.middleware, hook), name=self.name)

    def hops_for(self, hook: str) -> bool:
        """Whether *hook*, one of the two outer ones, has a hop of its own: on the event loop Django
        runs each in a thread."""
        return self.is_async and self.made_of_hooks and hook in self.hooks


@dataclass(frozen=True, slots=True)
class Links:
    """The chain: ``layers`` are outermost first, ``door`` stands before the first of them."""

    is_async: bool
    door: str
    layers: tuple[Link, ...]

    def having(self, hook: str) -> list[Link]:
        """The layers that have *hook*, outermost first."""
        return [layer for layer in self.layers if hook in layer.hooks]


def links_of(site: Site) -> Links:
    """The chain of *site*."""
    return Links(site.is_async, site.door, tuple(map(_link, site.layers)))


def describe_links(links: Links) -> tuple[LayerPlan, ...]:
    """The layers as plans have them."""
    return tuple(_describe(link) for link in links.layers)


def chain_hops(links: Links) -> Iterator[Hop]:
    """The hops that every request makes on its way through the middleware, outermost first."""
    if links.door:
        yield outer_door(links.door)
    for link in links.layers:
        for way, hook in (("in", "process_request"), ("out", "process_response")):
            if link.hops_for(hook):
                yield Hop("thread", way, f"Django runs {hook} in a thread", (link.name,))
        if link.door:
            yield inner_door(link.name, link.is_async, link.door)


def view_hook_hops(links: Links) -> Iterator[Hop]:
    """The hops of ``process_view`` hooks that are of the other kind."""
    for link in links.having("process_view"):
        is_async = iscoroutinefunction(link.middleware.process_view)
        if is_async is not links.is_async:
            kind = "async" if is_async else "synchronous"
            to = "loop" if is_async else "thread"
            yield Hop(to, "in", f"process_view is {kind}", (link.name,))


def view_hop(links: Links, view_is_async: bool) -> Hop | None:
    """The hop between the handler and a view, if there is one."""
    if links.is_async is view_is_async:
        return None
    if view_is_async:
        return Hop("loop", "both", "an async view behind synchronous code gets a loop of its own")
    return Hop("thread", "both", "a synchronous view runs in a thread")


def error_page_hops(links: Links) -> Sequence[Hop]:
    """The hops of a request that ends in an error page: one to make it, one to log it."""
    if not links.is_async:
        return ()
    return (
        Hop("thread", "out", "the page of an error is made in a thread"),
        Hop("thread", "out", "an answer of 400 and more is logged in a thread"),
    )


def _link(layer: Layer) -> Link:
    from django.utils.deprecation import MiddlewareMixin

    middleware, kind = layer.middleware, type(layer.middleware)
    calls = ("__call__", "__acall__")
    plain = isinstance(middleware, MiddlewareMixin) and all(
        getattr(kind, name) is getattr(MiddlewareMixin, name) for name in calls
    )
    hooks = tuple(hook for hook in HOOKS if hasattr(middleware, hook))
    source = replace(locate(middleware), name=layer.path)
    return Link(layer.path, middleware, layer.is_async, layer.door, hooks, plain, source)


def _describe(link: Link) -> LayerPlan:
    return LayerPlan(
        source=link.source,
        mode="async" if link.is_async else "sync",
        hooks=link.hooks,
        inward=_called(link, "process_request"),
        outward=_called(link, "process_response"),
        hop=None,
        door=link.door,
    )


def _called(link: Link, hook: str) -> str:
    if not link.made_of_hooks:
        return "__call__"
    return hook if hook in link.hooks else ""
