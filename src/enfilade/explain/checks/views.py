"""Checks of views against the routes that lead to them."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from enfilade.explain.checks.finding import Finding
from enfilade.explain.source import locate, written
from enfilade.urls import get_resolver
from enfilade.urls.endpoints import Endpoint
from enfilade.urls.patterns import RoutePattern
from enfilade.views import View


def check_arguments() -> Iterator[Finding]:
    """views.E001: a view does not take what its route gives, so that it can never be called.

    Routes of ``re_path()`` and views behind a decorator of any arguments are left alone, unless
    that says (``handing_over``) that it gives them to the view as they come.
    """
    for endpoint in get_resolver().tree.endpoints:
        yield from check_arguments_of(endpoint)


def check_arguments_of(endpoint: Endpoint) -> Iterator[Finding]:
    """The same of one route."""
    if all(isinstance(pattern, RoutePattern) for pattern in endpoint.patterns):
        given = _given(endpoint)
        for code, name in _called(endpoint.callback):
            if refusal := _refusal(code, given):
                yield _finding(endpoint, name, given, refusal)


def _given(endpoint: Endpoint) -> list[str]:
    """The keywords with which the view is called, those of the path first."""
    captured = [name for pattern in endpoint.patterns for name in pattern.converters]
    return list(dict.fromkeys([*captured, *endpoint.extra_kwargs]))


def _called(view: Any) -> Iterator[tuple[Callable[..., Any], str | None]]:
    """What is called with these keywords: the view, or the methods of its class by name.

    A method is bound to ``self`` in thought only, so it stands here with that argument taken.
    """
    made_of = written(view)
    if not (isinstance(made_of, type) and issubclass(made_of, View)):
        yield _receiver(view), None
    elif made_of.dispatch is View.dispatch:
        for name in made_of.http_method_names:
            if inspect.isfunction(method := getattr(made_of, name, None)) and name != "options":
                yield method.__get__(object()), name


def _receiver(view: Any) -> Any:
    """The function that gets the arguments of *view*, behind what says that it hands them over."""
    # functools.wraps copies the mark to decorators further out, of which nothing is known.
    marked: Any = getattr(view, "handing_over", None)
    return _receiver(marked.__wrapped__) if marked is view else view


def _refusal(code: Callable[..., Any], given: list[str]) -> str:
    """Why *code* cannot be called with a request and these keywords; "" if it can be."""
    try:
        signature = inspect.signature(code, follow_wrapped=False)
    except (TypeError, ValueError):
        return ""  # of a built-in nothing is known
    try:
        signature.bind(None, **dict.fromkeys(given))
    except TypeError as error:
        return str(error)
    return ""


def _finding(endpoint: Endpoint, name: str | None, given: list[str], refusal: str) -> Finding:
    source = locate(endpoint.callback, name)
    arguments = ", ".join(["request", *given])
    taken = f"({'self, ' if name else ''}{arguments})"
    return Finding(
        "views.E001",
        f"{endpoint.route!r} calls {source.name} with ({arguments}), which it does not take: "
        f"{refusal}.",
        f"Write def {source.short}{taken}, or change the route.",
        source.place,
    )
