"""The decorators around a view, read off the functions that they have put there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import Any

from enfilade.explain.source import Source, locate
from enfilade.views.decorators import middleware as around_a_view


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
        if inner is not None:
            yield _describe(thing)
        thing = inner


def _describe(wrapper: Any) -> Decorator:
    """The decorator that has made *wrapper*: the function in which that is defined."""
    code, kept = getattr(wrapper, "__code__", None), closure_of(wrapper)
    if not isinstance(code, CodeType):
        return Decorator(locate(type(wrapper)), kept)
    module = wrapper.__globals__.get("__name__", "")
    if module == around_a_view.__name__ and (middleware := _middleware(kept)) is not None:
        return Decorator(locate(middleware), kept)
    name = code.co_qualname.partition(".<locals>")[0]
    if name.startswith("_") and (guards := vars(wrapper).get("guards")):
        name = guards[0].by  # of decorators that share a function
    return Decorator(Source(f"{module}.{name}", code.co_filename, code.co_firstlineno), kept)


def _middleware(kept: Mapping[str, Any]) -> type | None:
    """The class of the middleware whose hooks are among what is *kept*."""
    for hook in kept.get("hooks") or ():
        owner = getattr(hook, "__self__", None)
        if owner is not None:
            return type(owner)
    return None
