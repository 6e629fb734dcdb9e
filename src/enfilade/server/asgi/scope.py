"""The scope of a request (ASGI 3, "HTTP Connection Scope")."""

import asyncio
from typing import Any
from urllib.parse import unquote_to_bytes

from enfilade.gateway.forwarded import WITHHELD, Proxies
from enfilade.protocol.head import RequestHead
from enfilade.server.asgi.proxied import introduce
from enfilade.types import Scope

Address = tuple[str, int | None] | None


def build_scope(
    head: RequestHead, ends: dict[str, Any], state: dict[str, Any], proxies: Proxies
) -> Scope:
    """The scope of *head* on a connection with *ends*, which are those of :func:`ends_of`. Trusted
    *proxies* may tell where the request comes from, and nobody else."""
    path = head.path
    raw_path = path.encode("latin-1")
    if "%" in path or not path.isascii():
        path = unquote_to_bytes(raw_path).decode("utf-8", "replace")
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1" if head.version[1] else "1.0",
        "method": head.method,
        "path": path,
        "raw_path": raw_path,
        "query_string": head.query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in head.headers],
        "state": state.copy(),
        **ends,
    }
    return scope if WITHHELD.isdisjoint(head.fields) else introduce(scope, proxies)


def ends_of(transport: asyncio.BaseTransport) -> dict[str, Any]:
    """Scheme, server and client of a connection, which all its scopes have."""
    client, server = _address(transport, "peername"), _address(transport, "sockname")
    return {
        "scheme": "https" if transport.get_extra_info("sslcontext") else "http",
        "server": server,
        "client": client if client and client[1] is not None else None,
    }


def _address(transport: asyncio.BaseTransport, name: str) -> Address:
    """(host, port), or (path, None) of a Unix socket."""
    found = transport.get_extra_info(name)
    if isinstance(found, (tuple, list)):
        return str(found[0]), int(found[1])
    return (str(found), None) if found and isinstance(found, str) else None
