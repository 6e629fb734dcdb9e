"""Following redirects: what the next request is, and when to stop. No request is made here."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from enfilade.test.encoding import OCTETS

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEP_METHOD = frozenset({307, 308})
LONGEST_CHAIN = 20
"""As many as browsers follow."""


class RedirectCycleError(Exception):
    """The client was sent in a circle; ``last_response`` and ``redirect_chain`` tell how."""

    def __init__(self, message: str, last_response: Any) -> None:
        super().__init__(message)
        self.last_response = last_response
        self.redirect_chain = last_response.redirect_chain


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it was asked for; :class:`~enfilade.test.verbs.Verbs` tells the *options*."""

    method: str
    path: str
    data: Any = b""
    content_type: str = OCTETS
    options: Any = None


class Trail:
    """The redirects that a request has met, which its client follows until there is no other."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self._chain: list[tuple[str, int]] = []

    def after(self, response: Any) -> Sent | None:
        """The request to make next, if *response* redirects.

        It gets ``redirect_chain``, a list of ``(url, status)``, which grows with the trail.
        Raises :exc:`RedirectCycleError` for a circle, and after twenty redirects.
        """
        response.redirect_chain = chain = self._chain
        if chain and chain[-1] in chain[:-1]:
            raise RedirectCycleError("Redirect loop detected.", response)
        if len(chain) > LONGEST_CHAIN:
            raise RedirectCycleError("Too many redirects.", response)
        if response.status_code not in REDIRECTS:
            return None
        chain.append((response.url, response.status_code))
        self._sent = redirected(self._sent, response.url, response.status_code)
        return self._sent


def redirected(sent: Sent, url: str, status: int) -> Sent:
    """The request that a redirect to *url* asks for: a GET, but for 307 and 308 the same again
    (RFC 9110, section 15.4)."""
    target = urlsplit(url)
    options = {**sent.options, **host_options(target)}
    options.pop("query_params", None)
    options["QUERY_STRING"] = target.query
    path = urljoin(sent.path, target.path) if target.path or not target.netloc else "/"
    if status in KEEP_METHOD:
        return replace(sent, path=path, options=options)
    return Sent("GET", path, options=options)


def host_options(target: Any) -> dict[str, Any]:
    """What of a client's options a split address decides: scheme, host and port, if it has them."""
    options: dict[str, Any] = {}
    if target.scheme:
        options["secure"] = target.scheme == "https"
    if target.hostname:
        options["SERVER_NAME"] = options["HTTP_HOST"] = target.hostname
    if target.port:
        options["SERVER_PORT"] = str(target.port)
        options["HTTP_HOST"] = f"{target.hostname}:{target.port}"
    return options
