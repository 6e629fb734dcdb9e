"""Is an address that a client named a place to redirect to?

A ``next=`` parameter must not send people to another host. Browsers read more as an address of
another host than RFC 3986 does, so whatever one of them might take for one is refused.
"""

import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

__all__ = ["url_has_allowed_host_and_scheme"]

LONGEST = 2048
"""Characters of an address from outside; splitting a longer one may take long."""

_DROPPED = dict.fromkeys(map(ord, "\t\n\r"))
"""What browsers leave out wherever it stands, before they read an address (WHATWG URL, 4.4)."""


def url_has_allowed_host_and_scheme(
    url: str | None, allowed_hosts: str | Collection[str] | None, require_https: bool = False
) -> bool:
    """Whether *url* stays on this site or leads to one of *allowed_hosts* (with their ports), by
    HTTP or HTTPS, with *require_https* by HTTPS only.

    An empty address is no place. What is true here may still have to be quoted: see
    :func:`~enfilade.http.iri.iri_to_uri`.
    """
    url = url.strip().translate(_DROPPED) if url else ""
    if not url:
        return False
    hosts = {allowed_hosts} if isinstance(allowed_hosts, str) else allowed_hosts or ()
    schemes = ("https",) if require_https else ("http", "https")
    # Browsers take a backslash for a slash, but in a user name it is none.
    return all(_is_allowed(each, hosts, schemes) for each in (url, url.replace("\\", "/")))


def _is_allowed(url: str, hosts: Collection[str], schemes: Collection[str]) -> bool:
    if len(url) > LONGEST or url.startswith("///"):
        return False  # browsers skip the slashes and find a host after them
    if unicodedata.category(url[0]).startswith("C"):
        return False  # browsers skip control characters at the beginning
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.netloc:
        # http:///host is a path to RFC 3986 and a host to browsers, and a blank behind // would be
        # one when it has been quoted.
        return not parts.scheme and not url.startswith("//")
    return parts.netloc in hosts and (parts.scheme or "http") in schemes
