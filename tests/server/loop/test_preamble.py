"""The PROXY protocol before HTTP and before TLS, and who may speak it."""

import logging
import ssl
import struct
from contextlib import suppress
from time import sleep

import pytest

from enfilade.protocol.proxy_header import SIGNATURE
from enfilade.types import Environ, StartResponse
from wire import serving

V1 = b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n"
ADDRESSES = bytes((192, 0, 2, 7, 10, 0, 0, 1)) + struct.pack(">HH", 4711, 443)
V2 = SIGNATURE + b"\x21\x11" + struct.pack(">H", 12) + ADDRESSES
LOCAL = SIGNATURE + b"\x20\x00\0\0"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def tell(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    names = ("wsgi.url_scheme", "REMOTE_ADDR", "REMOTE_PORT")
    return [" ".join(environ[name] for name in names).encode()]


@pytest.mark.parametrize("header", [V1, V2], ids=["v1", "v2"])
def test_the_client_is_the_one_that_the_header_names(header):
    with serving(tell, proxy_protocol=True) as site, site.client() as client:
        assert client.send(header + REQUEST).answer().body == b"http 192.0.2.7 4711"
        assert client.get().body == b"http 192.0.2.7 4711"
        assert site.wait_for_records(1)[0].peer == "192.0.2.7"


@pytest.mark.parametrize("header", [V1, V2], ids=["v1", "v2"])
def test_a_header_may_come_octet_by_octet(header):
    with serving(tell, proxy_protocol=True) as site, site.client() as client:
        for octet in header + REQUEST:
            client.send(bytes((octet,)))
        assert client.answer().body == b"http 192.0.2.7 4711"


def test_a_proxy_that_asks_for_itself_is_the_client():
    with serving(tell, proxy_protocol=True) as site, site.client() as client:
        assert client.send(LOCAL + REQUEST).answer().body.startswith(b"http 127.0.0.1 ")


def test_the_header_comes_before_tls(secured, trusting):
    with serving(tell, proxy_protocol=True, **secured) as site, site.client() as client:
        client.send(V2).encrypt(trusting)
        assert client.get().body == b"https 192.0.2.7 4711"


def test_header_and_greeting_may_come_in_one_piece(secured, trusting):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    with serving(tell, proxy_protocol=True, **secured) as site, site.client() as client:
        client.send(V1 + outgoing.read())
        assert client.socket.recv(1) == b"\x16"


def test_a_unix_socket_may_be_behind_such_a_proxy(tmp_path):
    with (
        serving(tell, unix=str(tmp_path / "s"), proxy_protocol=True) as site,
        site.client() as client,
    ):
        assert client.send(V1 + REQUEST).answer().body == b"http 192.0.2.7 4711"


@pytest.fixture
def log(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("enfilade.server"), "propagate", True)
    return caplog


@pytest.mark.parametrize("data", [REQUEST, b"\x16\x03\x01", b"PROXY TCP4 a b c d\r\n" + REQUEST])
def test_a_connection_without_a_header_is_closed_unheard(data, log):
    with serving(tell, proxy_protocol=True) as site, site.client() as client:
        assert client.send(data).rest() == b""
        assert site.records == []
    assert "PROXY header" in log.text


def test_a_stranger_who_introduces_himself_is_sent_away(log):
    with serving(tell, proxy_protocol=True, trusted_proxies=("10.0.0.0/8",)) as site:
        with site.client() as client:
            try:
                assert client.send(V1 + REQUEST).rest() == b""
            except ConnectionError:
                pass
        assert site.records == []
    assert "127.0.0.1 is closed: it is none of --trusted-proxies" in log.text


def test_many_strangers_do_not_fill_the_log(log):
    with serving(tell, proxy_protocol=True, trusted_proxies=("none",)) as site:
        for _ in range(20):
            with site.client() as client, suppress(ConnectionError):
                assert client.send(V1 + REQUEST).rest() == b""
    assert log.text.count("none of --trusted-proxies") == 1


def test_a_header_has_a_deadline():
    with serving(tell, proxy_protocol=True, head_timeout=0.1) as site, site.client() as client:
        assert client.send(V1[:20]).rest() == b""


def test_the_client_behind_a_header_is_not_believed_what_he_says_of_others():
    """Else whoever comes through the proxy could choose his address."""
    with serving(tell, proxy_protocol=True) as site, site.client() as client:
        client.send(V1)
        answer = client.get("/", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: https")
        assert answer.body == b"http 192.0.2.7 4711"


def test_a_drained_loop_waits_for_a_header_as_long_as_it_has_patience():
    with serving(tell, proxy_protocol=True) as site, site.client() as client:
        client.send(V1[:20])
        sleep(0.05)
        site.loop.drain(patience=2.0)
        sleep(0.05)
        assert client.send(V1[20:] + REQUEST).answer().closes
