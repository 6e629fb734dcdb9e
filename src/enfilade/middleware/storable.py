"""Which pages may be kept for others, and what they depend on (RFC 9111, 3 and 3.5)."""

from enfilade.http import HttpRequest
from enfilade.http.caching import cache_directives, has_vary_header, patch_vary_headers
from enfilade.http.response import HttpResponseBase

_FORBIDDING = ("private", "no-cache", "no-store")
_PERSONAL = (HttpRequest.session, HttpRequest.user, HttpRequest.auser, HttpRequest._messages)


def is_storable(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether *response* may be kept and given to others who ask for the same."""
    if response.streaming or response.status_code not in (200, 304):
        return False
    # Anywhere in the text: where it is malformed, to keep nothing is the safe reading.
    control = (response.headers.get("Cache-Control") or "").lower()
    if any(directive in control for directive in _FORBIDDING) or has_vary_header(response, "*"):
        return False
    if request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return False  # there is a token in it
    if _is_made_of_a_body(request):
        return False
    return not _sets_a_cookie(response) or (
        _is_public(response) and not has_vary_header(response, "Cookie")
    )


def declare_dependence(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add to ``Vary`` what the page depends on without saying so: who asked for it."""
    if request.META.get("HTTP_AUTHORIZATION") and not _is_public(response):
        patch_vary_headers(response, ("Authorization",))
    if any(attribute.touched(request) for attribute in _PERSONAL):
        patch_vary_headers(response, ("Cookie",))


def _is_made_of_a_body(request: HttpRequest) -> bool:
    """Who sends content with a GET (RFC 9110, 9.3.1) must not choose what others see at its
    address, which is all that they ask for."""
    return request._read_started and request.__dict__.get("_body") != b""


def _sets_a_cookie(response: HttpResponseBase) -> bool:
    return bool(response.cookies) or "Set-Cookie" in response.headers


def _is_public(response: HttpResponseBase) -> bool:
    return "public" in cache_directives(response)
