"""A handler loads its middleware: what is seen of its chain meanwhile, and put into it.

Each layer of the chain gets a fork, at which requests with a trace leave the plain way. Both ways
lead through the same middleware: there is one of each, as without us.
"""

from dataclasses import dataclass, field
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.foreign.django.hops import hopping
from enfilade.foreign.django.pieces import CUSTOM, fork, trace_of
from enfilade.foreign.django.twin import Twin, twin_of
from enfilade.trace.observed import observed, observed_around, observed_inside

SITE = "enfilade_site"
"""The attribute by which a handler has what is known of its chain."""


@dataclass(slots=True)
class Layer:
    """One middleware: its dotted ``path`` in the settings, itself, whether it is awaited, and the
    ``door`` between it and the next one inward ("", "to thread" or "to loop")."""

    path: str
    middleware: Any
    is_async: bool
    door: str


@dataclass(slots=True)
class Site:
    """A handler's chain: whether it is awaited, the door before it, the layers (outermost first),
    the paths of those that declined, and the observed hooks as Django has the plain ones."""

    is_async: bool
    door: str = ""
    layers: list[Layer] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    view_hooks: list[Any] = field(default_factory=list)
    template_hooks: list[Any] = field(default_factory=list)
    exception_hooks: list[Any] = field(default_factory=list)


def site_of(handler: Any) -> Site | None:
    """What is known of the chain of *handler*; ``None`` if it was loaded before we could look."""
    site: Site | None = getattr(handler, SITE, None)
    return site


@dataclass(slots=True)
class _Branch:
    """Where requests with a trace go on: ``traced`` is ``inner``, as the middleware whose path is
    ``outer`` asks it, if there is one."""

    inner: Any
    is_async: bool
    outer: str = ""
    traced: Any = None

    def grow(self) -> None:
        self.traced = self.inner
        if self.outer:
            self.traced = observed_inside(self.inner, self.outer, self.is_async, CUSTOM)


class Loading:
    """``load_middleware`` of *handler* under way, from inside to outside. As long as that lasts,
    two functions that it calls are ours."""

    def __init__(self, handler: Any, base: Any) -> None:
        self.handler = handler
        self.base = base
        self.plain_convert = base.convert_exception_to_response
        self.plain_adapt = handler.adapt_method_mode
        self.site = Site(is_async=False)
        self.path = self.door = ""
        self.last: Any = None  # the outermost handler that there is yet
        self.branches: list[_Branch] = []

    def __enter__(self) -> None:
        self.base.convert_exception_to_response = self.convert
        self.handler.adapt_method_mode = self.adapt

    def __exit__(self, kind: Any, exception: BaseException | None, traceback: Any) -> None:
        self.base.convert_exception_to_response = self.plain_convert
        del self.handler.adapt_method_mode
        if exception is None:
            self.finish()

    def convert(self, get_response: Any) -> Any:
        """Django closes a layer: the core first, then each middleware."""
        is_async = iscoroutinefunction(get_response)
        if self.last is None:
            self.site.is_async = is_async
            around = _core_of(self.handler, is_async)
        else:
            layer = Layer(self.path, get_response, is_async, self.door)
            self.site.layers.insert(0, layer)
            around = observed_around(get_response, self.path, is_async, CUSTOM)
        branch = self.grow(self.plain_convert(around), is_async)
        self.last = fork(self.plain_convert(get_response), branch, is_async)
        return self.last

    def adapt(
        self,
        is_async: bool,
        method: Any,
        method_is_async: bool | None = None,
        debug: bool = False,
        name: str | None = None,
    ) -> Any:
        """Django brings a function into a mode: what is further in, for the next middleware or
        for itself, or a hook."""
        adapted = self.plain_adapt(is_async, method, method_is_async, debug, name)
        if method is not self.last:
            return adapted
        self.path = (name or "").removeprefix("middleware ")
        self.door = "" if adapted is method else "to thread" if is_async else "to loop"
        if not self.path:
            self.site.door = self.door
        branch = self.branches[-1]
        if not self.door:
            branch.outer = self.path
            return adapted
        branch.outer = ""
        door = self.grow(hopping(adapted, self.door, trace_of), is_async)
        door.outer = self.path
        return fork(adapted, door, is_async)

    def grow(self, inner: Any, is_async: bool) -> _Branch:
        """A new branch to *inner*."""
        branch = _Branch(inner, is_async)
        self.branches.append(branch)
        return branch

    def finish(self) -> None:
        """All is known: let the branches grow, and keep what was seen."""
        from django.conf import settings

        for branch in self.branches:
            branch.grow()
        site, handler, inward = self.site, self.handler, self.site.layers
        outward = inward[::-1]
        site.view_hooks = self.hooks(inward, "process_view", handler._view_middleware)
        site.template_hooks = self.hooks(
            outward, "process_template_response", handler._template_response_middleware
        )
        site.exception_hooks = self.hooks(
            outward, "process_exception", handler._exception_middleware
        )
        there = {layer.path for layer in inward}
        site.left_out = tuple(path for path in settings.MIDDLEWARE if path not in there)
        setattr(handler, SITE, site)

    def hooks(self, layers: list[Layer], name: str, adapted: list[Any]) -> list[Any]:
        """*adapted*, the hooks *name* of *layers* as Django calls them, observed."""
        having = [layer for layer in layers if hasattr(layer.middleware, name)]
        pairs = zip(having, adapted, strict=True)
        return [_hook(layer, name, hook, self.plain_adapt) for layer, hook in pairs]


_EVENTS = {
    "process_view": "middleware.view",
    "process_template_response": "render",
    "process_exception": "middleware.out",
}


def _core_of(handler: Any, is_async: bool) -> Any:
    """What the chain surrounds, for requests with a trace."""
    kind = twin_of(handler.__class__)

    def core(request: Any) -> Any:
        twin: Twin = kind(handler, trace_of(request))
        return twin._get_response(request)

    async def async_core(request: Any) -> Any:
        twin: Twin = kind(handler, trace_of(request))
        return await twin._get_response_async(request)

    return async_core if is_async else core


def _hook(layer: Layer, name: str, adapted: Any, adapt: Any) -> Any:
    """One hook as the core calls it, which is like *adapted*, observed: where it is brought into
    another mode, that is a hop, and the hook is within."""
    written = getattr(layer.middleware, name)
    hook = observed(written, _EVENTS[name], f"{layer.path}.{name}", CUSTOM)
    is_async = iscoroutinefunction(adapted)
    if iscoroutinefunction(written) != is_async:
        hook = hopping(adapt(is_async, hook), "to thread" if is_async else "to loop", trace_of)
    hook.__self__ = layer.middleware  # type: ignore[attr-defined]
    return hook
