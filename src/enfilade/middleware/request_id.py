"""A name for each request, so that what is told of it in different places can be put together.

``request.id`` is in the log (``request_id`` in :mod:`enfilade.logs`), in the response, and as
``{{ request.id }}`` in templates.
"""

from ipaddress import ip_address, ip_network
from os import urandom
from typing import Any

from enfilade.conf import settings
from enfilade.exceptions import ImproperlyConfigured
from enfilade.http import HttpRequest
from enfilade.http.headers import HttpHeaders
from enfilade.http.response_base import HttpResponseBase
from enfilade.logs.context import is_plain_id
from enfilade.middleware.mixin import GetResponse, MiddlewareMixin

__all__ = ["RequestIDMiddleware"]

BYTES = 16
"""Random ones of an id: 32 digits, never the same twice."""


class RequestIDMiddleware(MiddlewareMixin):
    """Gives requests an id: that of a trusted proxy, or a new one.

    Who sends one without being trusted could make two visitors' requests look like one.
    """

    blocking = False
    answers = False

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.header: str = settings.REQUEST_ID_HEADER
        self.key = HttpHeaders.to_wsgi_name(self.header)
        self.proxies = _Proxies(settings.REQUEST_ID_TRUSTED_PROXIES)

    def process_request(self, request: Any) -> None:
        """Name the request."""
        request.id = (self.proxies and self._given(request)) or urandom(BYTES).hex()

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """Tell the client."""
        response.headers[self.header] = request.id
        return response

    def _given(self, request: HttpRequest) -> str:
        """What a trusted proxy calls it, "" without that or if it should not stand in a log."""
        given: str = request.META.get(self.key, "")
        if given and is_plain_id(given) and request.META.get("REMOTE_ADDR", "") in self.proxies:
            return given
        return ""


class _Proxies:
    """The addresses of ``REQUEST_ID_TRUSTED_PROXIES``."""

    def __init__(self, entries: list[str]) -> None:
        self.anybody = "*" in entries
        try:
            self.networks = [ip_network(entry) for entry in entries if entry != "*"]
        except ValueError as error:
            raise ImproperlyConfigured(
                f"REQUEST_ID_TRUSTED_PROXIES: {error}.",
                hint="An entry is an address (10.0.0.1), a network (10.0.0.0/8), or '*'.",
            ) from error

    def __bool__(self) -> bool:
        return self.anybody or bool(self.networks)

    def __contains__(self, address: str) -> bool:
        if self.anybody:
            return True
        try:
            peer = ip_address(address)
        except ValueError:
            return False  # a Unix socket has none
        # A socket for IPv6 and IPv4 alike tells the latter as ::ffff:10.0.0.1.
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self.networks)
