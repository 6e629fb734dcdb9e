"""What a URLconf is written with: ``path``, ``re_path`` and ``include``."""

import sys
from collections.abc import Sequence
from typing import Any, overload

from enfilade.exceptions import ImproperlyConfigured
from enfilade.lazy_text import LazyText
from enfilade.urls.editions import LocalePrefixPattern
from enfilade.urls.patterns import (
    Pattern,
    RegexPattern,
    RoutePattern,
    SpokenPattern,
    URLPattern,
    View,
)
from enfilade.urls.resolvers import URLResolver, import_urlconf

Included = tuple[Any, str | None, str | None]
"""A URLconf, its application name and its namespace: what ``include`` returns."""


def include(arg: Any, namespace: str | None = None) -> Included:
    """Take in the routes of another URLconf.

    *arg* is the name of a module, a module (or any object with ``urlpatterns``), a list of
    patterns, or a pair of either and an application name. Raises
    :exc:`~enfilade.exceptions.ImproperlyConfigured` for any other tuple, for a module that is
    not there, and for a namespace without an application name.
    """
    urlconf, app_name = _pair(arg, namespace) if isinstance(arg, tuple) else (arg, None)
    urlconf = import_urlconf(urlconf)
    _check_no_locale_prefix(urlconf)
    app_name = getattr(urlconf, "app_name", app_name)
    if namespace and not app_name:
        raise ImproperlyConfigured(
            f"include() gives the namespace {namespace!r} to a URLconf without application name.",
            hint="Set 'app_name' in the included module, or pass (patterns, app_name).",
        )
    return urlconf, app_name, namespace or app_name


def _check_no_locale_prefix(urlconf: Any) -> None:
    patterns = getattr(urlconf, "urlpatterns", urlconf)
    for entry in patterns if isinstance(patterns, (list, tuple)) else ():
        if isinstance(getattr(entry, "pattern", None), LocalePrefixPattern):
            raise ImproperlyConfigured(
                "i18n_patterns() stands in an included URLconf.",
                hint="A language begins a path, so write it in the root URLconf.",
            )


def _pair(arg: tuple[Any, ...], namespace: str | None) -> tuple[Any, str | None]:
    if len(arg) == 2:
        return arg[0], arg[1]
    if len(arg) == 3 and namespace:
        raise ImproperlyConfigured(
            f"include() cannot give the namespace {namespace!r} to patterns that bring their own.",
            hint="Leave the namespace argument out, or pass (patterns, app_name).",
        )
    raise ImproperlyConfigured(
        f"include() takes no tuple of {len(arg)}.",
        hint="Pass a list of patterns, or the pair (patterns, app_name) and the namespace "
        "as an argument of its own.",
    )


@overload
def path(
    route: str | LazyText,
    view: Included,
    kwargs: dict[str, Any] | None = None,
    name: str | None = None,
) -> URLResolver: ...
@overload
def path(
    route: str | LazyText, view: View, kwargs: dict[str, Any] | None = None, name: str | None = None
) -> URLPattern: ...
def path(
    route: str | LazyText,
    view: View | Included,
    kwargs: dict[str, Any] | None = None,
    name: str | None = None,
) -> URLPattern | URLResolver:
    """Lead paths like *route* (``"articles/<int:year>/"``) to *view*, or to an ``include``.

    A lazily translated *route* reads in the active language. *kwargs* are extra arguments for
    the view. Raises :exc:`TypeError` for a view that is not callable,
    :exc:`~enfilade.exceptions.ImproperlyConfigured` for a malformed route.
    """
    return _pattern(RoutePattern, route, view, kwargs, name)


@overload
def re_path(
    route: str | LazyText,
    view: Included,
    kwargs: dict[str, Any] | None = None,
    name: str | None = None,
) -> URLResolver: ...
@overload
def re_path(
    route: str | LazyText, view: View, kwargs: dict[str, Any] | None = None, name: str | None = None
) -> URLPattern: ...
def re_path(
    route: str | LazyText,
    view: View | Included,
    kwargs: dict[str, Any] | None = None,
    name: str | None = None,
) -> URLPattern | URLResolver:
    """Like :func:`path`, with a regular expression for a route."""
    return _pattern(RegexPattern, route, view, kwargs, name)


def _pattern(
    kind: type[RoutePattern | RegexPattern],
    route: str | LazyText,
    view: View | Included,
    kwargs: dict[str, Any] | None,
    name: str | None,
) -> URLPattern | URLResolver:
    if not isinstance(route, (str, LazyText)):
        raise TypeError(f"A route must be a str, not {type(route).__name__}.")
    if kwargs is not None and not isinstance(kwargs, dict):
        raise TypeError(f"kwargs of the route {route!r} must be a dict, not {kwargs!r}.")
    if isinstance(view, Sequence) and not isinstance(view, str):
        urlconf, app_name, namespace = _included(route, view)
        return URLResolver(_written(kind, route), urlconf, kwargs, app_name, namespace)
    _check_view(route, view)
    pattern = URLPattern(_written(kind, route, name, True), view, kwargs, name)
    caller = sys._getframe(2)  # who has called path() or re_path()
    pattern.place = (caller.f_code.co_filename, caller.f_lineno)
    return pattern


def _written(
    kind: type[RoutePattern | RegexPattern],
    route: str | LazyText,
    name: str | None = None,
    is_endpoint: bool = False,
) -> Pattern:
    if isinstance(route, str):
        return kind(route, name, is_endpoint)
    return SpokenPattern(lambda: kind(str(route), name, is_endpoint))


def _included(route: object, view: Sequence[Any]) -> Sequence[Any]:
    if len(view) != 3:
        raise TypeError(
            f"The view of the route {route!r} is a {type(view).__name__}: write include(…) "
            "around patterns."
        )
    return view


def _check_view(route: object, view: Any) -> None:
    if isinstance(view, str):
        raise TypeError(
            f"The view of the route {route!r} is the string {view!r}: import the view and pass "
            "it itself, or use include() for a URLconf."
        )
    # Known by its method, as the room of the views lies above this one.
    if hasattr(view, "as_view"):
        name = view.__name__ if isinstance(view, type) else type(view).__name__
        raise TypeError(f"The view of the route {route!r} must be {name}.as_view(), not {view!r}.")
    if not callable(view):
        raise TypeError(f"The view of the route {route!r} is not callable: {view!r}.")
