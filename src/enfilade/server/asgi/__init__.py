"""HTTP/1.1 for ASGI applications, on the event loop: the same heads, policy and framing as
everywhere else in the house, in the shape of an :class:`asyncio.Protocol`."""

from enfilade.server.asgi.connection import Connection
from enfilade.server.asgi.proxied import proxied
from enfilade.server.asgi.service import ASGIService

__all__ = ["ASGIService", "Connection", "proxied"]
