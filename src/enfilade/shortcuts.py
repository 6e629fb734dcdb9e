"""What views use most, in one place: render a template, redirect, find a URL."""

from collections.abc import Mapping, Sequence
from typing import Any

from enfilade.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from enfilade.template.loader import render_to_string
from enfilade.urls import NoReverseMatch, reverse

__all__ = ["redirect", "render", "resolve_url"]


def render(
    request: HttpRequest | None,
    template_name: str | Sequence[str],
    context: Mapping[str, Any] | None = None,
    content_type: str | None = None,
    status: int | None = None,
    using: str | None = None,
) -> HttpResponse:
    """A response with the text of a template, rendered now."""
    return HttpResponse(
        render_to_string(template_name, context, request, using), content_type, status
    )


def redirect(
    to: Any,
    *args: Any,
    permanent: bool = False,
    preserve_request: bool = False,
    **kwargs: Any,
) -> HttpResponse:
    """A redirect to whatever :func:`resolve_url` makes of *to*.

    302, or 301 if ``permanent``; with ``preserve_request`` 307 or 308, so that the client
    sends the same method and body again.
    """
    kind = HttpResponsePermanentRedirect if permanent else HttpResponseRedirect
    return kind(resolve_url(to, *args, **kwargs), preserve_request=preserve_request)


def resolve_url(to: Any, *args: Any, **kwargs: Any) -> str:
    """The URL of *to*: an object with ``get_absolute_url()``, the name of a URL pattern with its
    arguments, a view, or a URL as it is.

    Raises :exc:`~enfilade.urls.NoReverseMatch` for a view or name without a pattern.
    """
    if hasattr(to, "get_absolute_url"):
        url: str = to.get_absolute_url()
        return url
    if not callable(to):
        to = str(to)  # it may be lazy
        if to.startswith(("./", "../")):
            return str(to)
    try:
        return reverse(to, args=args, kwargs=kwargs)
    except NoReverseMatch:
        # A text with a slash or a dot in it is taken for a URL.
        if callable(to) or not ("/" in to or "." in to):
            raise
    return str(to)
