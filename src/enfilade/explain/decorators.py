"""The decorators around a view, read off the functions that they have put there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import Any

from enfilade.explain.source import Source, locate
from enfilade.views.decorators import method as on_a_method
from enfilade.views.decorators import middleware as around_a_view

DJANGOS = "django.utils.decorators"
"""The module of Django's own makers of decorators."""


@dataclass(frozen=True, slots=True)
class Decorator:
    """What has put a function around a view: where that is written (``source``, by whose name it
    is known), and the variables that it keeps, by name."""

    source: Source
    kept: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Module and name."""
        return self.source.name


def decorators_of(view: Any, method: str = "") -> Iterator[Decorator]:
    """Those of *view*, outermost first, and of what answers *method* in its class."""
    yield from _around(view)
    view_class = getattr(view, "view_class", None)
    for name in ("dispatch", method.lower()):
        yield from _around(getattr(view_class, name, None) if name else None)


def closure_of(function: Any) -> dict[str, Any]:
    """The variables that *function* keeps of where it was defined, by name."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    cells = getattr(function, "__closure__", None) or ()
    kept = {}
    for name, cell in zip(names, cells, strict=False):
        try:
            kept[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return kept


def _around(thing: Any) -> Iterator[Decorator]:
    while thing is not None:
        if isinstance(thing, partial):
            thing = thing.func
            continue
        inner = getattr(thing, "__wrapped__", None)
        if inner is not None and not _is_made_of_class(thing):
            yield from _describe(thing)
        thing = inner


def _is_made_of_class(thing: Any) -> bool:
    """Whether *thing* is what ``as_view()`` returns."""
    name: str = getattr(getattr(thing, "__code__", None), "co_qualname", "")
    return name.endswith("as_view.<locals>.view")


def _describe(wrapper: Any) -> Iterator[Decorator]:
    """What has made *wrapper*: the function in which it is defined, for one, or the decorators
    that ``method_decorator`` was given."""
    code, kept = getattr(wrapper, "__code__", None), closure_of(wrapper)
    if not isinstance(code, CodeType):
        yield Decorator(locate(type(wrapper)), kept)
        return
    module = wrapper.__globals__.get("__name__", "")
    if module == DJANGOS:
        yield from _by_django(wrapper, kept)
    elif module == on_a_method.__name__ and "inside_out" in kept:
        for decorator in reversed(kept["inside_out"]):
            yield _named(decorator, closure_of(decorator))
    elif module == around_a_view.__name__ and (middleware := _middleware(kept)) is not None:
        yield Decorator(locate(middleware), kept)
    else:
        yield _named(wrapper, kept)


def _by_django(wrapper: Any, kept: Mapping[str, Any]) -> Iterator[Decorator]:
    """What Django's ``method_decorator`` was given, or the class of the middleware that it has made
    a decorator of."""
    if listed := kept.get("decorators"):
        for decorator in reversed(listed):  # the innermost is first
            yield from _describe(decorator)
        return
    within = (closure_of(each).get("middleware") for each in kept.values())
    middleware = kept.get("middleware_class") or next(filter(None, within), None)
    found = _named(wrapper, kept)
    yield found if middleware is None else Decorator(locate(middleware), kept)


def _named(wrapper: Any, kept: Mapping[str, Any]) -> Decorator:
    """The decorator by the function that *wrapper* is defined in."""
    code = getattr(wrapper, "__code__", None)
    if not isinstance(code, CodeType):
        return Decorator(locate(wrapper), kept)
    name = code.co_qualname.partition(".<locals>")[0]
    if name.startswith("_") and (guards := vars(wrapper).get("guards")):
        name = guards[0].by  # of decorators that share a function
    module = wrapper.__globals__.get("__name__", "")
    return Decorator(Source(f"{module}.{name}", code.co_filename, code.co_firstlineno), kept)


def _middleware(kept: Mapping[str, Any]) -> type | None:
    """The class of the middleware whose hooks are among what is *kept*."""
    for hook in kept.get("hooks") or ():
        owner = getattr(hook, "__self__", None)
        if owner is not None:
            return type(owner)
    return None
