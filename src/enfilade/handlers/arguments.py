"""Why a view could not be called: its route gives other arguments than it takes."""

import inspect
from types import TracebackType
from typing import Any

from enfilade.http import HttpRequest


def hint_at_arguments(request: HttpRequest, exc: Exception) -> None:
    """Note on *exc*, if it says that the view refused the arguments of its route, what the route
    gives. ``views.E001`` of ``enfilade check`` finds the same without a request."""
    match = request.resolver_match
    if match is None or not isinstance(exc, TypeError):
        return
    view, first = _called(match.func, request)
    name = getattr(view, "__qualname__", None)
    # Python names what was called; the view itself may make such a mistake, too.
    if name is None or not str(exc).startswith(f"{name}()") or _entered(view, exc.__traceback__):
        return
    given = ["request", *(f"arg{number}" for number, _ in enumerate(match.args, 1)), *match.kwargs]
    exc.add_note(
        f"Hint: The route {match.route!r} gives ({', '.join(given)}): "
        f"write def {view.__name__}({', '.join([*first, *given])}), or change the route."
    )


def _called(view: Any, request: HttpRequest) -> tuple[Any, list[str]]:
    """The function that answers, as it is written, and what it takes before the request."""
    owner = getattr(view, "view_class", None)
    if owner is None:
        return inspect.unwrap(view), []
    method = getattr(owner, (request.method or "").lower(), None) or getattr(owner, "get", None)
    return inspect.unwrap(method) if method else None, ["self"]


def _entered(view: Any, tb: TracebackType | None) -> bool:
    code = getattr(view, "__code__", None)
    while tb is not None:
        if tb.tb_frame.f_code is code:
            return True
        tb = tb.tb_next
    return False
