"""What an operator is told whose certificates cannot be used."""

import subprocess

import pytest

from enfilade.server.options import Options
from enfilade.server.tls.certificates import load_certificates
from enfilade.server.tls.terms import CertificateError


@pytest.fixture(scope="module")
def issued(authority):
    return authority.issue("terms", "localhost")


def refused(**options):
    with pytest.raises(CertificateError) as error:
        load_certificates(Options(**options))
    return f"{error.value}\n{error.value.hint}"


def test_without_a_certificate_there_is_no_tls():
    assert load_certificates(Options()) is None


def test_a_key_may_stand_in_the_certificate_s_file(issued, tmp_path):
    both = tmp_path / "both.pem"
    both.write_text(issued.key.read_text() + issued.certificate.read_text())
    assert load_certificates(Options(certificate=(str(both),)))


def test_a_file_that_is_not_there(issued, tmp_path):
    text = refused(certificate=(f"{tmp_path}/no.pem",), key=(str(issued.key),))
    assert f"Cannot read {tmp_path}/no.pem" in text
    assert "No such file" in text
    assert str(issued.key) not in text


def test_a_key_that_is_not_there(issued, tmp_path):
    text = refused(certificate=(str(issued.certificate),), key=(f"{tmp_path}/no.key",))
    assert f"Cannot read {tmp_path}/no.key: No such file" in text


def test_one_file_that_is_not_there_is_named_once(tmp_path):
    assert refused(certificate=(f"{tmp_path}/no.pem",)).count("no.pem") == 1


def test_a_certificate_without_its_key(issued):
    text = refused(certificate=(str(issued.certificate),))
    assert f"{issued.certificate} has no private key." in text
    assert "--key PATH" in text


def test_a_key_of_another_certificate(issued, authority):
    other = authority.issue("other", "localhost")
    text = refused(certificate=(str(issued.certificate),), key=(str(other.key),))
    assert "key values mismatch" in text
    assert "openssl" in text


def test_a_file_with_something_else(issued, tmp_path):
    (tmp_path / "text.pem").write_text("nothing")
    assert "no certificate and key" in refused(
        certificate=(f"{tmp_path}/text.pem",), key=(str(issued.key),)
    )


def test_a_key_that_needs_a_password(authority, tmp_path):
    issued = authority.issue("locked", "localhost")
    locked = tmp_path / "locked.key"
    subprocess.run(
        ["openssl", "pkey", "-in", issued.key, "-aes256", "-passout", "pass:x", "-out", locked],
        check=True,
    )
    text = refused(certificate=(str(issued.certificate),), key=(str(locked),))
    assert "needs a password" in text
    assert "openssl pkey -in" in text


def test_a_key_without_a_certificate(issued):
    assert "0 certificates and 1 keys" in refused(key=(str(issued.key),))


def test_one_key_for_two_certificates(issued):
    paths = (str(issued.certificate),) * 2
    assert "2 certificates and 1 keys" in refused(certificate=paths, key=(str(issued.key),))


@pytest.mark.parametrize("half", [{"client_ca": "ca.pem"}, {"client_certificates": "required"}])
def test_client_certificates_need_both_options(issued, half):
    assert "need each other" in refused(**issued.options, **half)


def test_authorities_that_are_none(issued):
    more = {"client_certificates": "required", "client_ca": str(issued.key)}
    assert "has no authorities" in refused(**issued.options, **more)
    more["client_ca"] += ".missing"
    assert "Cannot read" in refused(**issued.options, **more)
