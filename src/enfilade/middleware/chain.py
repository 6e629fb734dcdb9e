"""Builds the onion: the middleware of a site around the core, once, when a handler is made.

The order and the modes are those of Django 5.2's ``BaseHandler.load_middleware``; what differs
is that a hop between event loop and threads is made only where something may block:

* hooks that never block run inline in both chains,
* neighbouring hooks that may block share one hop inward and one outward,
* the core exists in both modes, so a sync-only middleware next to it needs no way back.

``Chain.layers`` is what ``enfilade plan`` and ``enfilade explain`` show; it is the very list
that the closures were made of.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from enfilade.bridge import async_to_sync, in_thread, inline, iscoroutinefunction
from enfilade.exceptions import ImproperlyConfigured
from enfilade.middleware import layers
from enfilade.middleware.factory import choose_mode, construct, load
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin
from enfilade.middleware.observed import observed, observed_around
from enfilade.middleware.run import HookPair, Run
from enfilade.middleware.shared_hop import SharedHop

HOOKS = (
    "process_request",
    "process_view",
    "process_exception",
    "process_template_response",
    "process_response",
)


class Core(Protocol):
    """What the chain surrounds: resolve, view hooks, view, render. It never raises."""

    def respond(self, request: Any) -> Any: ...
    async def arespond(self, request: Any) -> Any: ...


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


class Hook(NamedTuple):
    """An inner hook as the core calls it, in both modes; ``name`` is "Class.process_view"."""

    name: str
    call: Callable[..., Any]
    acall: Callable[..., Awaitable[Any]]


class Chain:
    """The built chain. ``handler`` is its outermost callable; the lists hold the inner hooks in
    the order in which they are called, ``layers`` all middleware, outermost first."""

    def __init__(self, is_async: bool, traced: bool) -> None:
        self.is_async = is_async
        self.traced = traced
        self.layers: list[Layer] = []
        self.not_used: list[str] = []
        self.view: list[Hook] = []
        self.template_response: list[Hook] = []
        self.exception: list[Hook] = []
        self.door = ""
        self.handler: GetResponse

    def hook(self, layer: Layer, name: str, event: str) -> Any:
        """The bound hook of *layer*, marked on the trace if the chain is traced; or ``None``."""
        hook = getattr(layer.middleware, name, None)
        if hook is None or not self.traced:
            return hook
        return observed(hook, event, f"{layer.name}.{name}")

    def enter(self, layer: Layer) -> None:
        """Put *layer* outside of those that are there, with its inner hooks."""
        self.layers.insert(0, layer)
        if hook := self._inner_hook(layer, "process_view", "middleware.view"):
            self.view.insert(0, hook)
        if hook := self._inner_hook(layer, "process_template_response", "render"):
            self.template_response.append(hook)
        if hook := self._inner_hook(layer, "process_exception", "middleware.out"):
            self.exception.append(hook)

    def _inner_hook(self, layer: Layer, name: str, event: str) -> Hook | None:
        hook = self.hook(layer, name, event)
        if hook is None:
            return None
        label = f"{type(layer.middleware).__name__}.{name}"
        if iscoroutinefunction(hook):
            return Hook(label, async_to_sync(hook), hook)
        if name in layer.twins:
            return Hook(label, hook, self.hook(layer, f"a{name}", event))
        return Hook(label, hook, in_thread(hook) if layer.blocking else inline(hook))


def build_chain(
    chain: Chain, middleware: Sequence[Any], core: Core, convert: layers.Convert
) -> GetResponse:
    """Wrap *core* in *middleware* (import paths or factories, outermost first).

    *convert* makes a response of an exception. Returns the outermost callable, a coroutine
    function if the chain is async. Raises :exc:`~enfilade.exceptions.ImproperlyConfigured` for
    a middleware that cannot be imported, has no mode, whose factory returns ``None``, or whose
    ``process_request`` or ``process_response`` is a coroutine function.
    """
    handler: Any = core.arespond if chain.is_async else core.respond
    mode = chain.is_async
    run: Run | None = None  # of the neighbours just inside, if they are made of hooks
    for entry in reversed(middleware):
        factory, name = load(entry)
        layer_mode = choose_mode(factory, name, mode)
        inner, door = _adapt(handler, mode, layer_mode, core)
        instance = construct(factory, name, inner)
        if instance is None:
            chain.not_used.insert(0, name)
            continue
        layer = _describe(name, instance, inner, layer_mode, door)
        chain.enter(layer)
        if layer.made_of_hooks:
            run = _run(chain, layer, run, inner, convert)
            handler = run.alayer() if layer.is_async else run.layer()
        else:
            run = None
            handler = _close(chain, layer, convert)
        mode = layer_mode
    chain.handler, chain.door = _adapt(handler, mode, chain.is_async, core)
    return chain.handler


def _adapt(handler: Any, mode: bool, wanted: bool, core: Core) -> tuple[Any, str]:
    """*handler* in the *wanted* mode, and the kind of door that needs."""
    if mode == wanted:
        return handler, ""
    if handler == core.arespond:
        return core.respond, ""
    if handler == core.respond:
        return core.arespond, ""
    return (in_thread(handler), "to thread") if wanted else (async_to_sync(handler), "to loop")


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


def _run(
    chain: Chain, layer: Layer, inside: Run | None, inner: Any, convert: layers.Convert
) -> Run:
    """The run that *layer* joins or, if the one just *inside* is none of its kind, begins."""
    kind = SharedHop if layer.hops else Run
    hooks = _hook_pair(chain, layer)
    if type(inside) is kind and not layer.door:
        return inside.joined_by(hooks)
    return kind((hooks,), inner, convert)


def _hook_pair(chain: Chain, layer: Layer) -> HookPair:
    """The outer hooks of *layer*: in an async chain the awaitable twins where there are any,
    unless the others go to a thread anyway."""
    _refuse_coroutine_functions(layer)
    twins = layer.twins if layer.is_async and not layer.hops else ()
    pairs = (("process_request", "middleware.in"), ("process_response", "middleware.out"))
    awaits = [name in twins for name, _ in pairs]
    before, after = (
        chain.hook(layer, f"a{name}" if awaited else name, event)
        for (name, event), awaited in zip(pairs, awaits, strict=True)
    )
    return HookPair(before, after, *awaits)


def _refuse_coroutine_functions(layer: Layer) -> None:
    for name in ("process_request", "process_response"):
        if iscoroutinefunction(getattr(layer.middleware, name, None)):
            raise ImproperlyConfigured(
                f"{layer.name}.{name} is a coroutine function, which nobody would await.",
                hint="Write it with def, or write the middleware as an async callable: "
                "see async_only_middleware.",
            )


def _close(chain: Chain, layer: Layer, convert: layers.Convert) -> Any:
    """The closure that calls the middleware of *layer*."""
    call = layer.middleware
    if chain.traced:
        call = observed_around(call, layer.name, layer.is_async)
    if layer.is_async:
        return layers.async_callable_layer(call, convert)
    return layers.callable_layer(call, convert)
