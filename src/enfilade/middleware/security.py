"""Headers that make a browser careful, and the redirect to HTTPS.

The values are put together once, when the chain is built. Behaviour: Django 5.2's
``django.middleware.security``.
"""

import re

from enfilade.conf import settings
from enfilade.http import HttpRequest, HttpResponsePermanentRedirect, ResponseHeaders
from enfilade.http.response import HttpResponseBase
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin


class SecurityMiddleware(MiddlewareMixin):
    """The ``SECURE_*`` settings as response headers; a header that a view set stays."""

    blocking = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.redirects = settings.SECURE_SSL_REDIRECT
        self.redirect_host = settings.SECURE_SSL_HOST
        self.redirect_exempt = [re.compile(each) for each in settings.SECURE_REDIRECT_EXEMPT]
        self.headers = _constant_headers()
        self.strict_transport_security = _strict_transport_security()

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """A redirect to HTTPS where ``SECURE_SSL_REDIRECT`` asks for one."""
        if not self.redirects or request.is_secure():
            return None
        path = request.path.lstrip("/")
        if any(pattern.search(path) for pattern in self.redirect_exempt):
            return None
        host = self.redirect_host or request.get_host()
        return HttpResponsePermanentRedirect(f"https://{host}{request.get_full_path()}")

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the header fields that the view has not set itself."""
        headers = response.headers
        if self.strict_transport_security and request.is_secure():
            headers.setdefault("Strict-Transport-Security", self.strict_transport_security)
        headers.setdefaults(self.headers)
        return response


def _strict_transport_security() -> str:
    if not settings.SECURE_HSTS_SECONDS:
        return ""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        parts.append("includeSubDomains")
    if settings.SECURE_HSTS_PRELOAD:
        parts.append("preload")
    return "; ".join(parts)


def _constant_headers() -> ResponseHeaders:
    headers = ResponseHeaders()
    if settings.SECURE_CONTENT_TYPE_NOSNIFF:
        headers["X-Content-Type-Options"] = "nosniff"
    if policy := settings.SECURE_REFERRER_POLICY:
        values = policy.split(",") if isinstance(policy, str) else policy
        headers["Referrer-Policy"] = ",".join(value.strip() for value in values)
    if opener := settings.SECURE_CROSS_ORIGIN_OPENER_POLICY:
        headers["Cross-Origin-Opener-Policy"] = opener
    return headers
