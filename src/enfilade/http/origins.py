"""Where a request says that it comes from: ``Origin``, else ``Referer``, held against the site
itself and the origins that it trusts.

An origin is scheme, host and port (RFC 6454, 4). A trusted one may have ``*`` for its
subdomains: ``https://*.example.org``. Reasons and rules: Django 5.2's
``django.middleware.csrf``.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from enfilade.conf import settings
from enfilade.exceptions import DisallowedHost
from enfilade.http.address import is_same_domain
from enfilade.http.request import HttpRequest

__all__ = ["TrustedOrigins", "distrust"]

REASON_BAD_ORIGIN = "Origin checking failed - %s does not match any trusted origins."
REASON_NO_REFERER = "Referer checking failed - no Referer."
REASON_MALFORMED_REFERER = "Referer checking failed - Referer is malformed."
REASON_INSECURE_REFERER = "Referer checking failed - Referer is insecure while host is secure."
REASON_BAD_REFERER = "Referer checking failed - %s does not match any trusted origins."


class TrustedOrigins:
    """The origins of ``CSRF_TRUSTED_ORIGINS``, taken apart once."""

    def __init__(self, origins: Iterable[str]) -> None:
        self.origins = tuple(origins)
        parts = [(origin, urlsplit(origin)) for origin in self.origins]
        self.hosts = [split.netloc.lstrip("*") for _, split in parts]
        self.exact = {origin for origin in self.origins if "*" not in origin}
        self.subdomains: dict[str, list[str]] = {}
        for origin, split in parts:
            if "*" in origin:
                self.subdomains.setdefault(split.scheme, []).append(split.netloc.lstrip("*"))

    def cover_origin(self, origin: str) -> bool:
        """Whether an ``Origin`` is one of them, scheme and all; ``null`` never is."""
        if origin in self.exact:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        hosts = self.subdomains.get(parts.scheme, ())
        return any(is_same_domain(parts.netloc, host) for host in hosts)

    def cover_host(self, host: str) -> bool:
        """Whether the host of a ``Referer`` is one of theirs, whatever their schemes."""
        return any(is_same_domain(host, trusted) for trusted in self.hosts)


def distrust(request: HttpRequest, trusted: TrustedOrigins) -> str | None:
    """Why *request* does not come from the site or from who is *trusted*; ``None`` if it does.

    Without ``Origin`` and HTTPS there is nothing to go by. With HTTPS somebody on the wire may
    have set a cookie from ``http://``, so a token alone is no proof: there has to be a
    ``Referer``.
    """
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None:
        known = _is_own_origin(request, origin) or trusted.cover_origin(origin)
        return None if known else REASON_BAD_ORIGIN % origin
    return _distrust_referer(request, trusted) if request.is_secure() else None


def _is_own_origin(request: HttpRequest, origin: str) -> bool:
    try:
        return origin == f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False


def _distrust_referer(request: HttpRequest, trusted: TrustedOrigins) -> str | None:
    said: str | None = request.META.get("HTTP_REFERER")
    if said is None:
        return REASON_NO_REFERER
    try:
        referer = urlsplit(said)
    except ValueError:
        return REASON_MALFORMED_REFERER
    if not (referer.scheme and referer.netloc):
        return REASON_MALFORMED_REFERER
    if referer.scheme != "https":
        return REASON_INSECURE_REFERER
    if trusted.cover_host(referer.netloc):
        return None
    own = _own_domain(request)
    if own is not None and is_same_domain(referer.netloc, own):
        return None
    return REASON_BAD_REFERER % referer.geturl()


def _own_domain(request: HttpRequest) -> str | None:
    """What a ``Referer`` must be from: the domain that the cookie is for, else the host."""
    in_session = settings.CSRF_USE_SESSIONS
    name = "SESSION_COOKIE_DOMAIN" if in_session else "CSRF_COOKIE_DOMAIN"
    domain: str | None = getattr(settings, name)
    if domain is None:
        try:
            return request.get_host()
        except DisallowedHost:
            return None
    port = request.get_port()
    return domain if port in ("443", "80") else f"{domain}:{port}"
