"""A real loop on a real socket, in a thread of the test, and a client that speaks bytes."""

from wire.client import Answer, Client
from wire.site import Site, serving

__all__ = ["Answer", "Client", "Site", "serving"]
