"""Lets scripts of other origins read answers: the CORS protocol of the Fetch standard.

A browser keeps a script from what another origin answers, unless the answer allows it ("CORS
check", https://fetch.spec.whatwg.org/#cors-check). Before a request that a form could not have
made it asks first, with ``OPTIONS`` ("CORS-preflight fetch",
https://fetch.spec.whatwg.org/#cors-preflight-fetch). Both are answered here
(https://fetch.spec.whatwg.org/#http-cors-protocol); no request is refused but that question,
because the browser, not the server, is what guards the visitor. The settings are read when the
chain is built.
"""

import re
from typing import Any

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest, HttpResponse, ResponseHeaders
from enfilade.http.caching import patch_vary_headers
from enfilade.http.origins import TrustedOrigins
from enfilade.http.response_base import HttpResponseBase
from enfilade.middleware.cors_policy import CrossOriginPolicy, is_origin
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin

__all__ = ["CorsMiddleware", "CrossOriginPolicy"]

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
REFUSAL = "Scripts of this origin may not use this site.\n"


class CorsMiddleware(MiddlewareMixin):
    """Answers preflight requests, and says of other answers who may read them.

    *policy* is that of the ``CORS_*`` settings by default. An ``Access-Control-Allow-Origin``
    that the view has set stays.
    """

    blocking = False

    def __init__(self, get_response: GetResponse, policy: CrossOriginPolicy | None = None) -> None:
        super().__init__(get_response)
        self.urls = None if policy else _pattern_of_paths()
        self.policy = policy = policy or CrossOriginPolicy.from_settings()
        self.origins = TrustedOrigins(policy.allowed_origins)
        self.patterns = [_compiled(regex) for regex in policy.allowed_origin_regexes]
        self.answer_headers = _answer_headers(policy)
        self.preflight_headers = _preflight_headers(policy)

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """The answer to a preflight request, which no view sees."""
        if request.method != "OPTIONS" or not self._is_concerned(request):
            return None
        meta = request.META
        if "HTTP_ORIGIN" not in meta or "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in meta:
            return None
        return self._answer_preflight(request, meta["HTTP_ORIGIN"])

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Say who may read the answer; and that it depends on who asks, even where nobody did:
        a cache would give it to the next one."""
        if self._is_concerned(request) and ALLOW_ORIGIN not in response.headers:
            self._mark(request, response)
        return response

    def allows(self, origin: str) -> bool:
        """Whether scripts of *origin* may read answers."""
        if self.policy.allow_all_origins or origin in self.origins.exact:
            return True
        if not is_origin(origin):
            return False
        matches = any(pattern.fullmatch(origin) for pattern in self.patterns)
        return matches or self.origins.cover_origin(origin)

    def _is_concerned(self, request: HttpRequest) -> bool:
        return self.urls is None or self.urls.match(request.path_info) is not None

    def _answer_preflight(self, request: HttpRequest, origin: str) -> HttpResponseBase:
        if not self.allows(origin):
            refusal = HttpResponse(REFUSAL, status=403, content_type="text/plain; charset=utf-8")
            return self.process_response(request, refusal)
        response = HttpResponse(status=204)
        del response.headers["Content-Type"]
        response.headers.setdefaults(self.preflight_headers)
        # Private Network Access (https://wicg.github.io/private-network-access/#headers).
        wanted = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK")
        if wanted == "true" and self.policy.allow_private_network:
            response.headers["Access-Control-Allow-Private-Network"] = "true"
        return self.process_response(request, response)

    def _mark(self, request: HttpRequest, response: HttpResponseBase) -> None:
        headers = response.headers
        if self.policy.allow_all_origins:
            headers.setdefaults(self.answer_headers)  # for all the same
            return
        if "Vary" in headers:
            patch_vary_headers(response, ("Origin",))
        else:
            headers["Vary"] = "Origin"
        origin = request.META.get("HTTP_ORIGIN")
        if origin is not None and self.allows(origin):
            headers[ALLOW_ORIGIN] = origin
            headers.setdefaults(self.answer_headers)


def _pattern_of_paths() -> re.Pattern[str] | None:
    """That of ``CORS_URLS_REGEX``; ``None`` for all paths."""
    regex: Any = settings.CORS_URLS_REGEX
    return None if regex == r"^.*$" else _compiled(regex)


def _compiled(regex: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except re.error as error:
        raise ImproperlyConfigured(
            f"{regex!r} in the CORS settings is no regular expression: {error}.",
            hint=r"It has to match the whole origin: r'https://app[0-9]+\.example\.org'",
        ) from error


def _answer_headers(policy: CrossOriginPolicy) -> ResponseHeaders:
    headers = ResponseHeaders()
    if policy.allow_all_origins:
        headers[ALLOW_ORIGIN] = "*"
    if policy.allow_credentials:
        headers["Access-Control-Allow-Credentials"] = "true"
    if policy.expose_headers:
        headers["Access-Control-Expose-Headers"] = ", ".join(policy.expose_headers)
    return headers


def _preflight_headers(policy: CrossOriginPolicy) -> ResponseHeaders:
    headers = ResponseHeaders()
    if policy.allow_methods:
        headers["Access-Control-Allow-Methods"] = ", ".join(policy.allow_methods)
    if policy.allow_headers:
        headers["Access-Control-Allow-Headers"] = ", ".join(policy.allow_headers)
    if policy.preflight_max_age is not None:
        headers["Access-Control-Max-Age"] = str(policy.preflight_max_age)
    return headers
