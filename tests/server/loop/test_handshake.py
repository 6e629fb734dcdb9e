"""TLS on a listener: real handshakes, real half-closes, and what is no TLS at all."""

import hashlib
import logging
import socket
import ssl
import struct
import threading
import time

import pytest

from certificates import Authority
from enfilade.types import Environ, StartResponse
from wire import serving

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = 3_000_000


def tell(environ: Environ, start_response: StartResponse) -> list[bytes]:
    """The body of a request, or the variable that the query names."""
    name = environ["QUERY_STRING"]
    body = str(environ.get(name)).encode("latin-1") if name else environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


def large(environ: Environ, start_response: StartResponse):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (bytes([number % 251]) * 1000 for number in range(LARGE // 1000))


def connect(site, context, **kwargs):
    return site.client(**kwargs).encrypt(context)


# The handshake -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_requests_are_answered_and_the_connection_is_kept(secured, trusting, version):
    trusting.minimum_version = trusting.maximum_version = ssl.TLSVersion[version]
    trusting.set_alpn_protocols(["h2", "http/1.1"])
    with serving(tell, **secured) as site, connect(site, trusting) as client:
        assert client.socket.selected_alpn_protocol() == "http/1.1"
        assert client.socket.compression() is None
        answers = [client.get(f"/?{name}").body for name in ("wsgi.url_scheme", "HTTPS")]
        assert answers == [b"https", b"on"]
        assert client.get("/?SSL_PROTOCOL").body == client.socket.version().encode()
        assert client.get("/?SSL_CLIENT_VERIFY").body == b"None"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_are_refused(secured, trusting):
    trusting.set_ciphers("ALL:@SECLEVEL=0")
    trusting.minimum_version = ssl.TLSVersion.TLSv1
    trusting.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(tell, **secured) as site, site.client() as client, pytest.raises(ssl.SSLError):
        client.encrypt(trusting)


def test_a_session_is_resumed(secured, trusting):
    with serving(tell, **secured) as site:
        with connect(site, trusting) as client:
            client.get()
            session = client.socket.session
        with site.client() as client:
            client.socket = trusting.wrap_socket(
                client.socket, server_hostname="localhost", session=session
            )
            assert client.get().status == 200
            assert client.socket.session_reused


def test_a_greeting_may_come_octet_by_octet(secured, trusting):
    """Nothing is held up meanwhile, and the request may come with the end of the handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with serving(tell, **secured) as site, site.client() as client:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                for octet in outgoing.read():
                    client.send(bytes((octet,)))
                incoming.write(client.socket.recv(1 << 16))
        tls.write(REQUEST)
        client.send(outgoing.read())
        answer = b""
        while b"\r\n\r\n" not in answer:
            incoming.write(client.socket.recv(1 << 16))
            try:
                answer += tls.read(1 << 16)
            except ssl.SSLWantReadError:
                pass  # those were tickets
        assert answer.startswith(b"HTTP/1.1 200")


def test_an_unfinished_handshake_ends_by_its_deadline_and_holds_up_nobody(secured, trusting):
    with serving(tell, **secured, threads=1, head_timeout=0.3) as site:
        stalled = [site.client().send(b"\x16\x03\x01\x02") for _ in range(20)]
        with connect(site, trusting) as client:
            assert client.get().status == 200
        for client in stalled:
            assert client.rest() == b""
            client.close()


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x00\x05hello", b"\x00" * 50, b"\x16" * 9000])
def test_garbage_ends_the_connection(secured, trusting, garbage):
    with serving(tell, **secured) as site:
        with site.client() as client:
            client.send(garbage)
            client.half_close()
            assert b"HTTP" not in client.rest()
        with connect(site, trusting) as client:
            assert client.get().status == 200


def test_who_speaks_http_to_the_port_is_told_so(secured):
    with serving(tell, **secured) as site, site.client() as client:
        answer = client.send(REQUEST).answer()
        assert (answer.status, answer.closes) == (400, True)
        assert b"https://" in answer.body
        assert site.wait_for_records(1)[0].status == 400


def test_draining_lets_a_handshake_be_finished(secured, trusting):
    with serving(tell, **secured) as site, site.client() as client:
        client.send(b"\x16")
        site.loop.drain()
        plain, client.socket = client.socket, Prefixed(client.socket)
        try:
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
            with pytest.raises(ssl.SSLWantReadError):
                tls.do_handshake()
            plain.sendall(outgoing.read()[1:])
            assert plain.recv(1 << 16).startswith(b"\x16")
        finally:
            client.socket = plain


class Prefixed:
    """Keeps a socket where the client would close it."""

    def __init__(self, sock: socket.socket) -> None:
        self.close = sock.close


# Bodies and ends -----------------------------------------------------------------------------


def test_a_large_upload_arrives(secured, trusting):
    body = bytes(range(256)) * 12_000
    with serving(tell, **secured) as site, connect(site, trusting) as client:
        head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
        sender = threading.Thread(target=client.socket.sendall, args=(head + body,))
        sender.start()
        sender.join()
        assert client.answer().body == body


def test_an_upload_beyond_the_spool_is_received_as_it_is_read(secured, trusting):
    body = bytes(range(256)) * 8000
    with (
        serving(tell, **secured, buffer_body=0, spool_body=1000) as site,
        connect(site, trusting) as client,
    ):
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n" % len(body))
        client.send(b"Expect: 100-continue\r\n\r\n")
        assert client.answer().status == 100
        client.send(body)
        digest = hashlib.sha256(client.answer().body).digest()
    assert digest == hashlib.sha256(body).digest()


@pytest.mark.slow
def test_a_slow_reader_gets_everything(secured, trusting):
    with serving(large, **secured) as site, connect(site, trusting, receive_buffer=4096) as client:
        client.request()
        time.sleep(0.2)  # the kernel's buffers are full, and so is ours
        body = client.answer().body
    assert body == b"".join(large({}, lambda *_: None))


@pytest.mark.slow
def test_a_reader_that_takes_nothing_is_given_up(secured, trusting):
    with (
        serving(large, **secured, write_timeout=0.2) as site,
        connect(site, trusting, receive_buffer=4096) as client,
    ):
        client.request()
        (record,) = site.wait_for_records(1)
        assert record.bytes_sent < LARGE


def test_many_requests_at_once_are_answered_in_order(secured, trusting):
    with serving(tell, **secured) as site, connect(site, trusting) as client:
        paths = ["SSL_PROTOCOL", "HTTPS", "REMOTE_ADDR"]
        for name in paths:
            client.request(f"/?{name}")
        assert [client.answer().body for _ in paths] == [b"TLSv1.3", b"on", b"127.0.0.1"]


def test_a_client_may_end_its_half_and_read_on(secured, trusting):
    """close_notify in one piece with the request (RFC 8446, 6.1)."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with serving(tell, **secured) as site, site.client() as client:
        shake(tls, incoming, outgoing, client.socket)
        tls.write(REQUEST)
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        client.send(outgoing.read())
        answer, clean = read_to_end(tls, incoming, client.socket)
    assert answer.startswith(b"HTTP/1.1 200")
    assert clean


def test_an_answer_without_length_ends_cleanly(secured, trusting):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with serving(large, **secured) as site, site.client() as client:
        shake(tls, incoming, outgoing, client.socket)
        tls.write(b"GET / HTTP/1.0\r\n\r\n")
        client.send(outgoing.read())
        answer, clean = read_to_end(tls, incoming, client.socket)
    assert len(answer) > LARGE
    assert clean


def test_an_answer_that_is_cut_off_does_not_end_cleanly(secured, trusting, capsys):
    def failing(environ: Environ, start_response: StartResponse):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"some"
        raise ValueError("and no more")

    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with serving(failing, **secured) as site, site.client() as client:
        shake(tls, incoming, outgoing, client.socket)
        tls.write(b"GET / HTTP/1.0\r\n\r\n")
        client.send(outgoing.read())
        _, clean = read_to_end(tls, incoming, client.socket)
    assert not clean


def test_a_connection_cut_off_inside_a_body_is_not_its_end(secured, trusting):
    """Without close_notify nobody knows who has ended it."""
    seen = threading.Event()
    failures = []

    def read(environ: Environ, start_response: StartResponse) -> list[bytes]:
        seen.set()
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            failures.append(error)
        start_response("200 OK", [])
        return []

    with (
        serving(read, **secured, buffer_body=0, spool_body=0) as site,
        connect(site, trusting) as client,
    ):
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        assert seen.wait(5)
        raw = socket.socket(fileno=client.socket.detach())
        raw.shutdown(socket.SHUT_WR)
        site.wait_for_records(1)
        raw.close()
    assert failures


def test_a_client_that_resets_is_forgotten(secured, trusting):
    with serving(large, **secured) as site:
        client = connect(site, trusting, receive_buffer=4096)
        client.request()
        client.socket.recv(100)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        (record,) = site.wait_for_records(1)
        assert record.bytes_sent < LARGE


def shake(tls, incoming, outgoing, sock):
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            sock.sendall(outgoing.read())
            incoming.write(sock.recv(1 << 16))
        else:
            sock.sendall(outgoing.read())
            return


def read_to_end(tls, incoming, sock) -> tuple[bytes, bool]:
    """All that the server says, and whether it has said that this was all."""
    parts = []
    while True:
        try:
            part = tls.read(1 << 16)
            if not part:
                return b"".join(parts), True
            parts.append(part)
        except ssl.SSLWantReadError:
            try:
                records = sock.recv(1 << 16)
            except ConnectionResetError:
                records = b""
            if not records:
                return b"".join(parts), False
            incoming.write(records)
        except ssl.SSLZeroReturnError:
            return b"".join(parts), True


# Clients with certificates -------------------------------------------------------------------


@pytest.fixture
def visitor(authority):
    return authority.issue("visitor", subject="/O=A site/CN=Zoë, the first")


def asking(authority, secured, how):
    return {**secured, "client_ca": str(authority.certificate), "client_certificates": how}


def test_a_client_s_certificate_is_told_of(authority, secured, trusting, visitor):
    trusting.load_cert_chain(visitor.certificate, visitor.key)
    with (
        serving(tell, **asking(authority, secured, "required")) as site,
        connect(site, trusting) as client,
    ):
        told = {
            name: client.get(f"/?SSL_CLIENT_{name}").body.decode()
            for name in ("VERIFY", "S_DN", "I_DN", "M_SERIAL", "V_END", "CERT")
        }
    assert told["VERIFY"] == "SUCCESS"
    assert told["S_DN"] == r"CN=Zoë\, the first,O=A site"
    assert told["I_DN"] == "CN=An authority"
    assert int(told["M_SERIAL"], 16)
    assert told["V_END"].endswith("GMT")
    assert ssl.PEM_cert_to_DER_cert(told["CERT"]) == ssl.PEM_cert_to_DER_cert(
        visitor.certificate.read_text()
    )


def test_a_client_without_a_certificate_may_come_in_where_it_is_optional(
    authority, secured, trusting
):
    with (
        serving(tell, **asking(authority, secured, "optional")) as site,
        connect(site, trusting) as client,
    ):
        assert client.get("/?SSL_CLIENT_VERIFY").body == b"NONE"
        assert client.get("/?SSL_CLIENT_S_DN").body == b"None"


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_client_without_a_certificate_is_refused_where_one_is_required(
    authority, secured, trusting, version
):
    trusting.maximum_version = ssl.TLSVersion[version]
    with (
        serving(tell, **asking(authority, secured, "required")) as site,
        site.client() as client,
        pytest.raises(ssl.SSLError, match=r"(?i)certificate|handshake failure"),
    ):
        client.encrypt(trusting).get()


def test_a_certificate_of_another_authority_is_refused(authority, secured, trusting, tmp_path):
    stranger = Authority(tmp_path).issue("stranger")
    trusting.load_cert_chain(stranger.certificate, stranger.key)
    with (
        serving(tell, **asking(authority, secured, "optional")) as site,
        site.client() as client,
        pytest.raises(ssl.SSLError),
    ):
        client.encrypt(trusting).get()


def test_a_client_cannot_say_that_it_has_shown_one(secured, trusting):
    with serving(tell, **secured) as site, connect(site, trusting) as client:
        answer = client.get("/?SSL_CLIENT_VERIFY", "SSL-CLIENT-VERIFY: SUCCESS")
        assert answer.body == b"None"


# Files ---------------------------------------------------------------------------------------


def test_a_tls_greeting_at_a_plain_port_is_told_of_in_development(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("enfilade.server"), "propagate", True)
    with serving(tell, debug=True) as site, site.client() as client:
        client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert client.answer().status == 400
    assert "speaks TLS" in caplog.text
