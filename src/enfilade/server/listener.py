"""A listening socket, and what is spoken on the connections that it takes."""

import socket

from enfilade.server.addresses import Protocol
from enfilade.server.tls.certificates import Certificates


class Listener(socket.socket):
    """``certificates`` are there if ``protocol`` is ``https``."""

    protocol: Protocol = "http"
    certificates: Certificates | None = None

    @property
    def is_tcp(self) -> bool:
        """Whether its clients have IP addresses."""
        return self.family != socket.AF_UNIX
