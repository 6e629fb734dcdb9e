"""Who a request comes from when a proxy has passed it on (RFC 7239, and the X-Forwarded fields
that it was made of).

Anybody can send these fields, so they count only where the connection is a trusted proxy's, and
of those only the ones that the operator says the proxy writes. The chain of hops is walked from
its end, which the nearest proxy has written: the first hop that is no trusted proxy is the
client, and what is before that is the client's own word. A hop that cannot be read ends the
walk, and the last one that could is taken.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from enfilade.protocol.framing import list_members
from enfilade.protocol.grammar import AUTHORITIES, QUOTED_STRING, TCHARS
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

SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
LONGEST_CHAIN = 50
"""Hops that are looked at; a longer chain has a loop in it."""

_PAIR = rf"({TCHARS})=({TCHARS}|{QUOTED_STRING})"
_ELEMENT = re.compile(rf"(?:{_PAIR})?(?:[ \t]*;[ \t]*(?:{_PAIR})?)*")
_pairs = re.compile(_PAIR).findall
_MEMBER = re.compile(rf"(?:[^\",]|{QUOTED_STRING})*")
_ESCAPE = re.compile(r"\\(.)")
_UNREADABLE = '"'

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: the client's ``address`` (``""`` on a Unix socket) and ``port``
    (0 if unknown); ``scheme``, ``host`` and ``server_port`` as the client has used them, ``""``
    and 0 where the connection's own hold."""

    address: str
    port: int = 0
    scheme: str = ""
    host: str = ""
    server_port: int = 0


class Proxies:
    """The peers that are believed, and what they are believed.

    *trusted* has addresses, networks (``10.0.0.0/8``), ``unix`` for whoever comes in by a Unix
    socket, ``*`` for everybody, ``none`` for nobody. *believed* has names of :data:`FIELDS`.
    Raises :exc:`ValueError`.
    """

    def __init__(self, trusted: Iterable[str], believed: Iterable[str]) -> None:
        words = frozenset(trusted)
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
        return self._walk(peer, map(_element, reversed(_members(value))))[0]

    def _from_x_forwarded(self, peer: Origin, fields: Mapping[str, str]) -> Origin:
        said = {name: list_members(fields[name]) for name in self._believed & fields.keys()}
        chain = reversed(said.get("x-forwarded-for", []))
        origin, steps = self._walk(peer, map(_node, chain))
        return replace(
            origin,
            scheme=SCHEMES.get(_at(said.get("x-forwarded-proto"), steps), ""),
            host=_host(_at(said.get("x-forwarded-host"), steps)),
            server_port=_port(_at(said.get("x-forwarded-port"), steps)),
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
    if text not in _WORDS:
        parse_network(text)


def check_believed(names: Iterable[str]) -> None:
    """Raise :exc:`ValueError` for *names* of which one proxy cannot write all: a client could
    choose, by sending the other kind, which is believed."""
    if "forwarded" in names and len(set(names)) > 1:
        raise ValueError("forwarded and the x-forwarded fields exclude one another")


# Members -----------------------------------------------------------------------------------


def _at(members: list[str] | None, steps: int) -> str:
    """What the proxy wrote that saw the client, *steps* from the end; a list that is shorter
    was not added to by every proxy."""
    if not members:
        return ""
    return members[-min(max(steps, 1), len(members))]


def _members(value: str) -> list[str]:
    """The elements of a Forwarded field, split at the commas that are in no quoted-string."""
    members = []
    at = 0
    while match := _MEMBER.match(value, at):
        members.append(match[0].strip(" \t"))
        at = match.end() + 1
        if at > len(value) or value[at - 1] != ",":
            break
    if at <= len(value):  # a quote that has no end
        members.append(_UNREADABLE)
    return [member for member in members if member]


def _element(text: str) -> Origin | None:
    """One forwarded-element; RFC 7239, 4. ``None`` unless it names an address."""
    if not _ELEMENT.fullmatch(text):
        return None
    found = _pairs(text)
    pairs = {name.lower(): _unquoted(value).lower() for name, value in found}
    hop = _node(pairs.get("for", ""))
    if hop is None or len(pairs) < len(found):
        return None
    scheme = SCHEMES.get(pairs.get("proto", ""), "")
    return replace(hop, scheme=scheme, host=_host(pairs.get("host", "")))


def _unquoted(value: str) -> str:
    return _ESCAPE.sub(r"\1", value[1:-1]) if value.startswith('"') else value


def _node(text: str) -> Origin | None:
    """The node of RFC 7239, 6, as an address; ``None`` for ``unknown``, a name or garbage.

    An IPv6 address may lack its brackets, as in X-Forwarded-For.
    """
    host, port = text, ""
    if text.startswith("["):
        host, bracket, port = text[1:].partition("]")
        if not bracket or port[:1] not in ("", ":"):
            return None
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        address = ip_address(host)
    except ValueError:
        return None
    zoned = isinstance(address, IPv6Address) and address.scope_id is not None
    return None if zoned else Origin(str(address), _port(port.removeprefix(":")))


def _host(text: str) -> str:
    return text if text and AUTHORITIES[text] else ""


def _port(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= 5
    return int(text) if plain and int(text) <= 65535 else 0
