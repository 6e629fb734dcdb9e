"""What a server reads in its own certificate."""

from datetime import UTC, datetime, timedelta

import pytest

from enfilade.server.tls.x509 import read_certificate


def read(issued):
    return read_certificate(issued.certificate.read_text())


def test_the_names_are_the_alternative_ones(authority):
    issued = authority.issue("names", "Example.org", "*.example.org", "IP:192.0.2.1", "IP:::1")
    assert read(issued).names == ("example.org", "*.example.org", "192.0.2.1", "::1")


def test_without_alternatives_the_common_name_is_one(authority):
    assert read(authority.issue("common", subject="/O=A site/CN=Old.example")).names == (
        "old.example",
    )


def test_a_certificate_may_have_no_name(authority):
    assert read(authority.issue("nameless", subject="/O=A site")).names == ()


def test_it_is_valid_for_the_time_it_was_issued_for(authority):
    certificate = read(authority.issue("timely", "a", days=20))
    now = datetime.now(UTC)
    assert now - timedelta(minutes=5) < certificate.not_before < now + timedelta(minutes=5)
    assert certificate.not_after - certificate.not_before == timedelta(days=20)


def test_a_year_beyond_2049_is_read(authority):
    assert read(authority.issue("late", "a", days=20000)).not_after.year > 2070


def test_an_rsa_key_makes_no_difference(authority):
    assert read(authority.issue("rsa", "a", key=("-newkey", "rsa:2048"))).names == ("a",)


@pytest.mark.parametrize("cut", [0, 40, 300])
def test_what_is_no_certificate_is_said_to_be_none(authority, cut):
    text = authority.issue("cut", "a").certificate.read_text()
    with pytest.raises(ValueError, match="no certificate"):
        read_certificate(text[:cut])


def test_a_certificate_that_is_cut_off_inside_is_said_to_be(authority):
    lines = authority.issue("inside", "a").certificate.read_text().splitlines()
    with pytest.raises(ValueError, match=r"cut off|unpack"):
        read_certificate("\n".join([lines[0], *lines[1:3], lines[-1]]))
