"""What a middleware is made of: the mixin with hooks, and the marks for plain factories.

A middleware is a factory: called once with ``get_response`` when the handler is constructed,
it returns a callable that takes a request. :class:`MiddlewareMixin` makes one out of hooks:

* ``process_request(request)`` on the way in; a response short-circuits the walk
* ``process_view(request, view, args, kwargs)`` after resolution, before the view
* ``process_exception(request, exception)`` when the view or the rendering raised
* ``process_template_response(request, response)`` before a template response is rendered
* ``process_response(request, response)`` on the way out
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from enfilade.bridge import in_thread, inline, iscoroutinefunction, markcoroutinefunction

if TYPE_CHECKING:
    from enfilade.http import HttpRequest

GetResponse = Callable[["HttpRequest"], Any]
"""Takes a request; returns a response, or an awaitable of one in an async chain."""

Factory = TypeVar("Factory", bound=Callable[..., Any])


class MiddlewareMixin:
    """A middleware made of hooks that works in a sync and in an async chain.

    In an async chain the hooks run in a thread, because a hook may block. A middleware whose
    hooks never wait for anything says ``blocking = False`` and runs inline. A hook that waits
    for something only sometimes has a twin, a coroutine function whose name begins with an
    ``a`` (``aprocess_response``), which the async chain awaits in its place. A subclass that
    overrides only the hook gets a twin that runs it in a thread. When a twin takes a thread is
    in ``waits``, by the way on which it does ("in", "view" or "out"); ``enfilade plan`` tells.

    ``requires`` and ``follows`` name middleware by their import paths, each with what goes wrong
    if it does not stand further out; ``enfilade check`` says so. What is required must be there,
    what is followed may be left out, and what one ``needs`` must be there in any place. One that
    says ``answers = False`` never answers in the place of what is further in, so that it may
    stand before ``SecurityMiddleware``.
    """

    sync_capable = True
    async_capable = True
    blocking = True
    answers = True
    waits: Mapping[str, str] = MappingProxyType({})
    requires: ClassVar[Mapping[str, str]] = {}
    follows: ClassVar[Mapping[str, str]] = {}
    needs: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in [name for name in vars(cls) if name.startswith("process_")]:
            if f"a{name}" not in vars(cls) and hasattr(cls, f"a{name}"):
                setattr(cls, f"a{name}", _twin_of(name))

    def __init__(self, get_response: GetResponse) -> None:
        if get_response is None:
            raise ValueError("get_response must be provided.")
        self.get_response = get_response
        self.async_mode = iscoroutinefunction(get_response)
        if self.async_mode:
            markcoroutinefunction(self)
        super().__init__()

    def __repr__(self) -> str:
        inner = getattr(self.get_response, "__qualname__", type(self.get_response).__name__)
        return f"<{type(self).__qualname__} get_response={inner}>"

    # The chain calls the hooks itself. These two serve whoever calls a middleware by hand and
    # subclasses that extend __call__.

    def __call__(self, request: "HttpRequest") -> Any:
        if self.async_mode:
            return self.__acall__(request)
        response = None
        if before := getattr(self, "process_request", None):
            response = before(request)
        response = response or self.get_response(request)
        if after := getattr(self, "process_response", None):
            response = after(request, response)
        return response

    async def __acall__(self, request: "HttpRequest") -> Any:
        response = None
        if before := awaitable_hook(self, "process_request"):
            response = await before(request)
        response = response or await self.get_response(request)
        if after := awaitable_hook(self, "process_response"):
            response = await after(request, response)
        return response


def _twin_of(name: str) -> Callable[..., Any]:
    """A twin for a hook that a subclass has overridden, since the inherited one would not know
    of it. What the subclass does may block, whatever its parent says of itself."""

    async def twin(self: Any, *args: Any) -> Any:
        return await in_thread(getattr(self, name))(*args)

    return twin


def awaitable_hook(middleware: Any, name: str) -> Callable[..., Any] | None:
    """The hook called *name* as an async chain awaits it: its twin, or itself, in a thread if
    it may block; ``None`` if *middleware* has no such hook."""
    twin: Callable[..., Any] | None = getattr(middleware, f"a{name}", None)
    hook: Callable[..., Any] | None = getattr(middleware, name, None)
    if twin is not None or hook is None or iscoroutinefunction(hook):
        return twin or hook
    return in_thread(hook) if getattr(middleware, "blocking", True) else inline(hook)


def sync_only_middleware(factory: Factory) -> Factory:
    """Mark a factory whose middleware runs only in sync mode (the default)."""
    return _mark(factory, sync=True, asynchronous=False)


def async_only_middleware(factory: Factory) -> Factory:
    """Mark a factory whose middleware is a coroutine function."""
    return _mark(factory, sync=False, asynchronous=True)


def sync_and_async_middleware(factory: Factory) -> Factory:
    """Mark a factory that returns the one or the other, depending on ``get_response``."""
    return _mark(factory, sync=True, asynchronous=True)


def _mark(factory: Factory, *, sync: bool, asynchronous: bool) -> Factory:
    factory.sync_capable = sync  # type: ignore[attr-defined]
    factory.async_capable = asynchronous  # type: ignore[attr-defined]
    return factory
