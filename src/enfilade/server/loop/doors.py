"""Which way leads from a listener to its connections: made once for each listener.

accept ──▶ trusted? ──▶ PROXY header ──▶ TLS handshake ──▶ Connection     HTTP, HTTPS
   └─────▶ trusted? ────────────────────────────────────▶ UwsgiConnection
"""

import logging
import socket
import ssl
import sys
from functools import partial

from enfilade.gateway.wsgi import base_environ
from enfilade.server.addresses import bracketed
from enfilade.server.listener import Listener
from enfilade.server.loop.connection import Connection
from enfilade.server.loop.handshake import Handshake
from enfilade.server.loop.preamble import Enter, Introduction
from enfilade.server.loop.reception import Peer
from enfilade.server.loop.service import Service
from enfilade.server.loop.uwsgi import UwsgiConnection
from enfilade.server.options import Options
from enfilade.types import Environ

logger = logging.getLogger("enfilade.server")

SILENCE = 10.0
"""Seconds between two lines about strangers at the same door, who could fill a disk otherwise."""


def open_door(listener: socket.socket, service: Service) -> Enter:
    """What takes each socket that *listener* has accepted, in the loop's thread."""
    base = environ_of(listener, service.options)
    if isinstance(listener, Listener) and listener.protocol == "uwsgi":
        return Doorkeeper(service, partial(_speak_uwsgi, service, base))
    enter: Enter = partial(_speak_http, service, base)
    if isinstance(listener, Listener) and listener.certificates is not None:
        enter = partial(_shake_hands, service, listener.certificates.context, base)
    if service.options.proxy_protocol:
        enter = Doorkeeper(service, partial(_be_introduced, service, enter))
    return enter


def is_simple(listener: socket.socket, service: Service) -> bool:
    """Whether HTTP is spoken at *listener* at once, without TLS or an introduction."""
    is_http = not isinstance(listener, Listener) or (
        listener.protocol != "uwsgi" and listener.certificates is None
    )
    return is_http and not service.options.proxy_protocol


def environ_of(listener: socket.socket, options: Options) -> Environ:
    """The environ template for the requests that come in at *listener*."""
    unix = listener.family == socket.AF_UNIX
    secure = isinstance(listener, Listener) and listener.certificates is not None
    name, port = ("localhost", 443 if secure else 80) if unix else listener.getsockname()[:2]
    return base_environ(
        server_name=bracketed(name),  # RFC 3875, 4.1.14
        server_port=port,
        url_scheme="https" if secure else "http",
        multithread=options.threads > 1,
        multiprocess=options.workers > 1,
        errors=sys.stderr,
    )


# The steps ---------------------------------------------------------------------------------


class Doorkeeper:
    """Lets nobody in who may not speak for others, and tells the log so now and then."""

    def __init__(self, service: Service, enter: Enter) -> None:
        self._service = service
        self._enter = enter
        self._silent_until = 0.0

    def __call__(self, sock: socket.socket, peer: Peer, data: bytes = b"") -> None:
        address = peer[0] if peer else ""
        if self._service.proxies.trusts(address):
            self._enter(sock, peer, data)
            return
        sock.close()
        now = self._service.reactor.now
        if now >= self._silent_until:
            self._silent_until = now + SILENCE
            logger.warning(
                "a connection from %s is closed: it is none of --trusted-proxies",
                address or "a Unix socket",
            )


def _be_introduced(
    service: Service, enter: Enter, sock: socket.socket, peer: Peer, data: bytes
) -> None:
    _begin(Introduction(service, enter, sock, peer), data)


def _shake_hands(
    service: Service,
    context: ssl.SSLContext,
    base: Environ,
    sock: socket.socket,
    peer: Peer,
    data: bytes = b"",
) -> None:
    _begin(Handshake(service, context, base, sock, peer), data)


def _speak_http(
    service: Service, base: Environ, sock: socket.socket, peer: Peer, data: bytes = b""
) -> None:
    _begin(Connection(service, sock, peer, base), data)


def _speak_uwsgi(
    service: Service, base: Environ, sock: socket.socket, peer: Peer, data: bytes
) -> None:
    _begin(UwsgiConnection(service, sock, peer, base), data)


def _begin(channel: Introduction | Handshake | Connection, data: bytes) -> None:
    """Give *channel* what was received before it was there."""
    if data:
        channel.on_data(data)
