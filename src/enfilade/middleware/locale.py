"""The language of each request: found on the way in, told on the way out.

Behaviour: Django 5.2's ``django.middleware.locale``.
"""

from collections.abc import Mapping
from typing import ClassVar

from enfilade.conf import settings
from enfilade.http import HttpRequest, HttpResponse, HttpResponseRedirect
from enfilade.http.caching import patch_vary_headers
from enfilade.http.iri import escape_uri_path
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import MiddlewareMixin
from enfilade.translation import (
    activate,
    get_language,
    get_language_from_path,
    get_language_from_request,
)
from enfilade.urls import get_script_prefix, is_valid_path
from enfilade.urls.resolvers import get_locale_prefix


class LocaleMiddleware(MiddlewareMixin):
    """Activates the language of the path (with ``i18n_patterns``), of the cookie, of
    ``Accept-Language`` or of the settings; sets ``request.LANGUAGE_CODE``.

    ``response_redirect_class`` may be overridden.
    """

    blocking = False
    follows: ClassVar[Mapping[str, str]] = {
        "enfilade.middleware.broken_links.BrokenLinksMiddleware": (
            "A link that only lacks its language would be logged as a broken one."
        ),
        "enfilade.middleware.cors.CorsMiddleware": (
            "A script of another origin could not follow the redirect to a language."
        ),
    }
    response_redirect_class: type[HttpResponse] = HttpResponseRedirect

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language that *request* wants."""
        prefix = get_locale_prefix(request.urlconf)
        language = prefix and get_language_from_path(request.path_info)
        if not language:
            # Paths without a prefix may be those of the default language.
            bare = prefix is not None and not prefix.prefix_default_language
            language = settings.LANGUAGE_CODE if bare else get_language_from_request(request)
        activate(language)
        request.LANGUAGE_CODE = get_language()  # type: ignore[attr-defined]

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Name the language; for a 404 that a prefix would mend, redirect."""
        prefix = get_locale_prefix(request.urlconf)
        if prefix is None or not get_language_from_path(request.path_info):
            if response.status_code == 404 and (redirect := self.redirect_to_language(request)):
                patch_vary_headers(redirect, ("Accept-Language", "Cookie"))
                return redirect
            patch_vary_headers(response, ("Accept-Language",))
        if language := get_language():
            response.headers.setdefault("Content-Language", language)
        return response

    def redirect_to_language(self, request: HttpRequest) -> HttpResponseBase | None:
        """A redirect to the page that *request* asks for in the active language, if its path
        only lacks that."""
        prefix = get_locale_prefix(request.urlconf)
        if prefix is None or not prefix.prefix_default_language:
            return None
        language = get_language()
        path = f"/{language}{request.path_info}"
        lacks_slash = False
        if not is_valid_path(path, request.urlconf):
            lacks_slash = settings.APPEND_SLASH and not path.endswith("/")
            if not lacks_slash or not is_valid_path(f"{path}/", request.urlconf):
                return None
        below = request.get_full_path_info(force_append_slash=lacks_slash)
        mount = escape_uri_path(get_script_prefix())
        return self.response_redirect_class(f"{mount}{language}{below}")
