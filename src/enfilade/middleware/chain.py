"""Builds the onion: the middleware of a site around the core, once, when a handler is made.

The order and the modes are those of Django 5.2's ``BaseHandler.load_middleware``; what differs
is that a hop between event loop and threads is made only where something may block:

* hooks that never block run inline in both chains,
* neighbouring hooks that may block share one hop inward and one outward,
* the core exists in both modes, so a sync-only middleware next to it needs no way back.

Every middleware is constructed once, and two ways lead through it: a plain one, and one that
notes what happens on the request's trace. A middleware that calls ``get_response`` itself goes
on as the request came.

``Chain.layers`` is what ``enfilade plan`` and ``enfilade explain`` show; it is the very list
that the closures were made of.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.middleware.factory import choose_mode, construct, load
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin
from enfilade.middleware.way import TracedWay, Way

HOOKS = (
    "process_request",
    "process_view",
    "process_exception",
    "process_template_response",
    "process_response",
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One middleware in its place.

    ``made_of_hooks`` says whether the chain calls its hooks itself instead of the middleware,
    ``twins`` which of them have an awaitable twin; ``blocking`` whether one of the others may
    wait for something;
    ``door`` says what stands between this layer and the next one inward: "" for nothing, or
    "to thread" or "to loop" for a hop.
    """

    name: str
    middleware: Any
    hooks: tuple[str, ...]
    twins: tuple[str, ...]
    made_of_hooks: bool
    is_async: bool
    blocking: bool
    door: str

    @property
    def hops(self) -> bool:
        """Whether the hooks of this layer leave the event loop for a thread."""
        alone = {"process_request", "process_response"}.intersection(self.hooks) - set(self.twins)
        return self.is_async and self.blocking and self.made_of_hooks and bool(alone)


class Chain:
    """The built chain: ``layers`` are all middleware, outermost first, and ``not_used`` those
    that declined. ``door`` stands between the handler and the first of them."""

    def __init__(self, is_async: bool, plain: Way, traced: TracedWay) -> None:
        self.is_async = is_async
        self.plain = plain
        self.traced = traced
        self.layers: list[Layer] = []
        self.not_used: list[str] = []
        self.door = ""

    @property
    def handler(self) -> GetResponse:
        """The outermost callable of the plain way, a coroutine function if the chain is async."""
        return self.plain.handler  # type: ignore[no-any-return]


def build_chain(chain: Chain, middleware: Sequence[Any]) -> GetResponse:
    """Wrap the cores of both ways in *middleware* (import paths or factories, outermost first).

    Returns the outermost callable of the plain way. Raises
    :exc:`~enfilade.exceptions.ImproperlyConfigured` for a middleware that cannot be imported,
    has no mode, whose factory returns ``None``, or whose ``process_request`` or
    ``process_response`` is a coroutine function.
    """
    plain, traced = chain.plain, chain.traced
    plain.begin(chain.is_async)
    traced.begin(chain.is_async)
    mode = chain.is_async
    for entry in reversed(middleware):
        factory, name = load(entry)
        layer_mode = choose_mode(factory, name, mode)
        inner, door = plain.adapted(mode, layer_mode)
        traced_inner, _ = traced.adapted(mode, layer_mode)
        given = _fork(inner, traced.inside(traced_inner, name, layer_mode), layer_mode)
        instance = construct(factory, name, given)
        if instance is None:
            chain.not_used.insert(0, name)
            continue
        layer = _describe(name, instance, given, layer_mode, door)
        _refuse_coroutine_functions(layer)
        chain.layers.insert(0, layer)
        plain.enter(layer, inner)
        traced.enter(layer, traced_inner)
        mode = layer_mode
    plain.handler, chain.door = plain.adapted(mode, chain.is_async)
    traced.handler, _ = traced.adapted(mode, chain.is_async)
    return chain.handler


def _fork(plain: Any, traced: Any, is_async: bool) -> Any:
    """What a middleware is given as ``get_response``: the way on that its request has come."""

    def fork(request: Any) -> Any:
        return plain(request) if request.trace is None else traced(request)

    async def async_fork(request: Any) -> Any:
        return await (plain if request.trace is None else traced)(request)

    return functools.wraps(plain, updated=())(async_fork if is_async else fork)


def _describe(name: str, instance: Any, inner: Any, is_async: bool, door: str) -> Layer:
    return Layer(
        name,
        instance,
        hooks=tuple(hook for hook in HOOKS if hasattr(instance, hook)),
        twins=tuple(hook for hook in HOOKS if hasattr(instance, f"a{hook}")),
        made_of_hooks=_is_made_of_hooks(instance, inner),
        is_async=is_async,
        blocking=getattr(instance, "blocking", True),
        door=door,
    )


def _is_made_of_hooks(instance: Any, inner: Any) -> bool:
    """Whether calling the hooks around *inner* is all that calling *instance* would do."""
    kind = type(instance)
    return (
        isinstance(instance, MiddlewareMixin)
        and kind.__call__ is MiddlewareMixin.__call__
        and kind.__acall__ is MiddlewareMixin.__acall__
        # One that has wrapped what it was given wants the wrapper called.
        and instance.get_response is inner
    )


def _refuse_coroutine_functions(layer: Layer) -> None:
    if not layer.made_of_hooks:
        return
    for name in ("process_request", "process_response"):
        if iscoroutinefunction(getattr(layer.middleware, name, None)):
            raise ImproperlyConfigured(
                f"{layer.name}.{name} is a coroutine function, which nobody would await.",
                hint="Write it with def, or write the middleware as an async callable: "
                "see async_only_middleware.",
            )
