"""A handler loads its middleware: what is seen of its chain meanwhile, and put into it.

Each layer of the chain gets a fork, at which requests with a trace leave the plain way. Both ways
lead through the same middleware: there is one of each, as without us.
"""

import functools
import logging
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.foreign.django.hops import hopping
from enfilade.foreign.django.pieces import CUSTOM, fork, trace_of
from enfilade.foreign.django.twin import Twin, twin_of
from enfilade.trace.observed import observed, observed_around, observed_inside

logger = logging.getLogger("enfilade.foreign")

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
    the paths of those that declined, the observed hooks as Django has the plain ones, and the class
    of the handler's twins."""

    is_async: bool
    door: str = ""
    layers: list[Layer] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    view_hooks: list[Any] = field(default_factory=list)
    template_hooks: list[Any] = field(default_factory=list)
    exception_hooks: list[Any] = field(default_factory=list)
    twin: Any = None


def site_of(handler: Any) -> Site | None:
    """What is known of the chain of *handler*; ``None`` if it was loaded before we could look."""
    site: Site | None = getattr(handler, SITE, None)
    return site


LOADING: "ContextVar[Loading | None]" = ContextVar("enfilade.foreign.django.loading", default=None)
"""The handler that loads its middleware here and now; others may do so in other threads."""


@dataclass(slots=True)
class _Branch:
    """Where requests with a trace go on: ``traced`` is ``inner``, as the middleware whose path is
    ``outer`` asks it, if there is one. Until that is known it is the ``plain`` way."""

    plain: Any
    inner: Any
    is_async: bool
    outer: str = ""
    traced: Any = None

    def __post_init__(self) -> None:
        self.traced = self.plain

    def grow(self) -> None:
        """Let it be observed."""
        self.traced = self.inner
        if self.outer:
            self.traced = observed_inside(self.inner, self.outer, self.is_async, CUSTOM)


def observed_converting(convert: Any) -> Any:
    """*convert*, by which a handler that loads its middleware closes each layer."""

    @functools.wraps(convert)
    def observed_convert(get_response: Any) -> Any:
        loading = LOADING.get()
        return convert(get_response) if loading is None else loading.convert(get_response, convert)

    return observed_convert


class Loading:
    """``load_middleware`` of *handler* under way, from inside to outside. As long as that lasts,
    two functions that it calls are ours."""

    def __init__(self, handler: Any) -> None:
        self.handler = handler
        self.plain_adapt = handler.adapt_method_mode
        self.site = Site(is_async=False)
        self.path = self.door = ""
        self.last: Any = None  # the outermost handler that there is yet
        self.outermost: Any = None  # its branch
        self.branches: list[_Branch] = []

    def __enter__(self) -> None:
        self.token = LOADING.set(self)
        self.handler.adapt_method_mode = self.adapt

    def __exit__(self, kind: Any, exception: BaseException | None, traceback: Any) -> None:
        LOADING.reset(self.token)
        del self.handler.adapt_method_mode
        if exception is None:
            try:
                self.finish()
            except Exception:  # the site works all the same
                logger.warning("%s cannot be observed.", type(self.handler), exc_info=True)

    def convert(self, get_response: Any, plain_convert: Any) -> Any:
        """Django closes a layer: the core first, then each middleware."""
        is_async = iscoroutinefunction(get_response)
        if self.last is None:
            self.site.is_async = is_async
            around = _core_of(self.handler, self.site)
        else:
            layer = Layer(self.path, get_response, is_async, self.door)
            self.site.layers.insert(0, layer)
            around = observed_around(get_response, self.path, is_async, CUSTOM)
        plain = plain_convert(get_response)
        self.outermost = self.branch(plain, plain_convert(around), is_async)
        self.last = fork(plain, self.outermost, is_async)
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
        # Of a middleware that declines nothing comes but the next one's turn.
        self.outermost.outer = "" if self.door else self.path
        if not self.door:
            return adapted
        door = self.branch(adapted, hopping(adapted, self.door, trace_of), is_async)
        door.outer = self.path
        return fork(adapted, door, is_async)

    def branch(self, plain: Any, inner: Any, is_async: bool) -> _Branch:
        """A new branch, beside *plain* to *inner*."""
        self.branches.append(_Branch(plain, inner, is_async))
        return self.branches[-1]

    def finish(self) -> None:
        """All is known: let the branches grow, and keep what was seen."""
        from django.conf import settings

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
        site.twin = twin_of(handler.__class__)
        setattr(handler, SITE, site)
        for branch in self.branches:
            branch.grow()

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


def _core_of(handler: Any, site: Site) -> Any:
    """What the chain surrounds, for requests with a trace."""

    def core(request: Any) -> Any:
        twin: Twin = site.twin(handler, trace_of(request))
        return twin._get_response(request)

    async def async_core(request: Any) -> Any:
        twin: Twin = site.twin(handler, trace_of(request))
        return await twin._get_response_async(request)

    return async_core if site.is_async else core


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
