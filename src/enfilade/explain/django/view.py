"""What can be known of a view of a Django site without calling it."""

from collections.abc import Callable, Iterator
from typing import Any

from enfilade.bridge import iscoroutinefunction
from enfilade.explain.decorators import Decorator, closure_of, decorators_of
from enfilade.explain.django.admin import BY, is_django_s, redirect_of, site_behind, whom
from enfilade.explain.foresight import Answer
from enfilade.explain.guards import STRANGERS, Refusal
from enfilade.explain.source import Source, locate, written
from enfilade.explain.view import ViewPlan

METHODS = "django.views.decorators.http.require_http_methods"
TEST = "django.contrib.auth.decorators.user_passes_test"
MIXINS = "django.contrib.auth.mixins"


def describe_view(view: Any, method: str) -> ViewPlan:
    """Look at the callable of a pattern, and at what of it answers *method*."""
    kind = "function" if _class_of(view) is None else "class"
    around = tuple(map(_source, decorators_of(view, method)))
    return ViewPlan(locate(view), kind, iscoroutinefunction(view), methods_of(view), around)


def locate_answer(view: Any, method: str) -> Source:
    """Where the code is that answers *method*: of a class its method, else the view itself."""
    view_class = _class_of(view)
    if view_class is None:
        return locate(view)
    name = method.lower()
    if name == "head" and not hasattr(view_class, "head"):
        name = "get"
    return locate(view_class, name) if hasattr(view_class, name) else locate(view_class)


def foresee_refusals(view: Any, request: Any) -> tuple[Refusal, ...]:
    """Those whom *view* keeps out by itself, the outermost guard first."""
    return (*_of_decorators(view, request), *_of_class(_class_of(view), request))


def foresee_strangers(middleware: Any, view: Any, request: Any) -> Refusal | None:
    """Those whom *middleware* keeps out of *view*, if it is Django's that wants all to sign in."""
    kind = type(middleware)
    names = ("process_view", "handle_no_permission", "get_login_url", "get_redirect_field_name")
    ours = all(
        getattr(getattr(kind, name, None), "__qualname__", "") == f"LoginRequiredMiddleware.{name}"
        for name in names
    )
    if not ours or not getattr(view, "login_required", True):
        return None
    by = kind.__name__
    return Refusal(STRANGERS, _redirect(lambda: middleware.handle_no_permission(request, view), by))


def _source(decorator: Decorator) -> Source:
    site = site_behind(decorator)
    return decorator.source if site is None else locate(site, "admin_view")


def _class_of(view: Any) -> Any:
    """The class that *view* is made of; ``None`` for a function."""
    made_of = written(view)
    return made_of if isinstance(made_of, type) and hasattr(made_of, "as_view") else None


def methods_of(view: Any) -> tuple[str, ...] | None:
    """The methods that decorators and the class let through; ``None`` if only its code knows."""
    allowed: tuple[str, ...] | None = None
    for decorator in decorators_of(view):
        if decorator.name == METHODS:
            listed = tuple(decorator.kept["request_method_list"])
            allowed = listed if allowed is None else tuple(m for m in allowed if m in listed)
    view_class = _class_of(view)
    if view_class is None:
        return allowed
    answered = tuple(
        name.upper()
        for name in view_class.http_method_names
        if hasattr(view_class, name) or (name == "head" and hasattr(view_class, "get"))
    )
    return answered if allowed is None else tuple(name for name in answered if name in allowed)


def _of_decorators(view: Any, request: Any) -> Iterator[Refusal]:
    for decorator in decorators_of(view):
        site = site_behind(decorator)
        if site is not None and is_django_s(site):
            yield Refusal(whom(site), _redirect(redirect_of(site, request), BY))
        if decorator.name != TEST:
            continue
        kept = decorator.kept
        strangers, by, forbids = _whom(kept["test_func"])
        if forbids:
            yield Refusal(strangers, Answer(403, "Forbidden", by))
            continue
        inner = kept.get("_redirect_to_login")  # since Django 5.1
        within = kept if inner is None else closure_of(inner)
        login_url, field = within["login_url"], within["redirect_field_name"]
        yield Refusal(strangers, _to_login(request, login_url, field, by))


def _whom(test: Any) -> tuple[str, str, bool]:
    """Whom *test* keeps out, the name of the decorator, and whether they are told "forbidden"."""
    name = getattr(test, "__qualname__", type(test).__name__)
    if name.startswith("login_required."):
        return STRANGERS, "login_required", False
    if name.startswith("permission_required."):
        kept = closure_of(test)
        perms = kept["perms"] if "perms" in kept else kept["perm"]  # the latter before Django 5.1
        others = f"who may not {perms if isinstance(perms, str) else ', '.join(perms)}"
        return others, "permission_required", bool(kept["raise_exception"])
    return f"who does not pass {name.rpartition('.')[2]}()", "user_passes_test", False


def _of_class(view_class: Any, request: Any) -> Iterator[Refusal]:
    for parent in getattr(view_class, "__mro__", ()):
        if parent.__module__ != MIXINS or parent.__name__ == "AccessMixin":
            continue
        others = _whom_by(parent, view_class)
        if view_class.handle_no_permission.__module__ != MIXINS:
            by = f"{view_class.__name__}.handle_no_permission"
            yield Refusal(others, Answer(None, "", by))
        elif view_class.raise_exception:
            yield Refusal(others, Answer(403, "Forbidden", parent.__name__))
        else:
            login_url, field = view_class.login_url, view_class.redirect_field_name
            yield Refusal(others, _to_login(request, login_url, field, parent.__name__))


def _whom_by(parent: type, view_class: Any) -> str:
    match parent.__name__:
        case "LoginRequiredMixin":
            return STRANGERS
        case "UserPassesTestMixin":
            return "who does not pass test_func()"
    named = view_class.permission_required or ()
    return f"who may not {named if isinstance(named, str) else ', '.join(named)}"


def _to_login(request: Any, login_url: Any, field: str, by: str) -> Answer:
    from django.conf import settings
    from django.shortcuts import resolve_url

    def redirect() -> Any:
        from django.contrib.auth.views import (
            redirect_to_login,
        )

        address = resolve_url(login_url or settings.LOGIN_URL)
        return redirect_to_login(request.get_full_path(), address, field)

    return _redirect(redirect, by)


def _redirect(redirect: Callable[[], Any], by: str) -> Answer:
    try:
        found = redirect()
    except Exception as error:  # no such route, no such application
        return Answer(500, f"{type(error).__name__}: {error}", by, failed=True)
    return Answer(found.status_code, found.reason_phrase, by, found.headers["Location"])
