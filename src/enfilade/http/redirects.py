"""Redirects (RFC 9110, 15.4): somewhere else, for now or for good."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from enfilade.exceptions import DisallowedRedirect
from enfilade.http.iri import iri_to_uri
from enfilade.http.response import HttpResponse

__all__ = [
    "HttpResponsePermanentRedirect",
    "HttpResponseRedirect",
    "HttpResponseRedirectBase",
]

MAX_URL_REDIRECT_LENGTH = 16384


class HttpResponseRedirectBase(HttpResponse):
    """A response with ``Location``.

    *redirect_to* may be relative, an IRI, or lazy. With *preserve_request* the client repeats
    the request with its method and body. Raises
    :exc:`~enfilade.exceptions.DisallowedRedirect` for a scheme that is not in
    ``allowed_schemes`` and for an address that is over-long or malformed.
    """

    allowed_schemes: ClassVar[list[str]] = ["http", "https", "ftp"]
    status_code_preserve_request: ClassVar[int]

    def __init__(
        self, redirect_to: Any, preserve_request: bool = False, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers["Location"] = iri_to_uri(redirect_to)
        self._check(str(redirect_to))
        if preserve_request:
            self.status_code = self.status_code_preserve_request

    def _check(self, address: str) -> None:
        # Length first: splitting a very long address is itself expensive.
        if len(address) > MAX_URL_REDIRECT_LENGTH:
            raise DisallowedRedirect(
                f"Unsafe redirect exceeding {MAX_URL_REDIRECT_LENGTH} characters"
            )
        try:
            scheme = urlsplit(address).scheme
        except ValueError as error:
            raise DisallowedRedirect(f"Unsafe redirect to {address!r}: {error}") from error
        if scheme and scheme not in self.allowed_schemes:
            raise DisallowedRedirect(f"Unsafe redirect to URL with protocol '{scheme}'")

    @property
    def url(self) -> str:
        """Where to."""
        return self.headers["Location"]

    def __repr__(self) -> str:
        return f'<{type(self).__name__} {self._description}, url="{self.url}">'


class HttpResponseRedirect(HttpResponseRedirectBase):
    """302 Found; 307 with *preserve_request*."""

    status_code = 302
    status_code_preserve_request = 307


class HttpResponsePermanentRedirect(HttpResponseRedirectBase):
    """301 Moved Permanently; 308 with *preserve_request*."""

    status_code = 301
    status_code_preserve_request = 308
