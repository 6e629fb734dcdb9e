"""On which request fields a view's answer depends, for caches: ``Vary`` (RFC 9110, 12.5.5)."""

from collections.abc import Callable

from enfilade.http.caching import patch_vary_headers
from enfilade.views.decorators.mark import View, finished


def vary_on_headers(*headers: str) -> Callable[[View], View]:
    """Say that the answer depends on these request fields: ``@vary_on_headers("Accept")``."""

    def decorate(view: View) -> View:
        return finished(view, lambda response: patch_vary_headers(response, headers))

    return decorate


def vary_on_cookie(view: View) -> View:
    """Say that the answer depends on the cookies."""
    return vary_on_headers("Cookie")(view)
