"""Connections of a proxy that speaks the uwsgi protocol: one request each."""

import logging
from typing import BinaryIO, cast

from enfilade.gateway.uwsgi import build_uwsgi_environ
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response import ResponseWriter
from enfilade.protocol.uwsgi import UwsgiHead, UwsgiReceiver, UwsgiResponseWriter
from enfilade.server.loop.connection import Connection
from enfilade.trace import Trace
from enfilade.types import Environ

logger = logging.getLogger("enfilade.server")


class UwsgiConnection(Connection):
    """A connection whose request is a packet of variables."""

    __slots__ = ()

    receiver = UwsgiReceiver

    def build_environ(
        self, head: RequestHead, body: BinaryIO, trace: Trace | None = None
    ) -> Environ:
        environ = build_uwsgi_environ(self.base, cast(UwsgiHead, head), body, trace)
        self.service.proxies.apply(environ, head.fields)
        return environ

    def client_of(self, head: RequestHead) -> str:
        return cast(UwsgiHead, head).variables.get("REMOTE_ADDR", "")

    def open_writer(self, head: RequestHead) -> ResponseWriter:
        return UwsgiResponseWriter(head, date=self.service.date, keep_alive_allowed=False)

    def refuse(self, status: int, reason: str) -> None:
        """Answer, if there is a request to be answered; from a broken packet nobody would
        understand it."""
        if self._intake.head is not None:
            super().refuse(status, reason)
            return
        logger.warning("a uwsgi connection is closed: %s", reason)
        self.close()
