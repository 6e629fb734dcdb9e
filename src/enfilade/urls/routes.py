"""The list of all routes, for ``enfilade routes`` and the static plan."""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from enfilade.urls.endpoints import Endpoint
from enfilade.urls.patterns import View, unwrapped, view_path


@dataclass(frozen=True, slots=True)
class Route:
    """One route; ``number`` counts from 1 as declared, ``methods`` is ``None`` if unknown.

    ``source`` is ``file:line`` of the view, ``None`` where there is no Python source.
    """

    route: str
    name: str | None
    view: str
    number: int
    methods: tuple[str, ...] | None
    source: str | None
    is_async: bool


def routes(endpoints: Iterable[Endpoint]) -> tuple[Route, ...]:
    """Describe *endpoints*, in their order."""
    return tuple(
        Route(
            route=endpoint.route,
            name=endpoint.full_name,
            view=view_path(endpoint.callback),
            number=endpoint.number,
            methods=methods(endpoint.callback),
            source=source(endpoint.callback),
            is_async=endpoint.is_async,
        )
        for endpoint in endpoints
    )


def methods(view: View) -> tuple[str, ...] | None:
    """The HTTP methods that *view* answers.

    A class answers those it has a method for; a decorated function says so itself in an
    attribute ``allowed_methods``.
    """
    allowed = getattr(view, "allowed_methods", None)
    if allowed is not None:
        return tuple(allowed)
    written = unwrapped(view)
    names = getattr(written, "http_method_names", None)
    if names is None:
        return None
    return tuple(name.upper() for name in names if hasattr(written, name))


def source(view: View) -> str | None:
    """Where *view* is written, as ``file:line``."""
    written: Any = inspect.unwrap(unwrapped(view))
    code = getattr(written, "__code__", None)
    if code is not None:
        return f"{code.co_filename}:{code.co_firstlineno}"
    try:
        written = written if isinstance(written, type) else type(written)
        return f"{inspect.getsourcefile(written)}:{inspect.findsource(written)[1] + 1}"
    except (OSError, TypeError):
        return None
