"""The PROXY protocol's header, versions 1 and 2: whom a proxy speaks for, before anything else.

Source: "The PROXY protocol", Willy Tarreau, sections 2.1 (text) and 2.2 (binary).
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

Endpoint = tuple[str, int]

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
"""The first twelve octets of version 2."""

LONGEST_LINE = 107
"""Octets of the longest header of version 1, its CRLF included."""

_FIXED = 16  # octets of version 2 before the addresses
_LOCAL, _PROXY = 0, 1
_STREAMS = {0x11: 4, 0x21: 16}  # TCP over IPv4 and IPv6: octets of one address


class ProxyHeaderError(ValueError):
    """The connection does not begin with a PROXY header that can be read."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """``size`` octets have been read; ``source`` is the client, ``None`` where the proxy speaks
    for itself (a health check) or for a client without an IP address."""

    size: int
    source: Endpoint | None


def parse_proxy_header(data: bytes) -> ProxyHeader | None:
    """Read the header at the start of *data*; ``None`` while it is not whole.

    What follows it is not looked at. Raises :exc:`ProxyHeaderError` as soon as no further
    octet could make a header of *data*.
    """
    if data[:1] == b"\r":
        return _parse_binary(data)
    return _parse_text(data)


# Version 1 ---------------------------------------------------------------------------------


def _parse_text(data: bytes) -> ProxyHeader | None:
    if not data.startswith(b"PROXY "[: len(data)]):
        raise ProxyHeaderError("it does not begin with a PROXY header")
    line, end, _ = data[:LONGEST_LINE].partition(b"\r\n")
    if end:
        return ProxyHeader(len(line) + 2, _text_source(line))
    if len(data) >= LONGEST_LINE:
        raise ProxyHeaderError("the line of its PROXY header does not end")
    return None


def _text_source(line: bytes) -> Endpoint | None:
    words = line.decode("latin-1").split(" ")[1:]
    if words[0] == "UNKNOWN":  # whatever follows that
        return None
    if len(words) != 5 or words[0] not in _ADDRESSES:
        raise ProxyHeaderError(f"its PROXY header is malformed: {line!r}")
    family, source, destination, source_port, destination_port = words
    _port(destination_port)
    try:
        address = str(_ADDRESSES[family](source))
        _ADDRESSES[family](destination)
    except ValueError as error:
        raise ProxyHeaderError(f"its PROXY header is malformed: {error}") from None
    return address, _port(source_port)


_ADDRESSES: dict[str, Callable[[str], object]] = {
    "TCP4": ipaddress.IPv4Address,
    "TCP6": ipaddress.IPv6Address,
}


def _port(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= 5
    if not plain or int(text) > 65535 or text != str(int(text)):
        raise ProxyHeaderError(f"its PROXY header has {text!r} for a port")
    return int(text)


# Version 2 ---------------------------------------------------------------------------------


def _parse_binary(data: bytes) -> ProxyHeader | None:
    if not data.startswith(SIGNATURE[: len(data)]):
        raise ProxyHeaderError("it does not begin with a PROXY header")
    if len(data) < _FIXED:
        return None
    version, command = divmod(data[12], 16)
    if version != 2 or command not in (_LOCAL, _PROXY):
        raise ProxyHeaderError(f"its PROXY header has version {version}, command {command}")
    size = _FIXED + int.from_bytes(data[14:_FIXED], "big")
    if len(data) < size:
        return None
    source = _binary_source(data[13], data[_FIXED:size]) if command == _PROXY else None
    return ProxyHeader(size, source)


def _binary_source(family: int, block: bytes) -> Endpoint | None:
    """The source in *block*; of a family that has no IP address or is unknown, there is none.
    What follows the addresses are TLVs, of which none is needed."""
    length = _STREAMS.get(family)
    if length is None:
        return None
    if len(block) < 2 * length + 4:
        raise ProxyHeaderError("the addresses of its PROXY header are cut off")
    address = ipaddress.ip_address(block[:length])
    return str(address), int.from_bytes(block[2 * length : 2 * length + 2], "big")
