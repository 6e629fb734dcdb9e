"""Who is kept out of a view, read from its decorators and parents; nothing of them is called."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from enfilade.contrib.auth.guards import Guard
from enfilade.contrib.auth.middleware import LoginRequiredMiddleware
from enfilade.contrib.auth.mixins import (
    AccessMixin,
    LoginRequiredMixin,
    PermissionRequiredMixin,
    UserPassesTestMixin,
)
from enfilade.contrib.auth.redirects import login_url_or_default, send_to_login
from enfilade.exceptions import DeveloperError
from enfilade.explain.foresight import Answer
from enfilade.explain.source import written
from enfilade.http import HttpRequest
from enfilade.middleware.chain import Layer
from enfilade.secrecy import hide_target

STRANGERS = "who has not signed in"


@dataclass(frozen=True, slots=True)
class Refusal:
    """``whom`` gets ``answer`` in the place of the view's."""

    whom: str
    answer: Answer


def foresee_strangers(
    layers: Sequence[Layer], request: HttpRequest, view: Callable[..., Any]
) -> tuple[Refusal, ...]:
    """Those whom ``LoginRequiredMiddleware`` keeps out."""
    if not getattr(view, "login_required", True):
        return ()
    return tuple(
        _refusal(request, _of_middleware(layer, view))
        for layer in layers
        if isinstance(layer.middleware, LoginRequiredMiddleware)
    )


def foresee_refusals(request: HttpRequest, view: Callable[..., Any]) -> tuple[Refusal, ...]:
    """Those whom *view* keeps out by itself, the outermost guard first."""
    guards = (*getattr(view, "guards", ()), *_of_class(written(view)))
    return tuple(_refusal(request, guard) for guard in guards)


def _of_middleware(layer: Layer, view: Callable[..., Any]) -> Guard:
    name, own = layer.name.rpartition(".")[2], LoginRequiredMiddleware
    if _differs(type(layer.middleware), own, "handle_no_permission", "get_login_url"):
        return Guard(f"{name}.handle_no_permission", STRANGERS)
    field = getattr(view, "redirect_field_name", layer.middleware.redirect_field_name)
    return Guard(name, STRANGERS, getattr(view, "login_url", None), field)


def _of_class(view: Any) -> Iterator[Guard]:
    if not (isinstance(view, type) and issubclass(view, AccessMixin)):
        return
    for parent in view.__mro__:
        if whom := _whom(parent, view):
            if _differs(view, AccessMixin, "handle_no_permission", "get_login_url"):
                yield Guard(f"{view.__name__}.handle_no_permission", whom)
            else:
                name, field = parent.__name__, view.redirect_field_name
                yield Guard(name, whom, view.login_url, field, bool(view.raise_exception))


def _whom(parent: type, view: Any) -> str:
    """Whom the mixin *parent* keeps out of *view*; "" if it is none of ours."""
    if parent is LoginRequiredMixin:
        return STRANGERS
    if parent is UserPassesTestMixin:
        return "who does not pass test_func()"
    if parent is not PermissionRequiredMixin:
        return ""
    if _differs(view, parent, "has_permission", "get_permission_required"):
        return "who does not pass has_permission()"
    named = view.permission_required or ()
    return f"who may not {named if isinstance(named, str) else ', '.join(named)}"


def _differs(view: type, parent: type, *names: str) -> bool:
    """Whether *view* has methods of the site in the place of those that *parent* has."""
    return any(getattr(view, name) is not getattr(parent, name) for name in names)


def _refusal(request: HttpRequest, guard: Guard) -> Refusal:
    if guard.by.endswith(".handle_no_permission"):
        return Refusal(guard.whom, Answer(None, "", guard.by))
    if guard.forbids:
        return Refusal(guard.whom, Answer(403, "Forbidden", guard.by))
    try:
        address = login_url_or_default(guard.login_url, guard.by)
        found = send_to_login(request, address, guard.redirect_field_name)
    except DeveloperError as error:
        return Refusal(guard.whom, Answer(500, str(error), guard.by, failed=True))
    location = hide_target(found.headers["Location"])
    return Refusal(guard.whom, Answer(302, found.reason_phrase, guard.by, location))
