"""The PROXY protocol's header: both versions, every cut, and everything that is no header."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.proxy_header import SIGNATURE, ProxyHeaderError, parse_proxy_header


def v2(command: int, family: int, block: bytes) -> bytes:
    return SIGNATURE + bytes((command, family)) + struct.pack(">H", len(block)) + block


FOUR = socket.inet_aton("192.0.2.7") + socket.inet_aton("10.0.0.1") + struct.pack(">HH", 4711, 443)
SIX = (
    socket.inet_pton(socket.AF_INET6, "2001:db8::7")
    + socket.inet_pton(socket.AF_INET6, "::1")
    + struct.pack(">HH", 4711, 443)
)
TLV = b"\x03\x00\x04\xde\xad\xbe\xef" + b"\x02\x00\x0bexample.org"

HEADERS = {
    "TCP4": (b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n", ("192.0.2.7", 4711)),
    "TCP6": (b"PROXY TCP6 2001:db8::7 ::1 4711 443\r\n", ("2001:db8::7", 4711)),
    "UNKNOWN": (b"PROXY UNKNOWN\r\n", None),
    "UNKNOWN with more": (b"PROXY UNKNOWN ffff:f...f:ffff 1 2 3\r\n", None),
    "v2 TCP over IPv4": (v2(0x21, 0x11, FOUR), ("192.0.2.7", 4711)),
    "v2 TCP over IPv6": (v2(0x21, 0x21, SIX), ("2001:db8::7", 4711)),
    "v2 with TLVs": (v2(0x21, 0x11, FOUR + TLV), ("192.0.2.7", 4711)),
    "v2 LOCAL": (v2(0x20, 0x00, b""), None),
    "v2 LOCAL with addresses": (v2(0x20, 0x11, FOUR), None),
    "v2 unspecified": (v2(0x21, 0x00, TLV), None),
    "v2 Unix": (v2(0x21, 0x31, bytes(216)), None),
    "v2 of a family nobody knows": (v2(0x21, 0x4F, b"?" * 9), None),
}

GARBAGE = {
    "HTTP": b"GET / HTTP/1.1\r\n",
    "TLS": b"\x16\x03\x01\x02\x00",
    "lower case": b"proxy TCP4 192.0.2.7 10.0.0.1 4711 443\r\n",
    "another family": b"PROXY UDP4 192.0.2.7 10.0.0.1 4711 443\r\n",
    "no addresses": b"PROXY TCP4\r\n",
    "no family": b"PROXY \r\n",
    "IPv6 in TCP4": b"PROXY TCP4 ::1 10.0.0.1 4711 443\r\n",
    "IPv4 in TCP6": b"PROXY TCP6 10.0.0.1 ::1 4711 443\r\n",
    "a name for an address": b"PROXY TCP4 localhost 10.0.0.1 4711 443\r\n",
    "two spaces": b"PROXY TCP4  192.0.2.7 10.0.0.1 4711 443\r\n",
    "a port too large": b"PROXY TCP4 192.0.2.7 10.0.0.1 65536 443\r\n",
    "a port with a sign": b"PROXY TCP4 192.0.2.7 10.0.0.1 +471 443\r\n",
    "a port with a zero before it": b"PROXY TCP4 192.0.2.7 10.0.0.1 04711 443\r\n",
    "a second port that is none": b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 x\r\n",
    "one word too many": b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 443 1\r\n",
    "bare LF": b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\n" + b"x" * 80,
    "a line without end": b"PROXY UNKNOWN " + b"x" * 100,
    "v2 with another signature": b"\r\n\r\n\0\r\nQUIX\n",
    "version 1 in the binary form": v2(0x11, 0x11, FOUR),
    "version 3": v2(0x31, 0x11, FOUR),
    "another command": v2(0x22, 0x11, FOUR),
    "addresses cut off": v2(0x21, 0x11, FOUR[:-1]),
    "IPv6 addresses of the length of IPv4": v2(0x21, 0x21, FOUR),
}


@pytest.mark.parametrize("name", HEADERS)
def test_tells_the_source_and_its_own_size(name):
    data, source = HEADERS[name]
    header = parse_proxy_header(data + b"GET / HTTP/1.1\r\n")
    assert header is not None
    assert (header.source, header.size) == (source, len(data))


@pytest.mark.parametrize("name", HEADERS)
def test_waits_for_the_rest_wherever_it_is_cut(name):
    data, _ = HEADERS[name]
    for cut in range(len(data)):
        assert parse_proxy_header(data[:cut]) is None


@pytest.mark.parametrize("name", GARBAGE)
def test_refuses_what_is_no_header(name):
    with pytest.raises(ProxyHeaderError):
        parse_proxy_header(GARBAGE[name])


@given(st.binary(max_size=60), st.sampled_from([b"", b"PROXY ", b"PROXY TCP4 ", SIGNATURE]))
def test_anything_is_a_header_no_header_or_the_beginning_of_one(data, start):
    try:
        header = parse_proxy_header(start + data)
    except ProxyHeaderError:
        return
    assert header is None or header.size <= len(start + data)


@given(st.ip_addresses(), st.integers(0, 65535), st.binary(max_size=40))
def test_every_address_comes_back(address, port, rest):
    family = f"TCP{address.version}"
    text = f"PROXY {family} {address} {address} {port} 0\r\n".encode()
    packed = address.packed * 2 + struct.pack(">HH", port, 0)
    binary = v2(0x21, 0x11 if address.version == 4 else 0x21, packed + rest)
    for data in (text, binary):
        header = parse_proxy_header(data + rest)
        assert header is not None
        assert (header.source, header.size) == ((str(address), port), len(data))
