"""What the operator writes after ``--bind``, read: an address is text until a socket is opened.

>>> parse_address("[::1]:8000")
Address(kind='tcp', host='::1', port=8000, path='', descriptor=-1, protocol=None)
>>> str(parse_address(":80"))
'0.0.0.0:80'
>>> str(parse_address("uwsgi://127.0.0.1:3031"))
'uwsgi://127.0.0.1:3031'
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

Protocol = Literal["http", "https", "uwsgi"]

_FORMS = "HOST:PORT, :PORT, [IPv6]:PORT, unix:PATH or fd://NUMBER"
_LOOPBACK = {"localhost": "127.0.0.1", "::1": "127.0.0.1"}
_ALL = frozenset(("0.0.0.0", "::"))  # noqa: S104 - to be compared with
_PROTOCOL = re.compile(r"(?P<protocol>http|https|uwsgi):(//)?")


@dataclass(frozen=True, slots=True)
class Address:
    """A place to listen at; only the fields of its ``kind`` mean anything. ``protocol`` is what
    was written before it, if that was anything."""

    kind: Literal["tcp", "unix", "fd"]
    host: str = ""
    port: int = 0
    path: str = ""
    descriptor: int = -1
    protocol: Protocol | None = None

    def meets(self, other: "Address") -> bool:
        """Whether one who has *other* has this one as well, as far as names tell."""
        if self.kind == other.kind == "unix":
            return Path(self.path).absolute() == Path(other.path).absolute()
        if not self.kind == other.kind == "tcp" or not self.port == other.port > 0:
            return False
        hosts = {_LOOPBACK.get(host, host) for host in (self.host, other.host)}
        return len(hosts) == 1 or not hosts.isdisjoint(_ALL)

    def __str__(self) -> str:
        if self.protocol:
            colon = "://" if self.kind == "tcp" else ":"
            return f"{self.protocol}{colon}{replace(self, protocol=None)}"
        if self.kind == "unix":
            return f"unix:{self.path}"
        if self.kind == "fd":
            return f"fd://{self.descriptor}"
        return f"{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    """*host* as it is written before a port: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def parse_address(text: str) -> Address:
    """Read one address; :exc:`ValueError` says what is wrong with it."""
    if match := _PROTOCOL.match(text):
        address = parse_address(text[match.end() :])
        if address.protocol:
            raise ValueError(f"{text!r} has two protocols before its address")
        return replace(address, protocol=cast(Protocol, match["protocol"]))
    if text.startswith("unix:"):
        return _unix(text)
    if text.startswith("fd://"):
        return _descriptor(text)
    return _tcp(text)


def _unix(text: str) -> Address:
    path = text.removeprefix("unix:").removeprefix("//")
    if not path:
        raise ValueError(f"{text!r} names no socket file; write unix:PATH")
    return Address("unix", path=path)


def _descriptor(text: str) -> Address:
    number = text.removeprefix("fd://")
    if not (number.isascii() and number.isdigit()):
        raise ValueError(f"{text!r} has no file descriptor number; write fd://3")
    return Address("fd", descriptor=int(number))


def _tcp(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon:
        meant = f"did you mean :{text}? Write" if text.isdecimal() else "write"
        raise ValueError(f"{text!r} is not an address; {meant} {_FORMS}")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"{text!r} has an IPv6 address without brackets; write [{host}]:{port}")
    if not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"{text!r} has no port between 0 and 65535 after its last colon")
    # An empty host means every interface, as it does in Go's and gunicorn's addresses.
    return Address("tcp", host=host or "0.0.0.0", port=int(port))  # noqa: S104
