"""Where a request is addressed: host, port, scheme, path and absolute URI.

The host a client sends is not to be believed: :meth:`RequestAddress.get_host` gives it only
when ``ALLOWED_HOSTS`` names it. What a proxy adds counts only where a setting says so.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from enfilade.conf import settings
from enfilade.exceptions import DisallowedHost, ImproperlyConfigured
from enfilade.http.iri import escape_uri_path, iri_to_uri
from enfilade.http.lazy import lazy

__all__ = ["RequestAddress", "is_same_domain", "split_domain_port", "validate_host"]

# uri-host of RFC 9110, 7.2, lower-case: a name or IPv4 address, or an IPv6 address; a port.
_HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::([0-9]+))?")

# What a site in development answers to without ALLOWED_HOSTS.
_LOCAL_HOSTS = (".localhost", "127.0.0.1", "[::1]")


def split_domain_port(host: str) -> tuple[str, str]:
    """``("example.org", "8000")`` of ``"Example.org.:8000"``; ``("", "")`` if malformed."""
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return "", ""
    return found[1].removesuffix("."), found[2] or ""


def is_same_domain(host: str, pattern: str) -> bool:
    """Whether lower-case *host* is *pattern*, or below it where that begins with a dot."""
    pattern = pattern.lower()
    if pattern[:1] == ".":
        return host.endswith(pattern) or host == pattern[1:]
    return bool(pattern) and host == pattern


def validate_host(host: str, allowed_hosts: Iterable[str]) -> bool:
    """Whether one of *allowed_hosts* (``"*"`` is any) covers lower-case *host*."""
    return any(pattern == "*" or is_same_domain(host, pattern) for pattern in allowed_hosts)


class RequestAddress:
    """The part of a request that knows its address."""

    META: dict[str, Any]
    path: str
    path_info: str

    def _get_raw_host(self) -> str:
        """The host as the client (or a trusted proxy) sent it, unchecked."""
        meta = self.META
        if settings.USE_X_FORWARDED_HOST and "HTTP_X_FORWARDED_HOST" in meta:
            forwarded: str = meta["HTTP_X_FORWARDED_HOST"]
            return forwarded
        host: str | None = meta.get("HTTP_HOST")
        if host is not None:
            return host
        # PEP 3333, "URL Reconstruction".
        name: str = meta["SERVER_NAME"]
        port = self.get_port()
        return name if port == ("443" if self.is_secure() else "80") else f"{name}:{port}"

    def get_host(self) -> str:
        """Host and port, if ``ALLOWED_HOSTS`` allows the host.

        Raises :exc:`~enfilade.exceptions.DisallowedHost` otherwise.
        """
        host = self._get_raw_host()
        allowed = settings.ALLOWED_HOSTS
        if host in allowed and host[:1].isalnum():
            return host  # named to the letter: neither a pattern nor malformed
        domain, _ = split_domain_port(host)
        if not allowed and settings.DEBUG:
            allowed = _LOCAL_HOSTS
        if domain and validate_host(domain, allowed):
            return host
        if domain:
            advice = f"You may need to add {domain!r} to ALLOWED_HOSTS."
        else:
            advice = "The domain name provided is not valid according to RFC 1034/1035."
        raise DisallowedHost(f"Invalid HTTP_HOST header: {host!r}. {advice}")

    def get_port(self) -> str:
        """The port the client asked for, as text."""
        if settings.USE_X_FORWARDED_PORT and "HTTP_X_FORWARDED_PORT" in self.META:
            return str(self.META["HTTP_X_FORWARDED_PORT"])
        return str(self.META["SERVER_PORT"])

    def _get_scheme(self) -> str:
        """The scheme of the connection itself."""
        return "http"

    @property
    def scheme(self) -> str:
        """ "http" or "https", on the word of ``SECURE_PROXY_SSL_HEADER`` where that is set."""
        trusted = settings.SECURE_PROXY_SSL_HEADER
        if trusted:
            try:
                name, secure_value = trusted
            except ValueError:
                raise ImproperlyConfigured(
                    "The SECURE_PROXY_SSL_HEADER setting must be a tuple containing two values."
                ) from None
            said = self.META.get(name)
            if said is not None:
                return "https" if said.split(",", 1)[0].strip() == secure_value else "http"
        return self._get_scheme()

    def is_secure(self) -> bool:
        """Whether the client used HTTPS."""
        return self.scheme == "https"

    def get_full_path(self, force_append_slash: bool = False) -> str:
        """The path, encoded, with the query string."""
        return self._full_path(self.path, force_append_slash)

    def get_full_path_info(self, force_append_slash: bool = False) -> str:
        """The path below the mount point, encoded, with the query string."""
        return self._full_path(self.path_info, force_append_slash)

    def _full_path(self, path: str, force_append_slash: bool) -> str:
        slash = "/" if force_append_slash and not path.endswith("/") else ""
        query = self.META.get("QUERY_STRING", "")
        # Clients should have encoded the query string; not all do.
        return escape_uri_path(path) + slash + (f"?{iri_to_uri(query)}" if query else "")

    @lazy
    def _current_scheme_host(self) -> str:
        return f"{self.scheme}://{self.get_host()}"

    def build_absolute_uri(self, location: Any = None) -> str:
        """*location*, by default this request's path and query, as an absolute URI.

        A relative one is resolved against this request (RFC 3986, 5).
        """
        # The slashes keep a path that begins with two from being taken for a host.
        location = f"//{self.get_full_path()}" if location is None else str(location)
        parts = urlsplit(location)
        if not (parts.scheme and parts.netloc):
            plain = parts.path.startswith("/") and not (parts.scheme or parts.netloc)
            if plain and "/./" not in parts.path and "/../" not in parts.path:
                location = self._current_scheme_host + location.removeprefix("//")
            else:
                location = urljoin(self._current_scheme_host + self.path, location)
        return iri_to_uri(location)
