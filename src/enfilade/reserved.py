"""What the server keeps for itself in development: the paths of the profiler's pages.

A browser is told of a request's page, and the framework's own pages link to it, by the address
that the server leaves in ``environ`` or ``scope``; so neither half has to know the other.
"""

RESERVED = "/-/enfilade/"
"""How the paths begin that ``enfilade dev`` answers itself; no site gets requests for them."""

PROFILE = "enfilade.profile"
"""Where ``environ`` and ``scope`` have the path of the page that shows their request."""


RELATION = "https://enfilade.example/docs/profiler"
"""What the profiler's page is to an answer. The registered "profile" means something else
(RFC 6906), so this is a relation of our own (RFC 8288, 2.1.2)."""


def is_reserved(path: str) -> bool:
    """Whether *path* is one of them; the first may be without its last slash."""
    return path.startswith(RESERVED) or path == RESERVED[:-1]


def page_of(span: str) -> str:
    """The path of the page about the request whose trace has this ``span``.

    >>> page_of("00f067aa0ba902b7")
    '/-/enfilade/requests/00f067aa0ba902b7'
    """
    return f"{RESERVED}requests/{span}"


def link_to(page: str) -> tuple[str, str]:
    """The field of an answer that leads to its *page*."""
    return "Link", f'<{page}>; rel="{RELATION}"'
