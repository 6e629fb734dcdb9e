"""What one proxy writes of one hop, read: a forwarded-element (RFC 7239, 4), an address, a host.

Whether it is believed is not for here; :mod:`enfilade.gateway.forwarded` says it.
"""

import re
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address

from enfilade.protocol.grammar import AUTHORITIES, QUOTED_STRING, TCHARS

SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}

_PAIR = rf"({TCHARS})=({TCHARS}|{QUOTED_STRING})"
_ELEMENT = re.compile(rf"(?:{_PAIR})?(?:[ \t]*;[ \t]*(?:{_PAIR})?)*")
_pairs = re.compile(_PAIR).findall
_MEMBER = re.compile(rf"(?:[^\",]|{QUOTED_STRING})*")
_ESCAPE = re.compile(r"\\(.)")
_UNREADABLE = '"'


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


def member_at(members: list[str] | None, steps: int) -> str:
    """What the proxy wrote that saw the client, *steps* from the end; a list that is shorter
    was not added to by every proxy."""
    if not members:
        return ""
    return members[-min(max(steps, 1), len(members))]


def split_elements(value: str) -> list[str]:
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


def read_element(text: str) -> Origin | None:
    """One forwarded-element; RFC 7239, 4. ``None`` unless it names an address."""
    if not _ELEMENT.fullmatch(text):
        return None
    found = _pairs(text)
    pairs = {name.lower(): _unquoted(value).lower() for name, value in found}
    hop = read_node(pairs.get("for", ""))
    if hop is None or len(pairs) < len(found):
        return None
    scheme = SCHEMES.get(pairs.get("proto", ""), "")
    return replace(hop, scheme=scheme, host=read_host(pairs.get("host", "")))


def _unquoted(value: str) -> str:
    return _ESCAPE.sub(r"\1", value[1:-1]) if value.startswith('"') else value


def read_node(text: str) -> Origin | None:
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
    return None if zoned else Origin(str(address), read_port(port.removeprefix(":")))


def read_host(text: str) -> str:
    """*text* if it is a host with an optional port, else ``""``."""
    return text if text and AUTHORITIES[text] else ""


def read_port(text: str) -> int:
    """The number of a port, 0 if *text* is none."""
    plain = text.isascii() and text.isdigit() and len(text) <= 5
    return int(text) if plain and int(text) <= 65535 else 0
