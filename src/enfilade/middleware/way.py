"""One way through the chain: the closures that a request's walk consists of.

There are two over the same middleware. A request without a trace takes the plain one, which has
not a single test for tracing; one with a trace takes the traced one, which notes every hook and
every hop.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from enfilade.bridge import async_to_sync, in_thread, inline, iscoroutinefunction
from enfilade.middleware import layers
from enfilade.middleware.observed import hop_to_loop, hop_to_thread
from enfilade.middleware.run import HookPair, Run
from enfilade.middleware.shared_hop import SharedHop
from enfilade.trace.observed import observed, observed_around, observed_inside

if TYPE_CHECKING:
    from enfilade.middleware.chain import Layer


class Core(Protocol):
    """What the chain surrounds: resolve, view hooks, view, render. It never raises."""

    def respond(self, request: Any) -> Any: ...
    async def arespond(self, request: Any) -> Any: ...


class Hook(NamedTuple):
    """An inner hook as the core calls it, in both modes; ``name`` is "Class.process_view"."""

    name: str
    call: Callable[..., Any]
    acall: Callable[..., Awaitable[Any]]


class InnerHooks:
    """The hooks that the core calls, in the order in which it does."""

    def __init__(self) -> None:
        self.view: list[Hook] = []
        self.template_response: list[Hook] = []
        self.exception: list[Hook] = []


class Way:
    """The plain way. ``handler`` is the outermost callable there is yet, ``hooks`` are those
    that *core* calls; *convert* makes a response of an exception."""

    def __init__(self, hooks: InnerHooks, core: Core, convert: layers.Convert) -> None:
        self.hooks = hooks
        self.core = core
        self.convert = convert
        self.handler: Any = None
        self._run: Run | None = None  # of the neighbours just inside, if they are made of hooks

    def begin(self, is_async: bool) -> None:
        """Start with the core alone."""
        self.handler = self.core.arespond if is_async else self.core.respond

    def adapted(self, mode: bool, wanted: bool) -> tuple[Any, str]:
        """The handler, which has *mode*, in the *wanted* one, and the kind of door that needs."""
        handler, core = self.handler, self.core
        if mode == wanted:
            return handler, ""
        if handler == core.arespond:
            return core.respond, ""
        if handler == core.respond:
            return core.arespond, ""
        if wanted:
            return self.to_thread(handler), "to thread"
        return self.to_loop(handler), "to loop"

    def enter(self, layer: "Layer", inner: Any) -> None:
        """Put *layer* outside of those that are there, around *inner*, with its inner hooks."""
        self._keep_inner_hooks(layer)
        if not layer.made_of_hooks:
            self._run = None
            close = layers.async_callable_layer if layer.is_async else layers.callable_layer
            self.handler = close(self.around(layer), self.convert, self.to_thread)
            return
        self._run = run = self._joined(layer, inner)
        self.handler = run.alayer() if layer.is_async else run.layer()

    # What the traced way does otherwise

    def to_thread(self, function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        """An awaitable twin of *function* that runs it in a thread."""
        return in_thread(function)

    def to_loop(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A twin of the coroutine *function* that runs it in a loop of its own."""
        return async_to_sync(function)

    def hook(self, layer: "Layer", name: str, event: str) -> Any:
        """The bound hook of *layer*, or ``None``."""
        return getattr(layer.middleware, name, None)

    def around(self, layer: "Layer") -> Any:
        """The middleware of *layer* as one callable."""
        return layer.middleware

    def inside(self, inner: Any, name: str, is_async: bool) -> Any:
        """*inner* as the middleware called *name* calls it."""
        return inner

    # How layers are put together

    def _keep_inner_hooks(self, layer: "Layer") -> None:
        hooks = self.hooks
        if hook := self._inner_hook(layer, "process_view", "middleware.view"):
            hooks.view.insert(0, hook)
        if hook := self._inner_hook(layer, "process_template_response", "render"):
            hooks.template_response.append(hook)
        if hook := self._inner_hook(layer, "process_exception", "middleware.out"):
            hooks.exception.append(hook)

    def _inner_hook(self, layer: "Layer", name: str, event: str) -> Hook | None:
        hook = self.hook(layer, name, event)
        if hook is None:
            return None
        label = f"{type(layer.middleware).__name__}.{name}"
        if iscoroutinefunction(hook):
            return Hook(label, self.to_loop(hook), hook)
        if name in layer.twins:
            return Hook(label, hook, self.hook(layer, f"a{name}", event))
        return Hook(label, hook, self.to_thread(hook) if layer.blocking else inline(hook))

    def _joined(self, layer: "Layer", inner: Any) -> Run:
        """The run that *layer* joins or, if the one just inside is none of its kind, begins."""
        kind = SharedHop if layer.hops else Run
        pair = self._hook_pair(layer)
        if type(self._run) is kind and not layer.door:
            return self._run.joined_by(pair)
        return kind((pair,), inner, self.convert, self.to_thread)

    def _hook_pair(self, layer: "Layer") -> HookPair:
        """The outer hooks of *layer*: in an async chain the awaitable twins where there are any,
        unless the others go to a thread anyway."""
        twins = layer.twins if layer.is_async and not layer.hops else ()
        pairs = (("process_request", "middleware.in"), ("process_response", "middleware.out"))
        awaits = [name in twins for name, _ in pairs]
        before, after = (
            self.hook(layer, f"a{name}" if awaited else name, event)
            for (name, event), awaited in zip(pairs, awaits, strict=True)
        )
        return HookPair(before, after, *awaits)


class TracedWay(Way):
    """The same way with a mark at every hook and every hop."""

    def to_thread(self, function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        return hop_to_thread(function)

    def to_loop(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return hop_to_loop(function)

    def hook(self, layer: "Layer", name: str, event: str) -> Any:
        hook = super().hook(layer, name, event)
        return hook and observed(hook, event, f"{layer.name}.{name}")

    def around(self, layer: "Layer") -> Any:
        return observed_around(layer.middleware, layer.name, layer.is_async)

    def inside(self, inner: Any, name: str, is_async: bool) -> Any:
        return observed_inside(inner, name, is_async)
