"""Who a request comes from when a proxy has passed it on (RFC 7239, and the X-Forwarded fields
that it was made of).

Anybody can send these fields, so they count only where the connection is a trusted proxy's, and
of those only the ones that the operator says the proxy writes. The chain of hops is walked from
its end, which the nearest proxy has written: the first hop that is no trusted proxy is the
client, and what is before that is the client's own word. A hop that cannot be read ends the
walk, and the last one that could is taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from enfilade.gateway.hops import (
    SCHEMES,
    Origin,
    member_at,
    read_element,
    read_host,
    read_node,
    read_port,
    split_elements,
)
from enfilade.protocol.framing import list_members
from enfilade.protocol.memo import Memo
from enfilade.types import Environ

FIELDS = (
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
)
"""What can be believed of a trusted proxy."""

WITHHELD = frozenset((*FIELDS, "x-forwarded-by", "x-forwarded-server", "x-forwarded-ssl",
                      "x-forwarded-scheme", "x-forwarded-prefix", "x-real-ip"))  # fmt: skip
"""What nobody gets to see who might believe it, where a stranger has sent it."""

_KEYS = {name: "HTTP_" + name.upper().replace("-", "_") for name in WITHHELD}

LONGEST_CHAIN = 50
"""Hops that are looked at; a longer chain has a loop in it."""

Network = IPv4Network | IPv6Network


class Proxies:
    """The peers that are believed, and what they are believed.

    *trusted* has addresses, networks (``10.0.0.0/8``), ``unix`` for whoever comes in by a Unix
    socket, ``*`` for everybody, ``none`` for nobody. *believed* has names of :data:`FIELDS`.
    Raises :exc:`ValueError`.
    """

    def __init__(self, trusted: Iterable[str], believed: Iterable[str]) -> None:
        words = frozenset(word for text in trusted for word in _peers(text))
        self.everybody = "*" in words
        self._unix = "unix" in words or self.everybody
        self._networks = [parse_network(word) for word in sorted(words - _WORDS)]
        self._believed = frozenset(believed)
        check_believed(self._believed)
        self._known = Memo(self._is_in_networks, ())

    def trusts(self, address: str) -> bool:
        """Whether the peer at *address*, ``""`` on a Unix socket, is a trusted proxy."""
        return self._known[address]

    def apply(self, environ: Environ, fields: Mapping[str, str]) -> None:
        """Have *environ*, which names the peer, tell where a request with *fields* comes from;
        or have it not tell what a stranger has said of that."""
        if WITHHELD.isdisjoint(fields):
            return
        address = environ["REMOTE_ADDR"]
        if self.trusts(address):
            self._rewrite(environ, self.resolve(address, 0, fields))
        else:
            for name in WITHHELD & fields.keys():
                environ.pop(_KEYS[name], None)

    def origin(self, address: str, port: int, fields: Mapping[str, str]) -> Origin:
        """:meth:`resolve`, if the peer is trusted; else the peer himself."""
        if WITHHELD.isdisjoint(fields) or not self.trusts(address):
            return Origin(address, port)
        return self.resolve(address, port, fields)

    def resolve(self, address: str, port: int, fields: Mapping[str, str]) -> Origin:
        """Where a request with *fields* (lower-case names) comes from, that a trusted peer has
        brought."""
        peer = Origin(address, port)
        if "forwarded" in self._believed and "forwarded" in fields:
            return self._from_forwarded(peer, fields["forwarded"])
        return self._from_x_forwarded(peer, fields)

    def _rewrite(self, environ: Environ, origin: Origin) -> None:
        if origin.address != environ["REMOTE_ADDR"]:
            environ["REMOTE_ADDR"] = origin.address
            environ["REMOTE_PORT"] = str(origin.port or "")
        if origin.scheme:
            environ["wsgi.url_scheme"] = origin.scheme
            environ.pop("HTTPS", None)
            if origin.scheme == "https":
                environ["HTTPS"] = "on"
        if origin.host:
            environ["HTTP_HOST"] = origin.host
        if origin.server_port:
            environ["SERVER_PORT"] = str(origin.server_port)

    def _is_in_networks(self, address: str) -> bool:
        if not address:
            return self._unix
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return self.everybody or any(parsed in network for network in self._networks)

    def _walk(self, peer: Origin, hops: Iterable[Origin | None]) -> tuple[Origin, int]:
        """The client, and how many of *hops*, nearest first, it took to come to it."""
        client, steps = peer, 0
        for hop in hops:
            if hop is None or steps == LONGEST_CHAIN:
                break
            client, steps = hop, steps + 1
            if not self.trusts(hop.address):
                break
        return client, steps

    def _from_forwarded(self, peer: Origin, value: str) -> Origin:
        return self._walk(peer, map(read_element, reversed(split_elements(value))))[0]

    def _from_x_forwarded(self, peer: Origin, fields: Mapping[str, str]) -> Origin:
        said = {name: list_members(fields[name]) for name in self._believed & fields.keys()}
        chain = reversed(said.get("x-forwarded-for", []))
        origin, steps = self._walk(peer, map(read_node, chain))
        return replace(
            origin,
            scheme=SCHEMES.get(member_at(said.get("x-forwarded-proto"), steps), ""),
            host=read_host(member_at(said.get("x-forwarded-host"), steps)),
            server_port=read_port(member_at(said.get("x-forwarded-port"), steps)),
        )


_WORDS = frozenset(("*", "unix", "none"))


def parse_network(text: str) -> Network:
    """Read ``10.0.0.0/8``, ``::1`` and the like; :exc:`ValueError` says what is wrong."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}; write an address, a network, unix, * or none") from None


def check_peer(text: str) -> None:
    """Raise :exc:`ValueError` unless *text* names peers that can be trusted."""
    for word in _peers(text):
        if word not in _WORDS:
            parse_network(word)


def _peers(text: str) -> list[str]:
    """*text* may be a list, as gunicorn's ``--forwarded-allow-ips`` is."""
    return [word.strip() for word in text.split(",")]


def check_believed(names: Iterable[str]) -> None:
    """Raise :exc:`ValueError` for *names* of which one proxy cannot write all: a client could
    choose, by sending the other kind, which is believed."""
    if "forwarded" in names and len(set(names)) > 1:
        raise ValueError("forwarded and the x-forwarded fields exclude one another")
