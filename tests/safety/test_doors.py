"""Threats at the doors before HTTP: who introduces himself as somebody else, and TLS.

The rest of what stands in the way of strangers is in test_threats.py.
"""

import socket
import ssl
from contextlib import suppress

import pytest

from certificates import Authority
from enfilade.types import Environ, StartResponse
from wire import serving

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Application:
    """Answers everything and remembers which paths it was asked for."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        self.paths.append(environ["RAW_URI"])
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]


def test_a_proxy_header_from_a_stranger() -> None:
    """The PROXY protocol, 2: whoever may send it chooses the address that is believed."""
    application = Application()
    header = b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"
    with serving(application) as site, site.client() as client:
        assert client.send(header + SMUGGLED).answer().status == 400
    closed = {"proxy_protocol": True, "trusted_proxies": ("none",)}
    with serving(application, **closed) as site, site.client() as client:
        refused = suppress(ConnectionError)
        with refused:
            assert client.send(header + SMUGGLED).rest() == b""
    assert application.paths == []


# TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_weak_terms(authority: Authority) -> None:
    """RFC 9325, 3 and 4: old versions, compression, and ciphers without forward secrecy or
    with CBC."""
    weak = [
        {"maximum_version": ssl.TLSVersion.TLSv1_1},
        {"maximum_version": ssl.TLSVersion.TLSv1_2, "ciphers": "kRSA:@SECLEVEL=0"},
        {"maximum_version": ssl.TLSVersion.TLSv1_2, "ciphers": "ECDHE+SHA384:!AESGCM:@SECLEVEL=0"},
    ]
    options = authority.issue("terms", "localhost").options
    with serving(Application(), **options) as site:
        for terms in weak:
            context = ssl.create_default_context(cafile=str(authority.certificate))
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = terms["maximum_version"]
            context.set_ciphers(terms.get("ciphers", "ALL:@SECLEVEL=0"))
            with site.client() as client, pytest.raises((ssl.SSLError, ConnectionError)):
                client.encrypt(context)
        strong = ssl.create_default_context(cafile=str(authority.certificate))
        with site.client() as client:
            client.encrypt(strong)
            assert client.socket.compression() is None  # CRIME
            assert client.get().status == 200


@pytest.mark.slow
def test_tls_handshakes_that_never_end(authority: Authority) -> None:
    """They hold up nobody, neither those who come nor those who wait for an answer."""
    options = authority.issue("stalled", "localhost").options
    context = ssl.create_default_context(cafile=str(authority.certificate))
    with serving(Application(), **options, threads=1, head_timeout=0.5) as site:
        stalled = [site.client().send(b"\x16\x03\x01\x02") for _ in range(100)]
        with site.client() as client:
            assert client.encrypt(context).get().status == 200
        for client in stalled:
            assert client.rest() == b""
            client.close()


def test_tls_truncation(authority: Authority) -> None:
    """RFC 8446, 6.1: without close_notify the end may be an attacker's, so half a body is never
    a whole one."""
    options = authority.issue("cut", "localhost").options
    context = ssl.create_default_context(cafile=str(authority.certificate))
    application = Application()
    with serving(application, **options) as site, site.client() as client:
        client.encrypt(context)
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf")
        raw = socket.socket(fileno=client.socket.detach())
        raw.shutdown(socket.SHUT_WR)
        raw.settimeout(10)
        with suppress(ConnectionError):
            while raw.recv(1 << 16):
                pass
        raw.close()
    assert application.paths == []
