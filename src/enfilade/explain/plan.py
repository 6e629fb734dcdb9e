"""The static plan of an application: every room as it stands, before any request.

It is made by walking the very data that the handler runs on: the layers of its chain, the
chain's lists of hooks, the compiled routes.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from enfilade.conf import settings
from enfilade.explain.hops import Hop, chain_hops, occasional_hops, shared_hops, view_hop
from enfilade.explain.lints import find_lints
from enfilade.explain.source import Source, locate, locate_settings
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.exceptions import DEFAULT_HANDLERS
from enfilade.middleware.chain import Chain, Layer
from enfilade.urls import get_resolver
from enfilade.urls.routes import Route

if TYPE_CHECKING:
    from enfilade.explain.checks import Finding


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """One middleware.

    ``inward`` and ``outward`` are what the chain calls on the way in and out: hooks, or
    "__call__" for a middleware that is one callable. ``hooks`` are all that it has. ``hop`` is
    the number of the thread hop that it shares with its neighbours, ``door`` what stands
    between it and the next one inward: "", "to thread" or "to loop".
    """

    source: Source
    mode: str
    hooks: tuple[str, ...]
    inward: str
    outward: str
    hop: int | None
    door: str


@dataclass(frozen=True, slots=True)
class HookList:
    """One of the five lists of hooks, in the order in which they are called."""

    name: str
    when: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Who answers an error; ``own`` says that the site's URLconf names it."""

    status: int
    source: Source
    own: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided before the first request.

    ``layers`` are outermost first; ``door`` stands between the handler and the first of them.
    ``left_out`` are the middleware that declined (``MiddlewareNotUsed``). ``hops`` are those of
    every request, ``occasional_hops`` those of some; a view may add one, see ``sync_view_hop``
    and ``async_view_hop``. ``lints`` are the mistakes that this shows.
    """

    interface: str
    handler: str
    settings: str
    urlconf: str
    debug: bool
    door: str
    layers: tuple[LayerPlan, ...]
    left_out: tuple[str, ...]
    hook_lists: tuple[HookList, ...]
    hops: tuple[Hop, ...]
    occasional_hops: tuple[Hop, ...]
    sync_view_hop: Hop | None
    async_view_hop: Hop | None
    routes: tuple[Route, ...]
    error_pages: tuple[ErrorPage, ...]
    lints: "tuple[Finding, ...]" = ()

    def to_dict(self) -> dict[str, Any]:
        """The plan in types that JSON has."""
        return asdict(self)


def make_plan(handler: BaseHandler) -> Plan:
    """Walk *handler*, a WSGI or an ASGI one."""
    chain, urlconf = handler.chain, settings.ROOT_URLCONF
    return Plan(
        interface="ASGI" if chain.is_async else "WSGI",
        handler=type(handler).__name__,
        settings=locate_settings(),
        urlconf=urlconf if isinstance(urlconf, str) else type(urlconf).__name__,
        debug=bool(settings.DEBUG),
        door=chain.door,
        layers=describe_layers(chain),
        left_out=tuple(chain.not_used),
        hook_lists=tuple(_hook_lists(chain)),
        hops=chain_hops(chain),
        occasional_hops=occasional_hops(chain),
        sync_view_hop=view_hop(chain, view_is_async=False),
        async_view_hop=view_hop(chain, view_is_async=True),
        routes=get_resolver().routes(),
        error_pages=tuple(error_page(status) for status in DEFAULT_HANDLERS),
        lints=find_lints(chain),
    )


def describe_layers(chain: Chain) -> tuple[LayerPlan, ...]:
    """The layers of *chain*, outermost first."""
    pairs = zip(chain.layers, shared_hops(chain), strict=True)
    return tuple(_layer_plan(layer, hop) for layer, hop in pairs)


def error_page(status: int) -> ErrorPage:
    """Who answers with *status* (400, 403, 404 or 500) while ``DEBUG`` is off."""
    own = get_resolver().error_handler(status)
    return ErrorPage(status, locate(own or DEFAULT_HANDLERS[status]), own is not None)


def _layer_plan(layer: Layer, hop: int | None) -> LayerPlan:
    return LayerPlan(
        # A plain factory returns a closure; people know it by the name in MIDDLEWARE.
        source=replace(locate(layer.middleware), name=layer.name),
        mode="async" if layer.is_async else "sync",
        hooks=layer.hooks,
        inward=_called(layer, "process_request"),
        outward=_called(layer, "process_response"),
        hop=hop,
        door=layer.door,
    )


def _called(layer: Layer, hook: str) -> str:
    """What the chain calls where it would call *hook*; "" for nothing."""
    if not layer.made_of_hooks:
        return "__call__"
    return hook if hook in layer.hooks else ""


def _hook_lists(chain: Chain) -> Iterator[HookList]:
    inward = [_label(layer, "process_request") for layer in chain.layers]
    outward = [_label(layer, "process_response") for layer in reversed(chain.layers)]
    yield HookList("process_request", "on the way in", tuple(filter(None, inward)))
    yield HookList(
        "process_view", "after the URLconf", tuple(h.name for h in chain.plain.hooks.view)
    )
    yield HookList(
        "process_exception",
        "when the view raises",
        tuple(h.name for h in chain.plain.hooks.exception),
    )
    yield HookList(
        "process_template_response",
        "before a late rendering",
        tuple(h.name for h in chain.plain.hooks.template_response),
    )
    yield HookList("process_response", "on the way out", tuple(filter(None, outward)))


def _label(layer: Layer, hook: str) -> str:
    called = _called(layer, hook)
    return f"{layer.name.rpartition('.')[2]}.{called}" if called else ""
