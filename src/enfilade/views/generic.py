"""Views for the two commonest errands: show a template, send somewhere else.

Django's ``django.views.generic.base``.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseGone,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from enfilade.http.log import log_response
from enfilade.template.response import TemplateResponse
from enfilade.urls import reverse
from enfilade.views.base import View

__all__ = ["ContextMixin", "RedirectView", "TemplateResponseMixin", "TemplateView", "View"]


class ContextMixin:
    """Gathers the template's context: keywords, ``extra_context`` and the view itself."""

    extra_context: Mapping[str, Any] | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context, for subclasses to extend."""
        kwargs.setdefault("view", self)
        if self.extra_context is not None:
            kwargs.update(self.extra_context)
        return kwargs


class TemplateResponseMixin:
    """Makes a response from ``template_name``."""

    request: HttpRequest
    template_name: str | None = None
    template_engine: str | None = None
    response_class: ClassVar[Any] = TemplateResponse
    content_type: str | None = None

    def render_to_response(self, context: Mapping[str, Any], **options: Any) -> HttpResponse:
        """An unrendered response; *options* go to ``response_class``."""
        options.setdefault("content_type", self.content_type)
        response: HttpResponse = self.response_class(
            request=self.request,
            template=self.get_template_names(),
            context=context,
            using=self.template_engine,
            **options,
        )
        return response

    def get_template_names(self) -> list[str]:
        """The names to choose the template from."""
        if self.template_name is None:
            raise ImproperlyConfigured(
                f"{type(self).__qualname__} has no template.",
                hint="Set template_name, or define get_template_names().",
            )
        return [self.template_name]


class TemplateView(TemplateResponseMixin, ContextMixin, View):
    """Shows a template; what the URL captured is in its context."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer GET, and HEAD."""
        return self.render_to_response(self.get_context_data(**kwargs))


class RedirectView(View):
    """Redirects every method to ``url`` or to the pattern ``pattern_name``; else 410 Gone.

    ``url`` may hold ``%(name)s`` for what the URL captured; ``query_string`` passes the
    request's query on; ``permanent`` makes it a 301.
    """

    permanent: bool = False
    url: str | None = None
    pattern_name: str | None = None
    query_string: bool = False

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str | None:
        """Where to go; ``None`` if there is nowhere."""
        if self.url:
            url = self.url % kwargs
        elif self.pattern_name:
            url = reverse(self.pattern_name, args=args, kwargs=kwargs)
        else:
            return None
        query = self.request.META.get("QUERY_STRING", "")
        return f"{url}?{query}" if query and self.query_string else url

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect; all other methods but TRACE do the same."""
        url = self.get_redirect_url(*args, **kwargs)
        if url:
            return (
                HttpResponsePermanentRedirect(url) if self.permanent else HttpResponseRedirect(url)
            )
        response = HttpResponseGone()
        log_response("Gone: %s", request.path, response=response, request=request)
        return response

    def head(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As :meth:`get`."""
        return self.get(request, *args, **kwargs)

    post = options = delete = put = patch = head
