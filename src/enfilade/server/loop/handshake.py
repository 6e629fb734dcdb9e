"""TLS before HTTP: the handshake, in the loop and by its deadline; then a connection as others."""

import logging
import socket
import ssl
from typing import cast

from enfilade.server.loop.connection import Connection
from enfilade.server.loop.preamble import Preamble
from enfilade.server.loop.reactor import READ
from enfilade.server.loop.reception import Peer, State
from enfilade.server.loop.secured import Secured
from enfilade.server.loop.service import Service
from enfilade.server.tls.client_certificate import tls_variables
from enfilade.types import Environ

logger = logging.getLogger("enfilade.server")

HANDSHAKE_RECORD = 0x16
"""The type of a client's first record (RFC 8446, 5.1)."""

PLAIN = "this port speaks TLS: its addresses begin with https://"


class Handshake(Preamble):
    """Shakes hands by *context*; *base* is the environ template of the listener."""

    __slots__ = ("_base", "_begun", "_done", "_secured")

    def __init__(
        self,
        service: Service,
        context: ssl.SSLContext,
        base: Environ,
        sock: socket.socket,
        peer: Peer,
    ) -> None:
        super().__init__(service, sock, peer)
        self._base = base
        self._begun = self._done = False
        self._secured = Secured(sock, context)
        self.outgoing.sends_files = False

    def on_data(self, data: bytes) -> None:
        if not self._begun and data[0] != HANDSHAKE_RECORD:
            self._answer_plainly(data)
            return
        self._begun = True
        try:
            self._done, reply = self._secured.shake_hands(data)
        except (ssl.SSLError, ValueError) as error:  # the latter from a server name of no name
            self.say(self._secured.alert())
            self.refuse(f"its TLS handshake has failed: {error}")
            return
        if reply:
            self.say(reply)
        self.on_sent()

    def on_sent(self) -> None:
        """Go in when both sides have said everything."""
        if self.outgoing.lost:
            self.close()
        elif self._done and not self.outgoing.pending:
            self.leave()
            variables = tls_variables(self._secured.connection, _asks(self._secured))
            base = {**self._base, **variables}
            SecureConnection(self.service, self._secured, self.peer, base).receive()

    def _answer_plainly(self, data: bytes) -> None:
        """Whoever speaks HTTP to a port for TLS can be told so; anything else is garbage."""
        if not data[:1].isalpha():
            self.refuse("it does not begin with a TLS handshake")
            return
        self.leave()
        Connection(self.service, self.sock, self.peer, self._base).refuse(400, PLAIN)


def _asks(secured: Secured) -> bool:
    return secured.connection.context.verify_mode != ssl.CERT_NONE


class SecureConnection(Connection):
    """A connection under TLS, which is a *transport* that has shaken hands."""

    __slots__ = ()

    def __init__(self, service: Service, transport: Secured, peer: Peer, base: Environ) -> None:
        super().__init__(service, transport, peer, base)
        self.outgoing.sends_files = False

    def receive(self) -> None:
        """Take what is here: the first request may have come with the end of the handshake."""
        self._receive()

    def reset_at_close(self) -> None:
        self._transport.be_silent()  # or the client would take the answer for whole
        super().reset_at_close()

    @property
    def _transport(self) -> Secured:
        return cast(Secured, self._socket)

    def _receive(self) -> None:
        super()._receive()
        # The end of TLS is no event of the socket, if it came in one piece with data.
        if self._transport.ended and not self.ended and self.state is not State.CLOSED:
            self.ended = True
            self.listen(stop=READ)
            self.on_end()
