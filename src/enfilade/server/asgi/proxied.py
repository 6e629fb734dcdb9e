"""What proxies say of an ASGI request, by the same rules as in ``environ``
(:mod:`enfilade.gateway.forwarded`)."""

from typing import Any

from enfilade.gateway.forwarded import WITHHELD, Proxies
from enfilade.gateway.hops import Origin
from enfilade.types import ASGIApplication, Receive, Scope, Send

Header = tuple[bytes, bytes]

_WITHHELD = frozenset(name.encode() for name in WITHHELD)
_WEBSOCKET = {"http": "ws", "https": "wss"}


def proxied(proxies: Proxies, application: ASGIApplication) -> ASGIApplication:
    """*application*, whose scopes tell where a request comes from on the word of trusted
    *proxies*, and nothing that a stranger says of it; for WebSockets, whose scopes uvicorn makes.
    """

    async def introduced(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and _speaks_of_others(scope):
            scope = introduce(scope, proxies)
        await application(scope, receive, send)

    return introduced


def _speaks_of_others(scope: Scope) -> bool:
    return any(name in _WITHHELD for name, _ in scope["headers"])


def introduce(scope: Scope, proxies: Proxies) -> Scope:
    """*scope* as :func:`proxied` gives it to the application."""
    headers: list[Header] = list(scope["headers"])
    address, port = scope.get("client") or ("", 0)
    if not proxies.trusts(address):
        return {**scope, "headers": [pair for pair in headers if pair[0] not in _WITHHELD]}
    origin = proxies.resolve(address, port, _combined(headers))
    changed: dict[str, Any] = {**scope, **_changes(scope, origin)}
    if origin.host:
        host = (b"host", origin.host.encode("latin-1"))
        changed["headers"] = [host, *(pair for pair in headers if pair[0] != b"host")]
    return changed


def _combined(headers: list[Header]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for raw, value in headers:
        if raw in _WITHHELD:
            name, text = raw.decode("latin-1"), value.decode("latin-1")
            fields[name] = f"{fields[name]},{text}" if name in fields else text
    return fields


def _changes(scope: Scope, origin: Origin) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if origin.address:
        changes["client"] = (origin.address, origin.port)
    if origin.scheme:
        is_websocket = scope["type"] == "websocket"
        changes["scheme"] = _WEBSOCKET[origin.scheme] if is_websocket else origin.scheme
    if origin.server_port and scope.get("server"):
        changes["server"] = (scope["server"][0], origin.server_port)
    return changes
