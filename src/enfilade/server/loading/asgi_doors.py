"""The doors that asyncio can open, and those that it cannot."""

import ssl
from collections.abc import Sequence
from socket import socket

from enfilade.exceptions import DeveloperError
from enfilade.server.listener import Listener
from enfilade.server.options import Options


class UnsupportedDoorError(DeveloperError):
    """Something is asked for that only WSGI applications can have."""


def read_context(sockets: Sequence[socket], options: Options) -> ssl.SSLContext | None:
    """What TLS is spoken with at all of *sockets*, if it is.

    Raises :exc:`UnsupportedDoorError` for what asyncio cannot do.
    """
    listeners = [each for each in sockets if isinstance(each, Listener)]
    if options.proxy_protocol or any(each.protocol == "uwsgi" for each in listeners):
        raise UnsupportedDoorError(
            "ASGI applications are served over asyncio, where neither the PROXY protocol nor uwsgi"
            " is spoken.",
            hint="Have the proxy speak HTTP and send X-Forwarded-For.",
        )
    contexts = {each.certificates.context for each in listeners if each.certificates}
    if contexts and not all(each.certificates for each in listeners):
        raise UnsupportedDoorError(
            "ASGI applications are served with TLS at all addresses or none.",
            hint="Run the server twice, once for each kind of address.",
        )
    return contexts.pop() if contexts else None
