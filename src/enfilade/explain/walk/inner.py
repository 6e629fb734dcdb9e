"""The attributes that a class keeps for itself, told from those that others set on instances."""

from collections.abc import Iterator
from types import CodeType

_FUNCTIONS = ("fget", "fset", "fdel", "func", "compute", "__func__")
"""Where properties, ours and Django's lazy ones among them, and class methods keep theirs."""


def inner_names(kind: type) -> frozenset[str]:
    """The names that begin with an underscore and that the code of *kind* itself uses."""
    used = (name for code in _codes(kind) for name in code.co_names)
    return frozenset(name for name in used if name.startswith("_"))


def _codes(kind: type) -> Iterator[CodeType]:
    for each in (thing for owner in kind.__mro__ for thing in vars(owner).values()):
        for function in (each, *(getattr(each, name, None) for name in _FUNCTIONS)):
            code = getattr(function, "__code__", None)
            if isinstance(code, CodeType):
                yield code
