"""Names of subjects as text (RFC 4514); the rest is in tests/server/loop/test_handshake.py."""

import pytest

from enfilade.server.tls.client_certificate import distinguished_name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (((("organizationName", "A site"),), (("commonName", "Ada"),)), "CN=Ada,O=A site"),
        (((("commonName", "Ada"), ("userId", "7")),), "CN=Ada+UID=7"),
        (((("commonName", 'a,b+"c"<d>;\\'),),), r"CN=a\,b\+\"c\"\<d\>\;\\"),
        (((("commonName", "#1"),),), r"CN=\#1"),
        (((("commonName", " a "),),), r"CN=\ a\ "),
        (((("commonName", "a\r\nb"),),), r"CN=a\0d\0ab"),
        (((("emailAddress", "a@example.org"),),), "emailAddress=a@example.org"),
        (((("commonName", "Zoë"),),), "CN=Zoë"),
        ((), ""),
    ],
)
def test_a_distinguished_name_is_written_as_rfc_4514_has_it(name, text):
    assert distinguished_name(name) == text
