"""The attributes that a class keeps for itself, told from those that others set on instances."""

from collections.abc import Iterator
from types import CodeType
from typing import Any

_FUNCTIONS = ("fget", "fset", "fdel", "func", "compute", "__func__", "__wrapped__")
"""Where properties, ours and Django's lazy ones among them, class methods and what decorators make
keep theirs."""


def inner_names(kind: type) -> frozenset[str]:
    """The names that begin with an underscore and that the code of *kind* itself uses."""
    things = [thing for owner in kind.__mro__ for thing in vars(owner).values()]
    names = (name for thing in things for code in _codes(thing) for name in _names(code))
    return frozenset(name for name in names if name.startswith("_"))


def _codes(thing: Any) -> Iterator[CodeType]:
    if hasattr(type(thing), "__getattr__"):
        return  # it may do something when it is asked
    code = getattr(thing, "__code__", None)
    if isinstance(code, CodeType):
        yield code
    for name in _FUNCTIONS:
        if (inner := getattr(thing, name, None)) is not None:
            yield from _codes(inner)


def _names(code: CodeType) -> Iterator[str]:
    """Those of attributes in *code* and in what is defined in there, written as texts too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _names(constant)
