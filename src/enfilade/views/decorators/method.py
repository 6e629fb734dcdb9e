"""A decorator of view functions, put on a method of a class-based view."""

from collections.abc import Callable, Iterable
from functools import partial, update_wrapper, wraps
from typing import Any, TypeVar

from enfilade.bridge import iscoroutinefunction, markcoroutinefunction

Decorator = Callable[[Any], Any]
Target = TypeVar("Target", bound=Callable[..., Any])


def method_decorator(
    decorator: Decorator | Iterable[Decorator], name: str = ""
) -> Callable[[Target], Target]:
    """Let a decorator (or several, outermost first) of functions decorate a method.

    On a class, *name* says which method, an inherited one too: ``"dispatch"`` is around all of
    them. Raises :exc:`ValueError` if the class has no such attribute, :exc:`TypeError` if it
    cannot be called. Django's ``django.utils.decorators.method_decorator``.
    """
    several = isinstance(decorator, Iterable)
    inside_out: list[Decorator] = [*decorator][::-1] if several else [decorator]  # type: ignore[misc, list-item]

    def decorate(target: Any) -> Any:
        if not isinstance(target, type):
            return _decorated(target, inside_out)
        setattr(target, name, _decorated(_method(target, name), inside_out))
        return target

    if not several:
        update_wrapper(decorate, decorator)  # type: ignore[arg-type]
    label = getattr(decorator, "__name__", type(decorator).__name__)
    decorate.__name__ = f"method_decorator({label})"
    return decorate


def _method(owner: type, name: str) -> Any:
    if not (name and hasattr(owner, name)):
        raise ValueError(
            "The keyword argument `name` must be the name of a method of the decorated class: "
            f"{owner}. Got '{name}' instead."
        )
    method = getattr(owner, name)
    if not callable(method):
        raise TypeError(
            f"Cannot decorate '{name}' as it isn't a callable attribute of {owner} ({method})."
        )
    return method


def _decorated(method: Any, inside_out: list[Decorator]) -> Any:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        # A decorator wants a function that takes the request first; which instance is behind it
        # is known only now. The partial can carry attributes, as a bound method cannot.
        bound: Any = wraps(method)(partial(method.__get__(self, type(self))))
        for decorate in inside_out:
            bound = decorate(bound)
        return bound(*args, **kwargs)

    for decorate in inside_out:
        update_wrapper(call, decorate(_nothing))  # for what it marks functions with
    update_wrapper(call, method)
    if iscoroutinefunction(method):
        markcoroutinefunction(call)
    return call


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Stands for the method while it is found out what a decorator adds to a function."""
