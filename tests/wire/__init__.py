"""A real loop on a real socket, in a thread of the test, and a client that speaks bytes."""

from wire.client import Answer, Client
from wire.site import Site, holdings, serving
from wire.storm import leave_nothing_behind

__all__ = ["Answer", "Client", "Site", "holdings", "leave_nothing_behind", "serving"]
