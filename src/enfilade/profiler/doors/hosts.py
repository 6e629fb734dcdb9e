"""By which names the profiler may be reached.

A page of any site can have its own name lead to a loopback address, and then read what is served
there as its own origin (DNS rebinding). It cannot do so with an address, nor with ``localhost``.
"""

from collections.abc import Container
from ipaddress import ip_address


def is_known(host: str, given: Container[str] | None = ()) -> bool:
    """Whether *host*, the Host field of a request, is an address, ``localhost`` or one below it,
    or among the names that were *given* for it, which are in lower case; ``None`` is all names.

    >>> is_known("127.0.0.1:9465"), is_known("[::1]"), is_known("evil.example:9465")
    (True, True, False)
    """
    if given is None:
        return True
    name = _name(host)
    return name == "localhost" or name.endswith(".localhost") or name in given or _is_address(name)


def _name(host: str) -> str:
    """*host* without its port and the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
