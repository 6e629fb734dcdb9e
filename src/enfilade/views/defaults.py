"""The pages for 400, 403, 404, 500 and 503 when a site has no error handler of its own.

Each uses the site's template (``404.html`` and so on) where there is one, else a small built-in
page. Signatures and contexts are those of Django's ``django.views.defaults``.
"""

import logging
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from enfilade.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseServerError,
)
from enfilade.template.errors import TemplateDoesNotExist
from enfilade.template.loader import get_template

logger = logging.getLogger("enfilade.request")

ERROR_400_TEMPLATE_NAME = "400.html"
ERROR_403_TEMPLATE_NAME = "403.html"
ERROR_404_TEMPLATE_NAME = "404.html"
ERROR_500_TEMPLATE_NAME = "500.html"
ERROR_503_TEMPLATE_NAME = "503.html"
_DEFAULT_NAMES = frozenset({"400.html", "403.html", "404.html", "500.html", "503.html"})


def bad_request(
    request: HttpRequest, exception: Exception, template_name: str = ERROR_400_TEMPLATE_NAME
) -> HttpResponse:
    """400; the template is told nothing of *exception*, which may hold what a client sent."""
    page = _site_page(template_name, {}, request) or built_in_page("Bad Request (400)")
    return HttpResponseBadRequest(page)


def permission_denied(
    request: HttpRequest, exception: Exception, template_name: str = ERROR_403_TEMPLATE_NAME
) -> HttpResponse:
    """403; the template gets the message as ``exception``."""
    page = _site_page(template_name, {"exception": str(exception)}, request)
    return HttpResponseForbidden(page or built_in_page("403 Forbidden"))


def page_not_found(
    request: HttpRequest, exception: Exception, template_name: str = ERROR_404_TEMPLATE_NAME
) -> HttpResponse:
    """404; the template gets the quoted ``request_path`` and ``exception``: the message of the
    ``Http404`` if it is a text, else the exception's class name."""
    message = exception.args[0] if getattr(exception, "args", ()) else None
    reason = message if isinstance(message, str) else type(exception).__name__
    context = {"request_path": quote(request.path), "exception": reason}
    page = _site_page(template_name, context, request)
    details = "The requested resource was not found on this server."
    return HttpResponseNotFound(page or built_in_page("Not Found", details))


def server_error(
    request: HttpRequest, template_name: str = ERROR_500_TEMPLATE_NAME
) -> HttpResponse:
    """500. The template is rendered without the request, whose processors may be what failed.

    Unlike Django's, a ``500.html`` that fails itself is logged and answered with the built-in
    page; an empty *template_name* asks for that page at once.
    """
    page = _page_without_request(template_name)
    return HttpResponseServerError(page or built_in_page("Server Error (500)"))


def service_unavailable(
    request: HttpRequest, template_name: str = ERROR_503_TEMPLATE_NAME
) -> HttpResponse:
    """503, while a database or a cache does not answer; Django has no such page.

    The template is rendered without the request, whose session may be what is lost.
    """
    page = _page_without_request(template_name)
    details = "Something that this site needs does not answer. Please try again in a moment."
    return HttpResponse(page or built_in_page("Service Unavailable", details), status=503)


def _page_without_request(template_name: str) -> str | None:
    if not template_name:
        return None
    try:
        return _site_page(template_name, {}, None)
    except Exception as failure:
        if isinstance(failure, TemplateDoesNotExist) and failure.name == template_name:
            raise
        logger.exception("The template %s failed itself.", template_name)
        return None


def _site_page(
    template_name: str, context: Mapping[str, Any], request: HttpRequest | None
) -> str | None:
    """The site's own page, ``None`` if it has none by the usual name."""
    try:
        template = get_template(template_name)
    except TemplateDoesNotExist:
        if template_name not in _DEFAULT_NAMES:
            raise  # a name that the site has chosen has to exist
        return None
    return template.render(context, request)


def built_in_page(title: str, *paragraphs: str) -> str:
    """A page that needs nothing but this function."""
    text = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ margin: 18vh auto; max-width: 34rem; padding: 0 2rem}}
body {{ font: 1rem/1.6 system-ui, sans-serif }}
h1 {{ font-size: 1.6rem; font-weight: 600 }}
</style>
</head>
<body>
<h1>{escape(title)}</h1>{text}
</body>
</html>
"""
