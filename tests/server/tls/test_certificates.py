"""Which certificate is shown to whom, and when the files are read again."""

import logging
import shutil
import ssl

import pytest

from enfilade.server.options import Options
from enfilade.server.tls import certificates as module
from enfilade.server.tls.certificates import load_certificates


@pytest.fixture(autouse=True)
def heard(caplog, monkeypatch):
    """The server's log goes nowhere else, and is heard."""
    monkeypatch.setattr(logging.getLogger("enfilade.server"), "propagate", True)
    caplog.set_level(logging.INFO, "enfilade.server")


def shown(certificates, name: str | None, authority) -> bytes:
    """The certificate that a client sees who asks for *name*: a handshake in memory."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.load_verify_locations(authority.certificate)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=name),
        certificates.context.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(3):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
    return ends[0].getpeercert(binary_form=True)


def der(issued) -> bytes:
    return ssl.PEM_cert_to_DER_cert(issued.certificate.read_text())


@pytest.fixture(scope="module")
def three(authority):
    return [
        authority.issue("first", "first.example", "IP:192.0.2.1"),
        authority.issue("wild", "*.example.org", "example.org"),
        authority.issue("exact", "shop.example.org"),
    ]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("first.example", 0),
        ("192.0.2.1", 0),
        ("example.org", 1),
        ("www.example.org", 1),
        ("WWW.Example.ORG", 1),
        ("shop.example.org", 2),
        ("a.www.example.org", 0),
        ("elsewhere.example", 0),
        (None, 0),
    ],
)
def test_the_name_that_is_asked_for_chooses(three, authority, name, index):
    paths = [(str(issued.certificate), str(issued.key)) for issued in three]
    certificate, key = zip(*paths, strict=True)
    certificates = load_certificates(Options(certificate=certificate, key=key))
    assert shown(certificates, name, authority) == der(three[index])


@pytest.fixture
def renewable(authority, tmp_path, monkeypatch):
    """Loaded certificates, and a function that puts other files in the place of theirs."""
    monkeypatch.setattr(module, "GLANCE", 0.0)
    files = [tmp_path / "cert.pem", tmp_path / "cert.key"]

    def put(issued):
        for source, file in zip((issued.certificate, issued.key), files, strict=True):
            new = file.with_suffix(".new")
            shutil.copy(source, new)
            new.replace(file)

    put(authority.issue("old", "localhost"))
    options = Options(certificate=(str(files[0]),), key=(str(files[1]),))
    return load_certificates(options), put, files


def test_new_files_are_shown_to_the_next_client(renewable, authority, caplog):
    certificates, put, _ = renewable
    new = authority.issue("new", "localhost")
    assert shown(certificates, "localhost", authority) != der(new)
    put(new)
    assert shown(certificates, "localhost", authority) == der(new)
    assert "read again" in caplog.text


def test_broken_files_change_nothing_and_are_told_of_once(renewable, authority, caplog):
    certificates, put, files = renewable
    old = shown(certificates, "localhost", authority)
    files[0].write_text("not yet written to its end")
    for _ in range(3):
        assert shown(certificates, "localhost", authority) == old
    assert caplog.text.count("the old certificates are kept") == 1
    put(new := authority.issue("mended", "localhost"))
    assert shown(certificates, "localhost", authority) == der(new)


def test_files_that_have_gone_change_nothing(renewable, authority, caplog):
    certificates, _, files = renewable
    old = shown(certificates, "localhost", authority)
    files[1].unlink()
    assert shown(certificates, "localhost", authority) == old
    assert "No such file" in caplog.text


def test_the_files_are_looked_at_now_and_then_only(renewable, authority, monkeypatch):
    certificates, put, _ = renewable
    monkeypatch.setattr(module, "GLANCE", 1000.0)
    old = shown(certificates, "localhost", authority)
    put(authority.issue("later", "localhost"))
    assert shown(certificates, "localhost", authority) == old
    certificates.refresh()
    assert shown(certificates, "localhost", authority) != old


def test_an_expired_certificate_is_told_of_at_the_start(authority, caplog):
    issued = authority.issue("expired", "localhost", days=-1)
    assert load_certificates(Options(**issued.options))
    assert f"{issued.certificate} expired on" in caplog.text
