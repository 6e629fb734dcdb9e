"""Everyday rules of an address: refused user agents, ``www.``, the trailing slash, and
``Content-Length``.

Behaviour: Django 5.2's ``django.middleware.common``. The settings are read when the chain is
built.
"""

from collections.abc import Mapping
from typing import ClassVar

from enfilade.conf import settings
from enfilade.exceptions import PermissionDenied
from enfilade.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin
from enfilade.urls import is_valid_path

KEEPS_A_BODY = ("DELETE", "PATCH", "POST", "PUT")


class CommonMiddleware(MiddlewareMixin):
    """Refuses, redirects and measures; ``response_redirect_class`` may be overridden."""

    blocking = False
    follows: ClassVar[Mapping[str, str]] = {
        "enfilade.middleware.broken_links.BrokenLinksMiddleware": (
            "A link that only lacks its slash would be logged as a broken one."
        ),
        "enfilade.middleware.cors.CorsMiddleware": (
            "A preflight request could be redirected, which a browser takes for a refusal, and "
            "a script of another origin could not follow a redirect."
        ),
        "enfilade.middleware.locale.LocaleMiddleware": (
            "PREPEND_WWW would look a path up before its language is known, and redirect to one "
            "that lacks its slash."
        ),
    }
    response_redirect_class: type[HttpResponse] = HttpResponsePermanentRedirect

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.append_slash = settings.APPEND_SLASH
        self.prepend_www = settings.PREPEND_WWW
        self.disallowed_user_agents = settings.DISALLOWED_USER_AGENTS

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """A redirect to ``www.`` where ``PREPEND_WWW`` asks for one.

        Raises :exc:`~enfilade.exceptions.DisallowedHost`, and
        :exc:`~enfilade.exceptions.PermissionDenied` for one of ``DISALLOWED_USER_AGENTS``.
        """
        if self.disallowed_user_agents:
            self._check_user_agent(request)
        host = request.get_host()  # raises DisallowedHost: this is where ALLOWED_HOSTS bites
        if not self.prepend_www or not host or host.startswith("www."):
            return None
        if self.should_redirect_with_slash(request):
            path = self.get_full_path_with_slash(request)
        else:
            path = request.get_full_path()
        return self.response_redirect_class(f"{request.scheme}://www.{host}{path}")

    def _check_user_agent(self, request: HttpRequest) -> None:
        user_agent = request.META.get("HTTP_USER_AGENT")
        if user_agent is None:
            return
        if any(pattern.search(user_agent) for pattern in self.disallowed_user_agents):
            raise PermissionDenied("Forbidden user agent")

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """A redirect to the path with a slash for a 404 that it would mend; else the length."""
        if response.status_code == 404 and self.should_redirect_with_slash(request):
            return self.response_redirect_class(self.get_full_path_with_slash(request))
        if not response.streaming:
            content = response.content  # type: ignore[attr-defined]  # since it is not streaming
            response.headers.set_content_length(len(content))
        return response

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        """Whether the path is valid with a slash at its end and not without; a view marked
        with ``no_append_slash`` does not count."""
        path = request.path_info
        if not self.append_slash or path.endswith("/") or is_valid_path(path, request.urlconf):
            return False
        match = is_valid_path(f"{path}/", request.urlconf)
        return bool(match and getattr(match.func, "should_append_slash", True))

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        """Where to redirect. Raises :exc:`RuntimeError` in debug mode if a body would be lost."""
        path = request.get_full_path(force_append_slash=True)
        if path.startswith("//"):  # a browser would take it for another host
            path = f"/%2F{path[2:]}"
        if settings.DEBUG and request.method in KEEPS_A_BODY:
            raise RuntimeError(
                f"You called this URL via {request.method}, but it doesn't end in a slash and "
                f"APPEND_SLASH is on. A redirect would lose the {request.method} data. Change "
                f"your form to point to {request.get_host()}{path} (note the trailing slash), "
                "or set APPEND_SLASH=False in your settings."
            )
        return path
