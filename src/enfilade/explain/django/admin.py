"""What stands around the views of Django's admin: ``AdminSite.admin_view``, which wraps each in
``get_urls`` and keeps out whom the site's ``has_permission`` does not let in."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from enfilade.explain.decorators import Decorator, closure_of

SITES = "django.contrib.admin.sites"
GUARD = f"{SITES}.AdminSite.admin_view"
STAFF = "who has not signed in as staff"
BY = "admin_view"
DEEPEST = 4
"""How many decorators ``admin_view`` may have put around its own function."""


def site_behind(decorator: Decorator) -> Any:
    """The ``AdminSite`` whose ``admin_view`` *decorator* is; ``None`` if it is none."""
    kept = decorator.kept
    if decorator.name.startswith("django.contrib.admin.") and decorator.name.endswith(".get_urls"):
        owner = kept.get("self")
        return getattr(owner, "admin_site", owner)
    if decorator.name == GUARD:
        return kept.get("self")
    return next((inner["self"] for inner in _within(kept, DEEPEST)), None)


def is_django_s(site: Any) -> bool:
    """Whether *site* guards its views as Django does it."""
    return _defines(site, "admin_view")


def whom(site: Any) -> str:
    """Whom *site* keeps out."""
    return STAFF if _defines(site, "has_permission") else "who does not pass has_permission()"


def redirect_of(site: Any, request: Any) -> Callable[[], Any]:
    """What makes the answer that others get."""

    def redirect() -> Any:
        from django.contrib.auth.views import redirect_to_login
        from django.http import HttpResponseRedirect
        from django.urls import reverse

        if request.path == reverse("admin:logout", current_app=site.name):
            return HttpResponseRedirect(reverse("admin:index", current_app=site.name))
        address = reverse("admin:login", current_app=site.name)
        return redirect_to_login(request.get_full_path(), address)

    return redirect


def _defines(site: Any, name: str) -> bool:
    """Whether the method of *site* is that of Django's own class."""
    own = getattr(sys.modules.get(SITES), "AdminSite", None)
    return own is not None and getattr(type(site), name, None) is getattr(own, name)


def _within(kept: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """The variables of each function within *kept* that ``admin_view`` has defined."""
    for function in kept.values() if depth else ():
        code, inner = getattr(function, "__code__", None), closure_of(function)
        if code is not None and code.co_qualname.startswith("AdminSite.admin_view."):
            yield inner
        elif inner:
            yield from _within(inner, depth - 1)
