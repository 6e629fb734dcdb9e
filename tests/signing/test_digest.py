"""The keyed digest, beside Django's."""

import hashlib

import django.utils.crypto
import pytest

from enfilade.signing import InvalidAlgorithm, constant_time_compare, salted_hmac


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha3_512", "blake2b", "md5"])
@pytest.mark.parametrize("secret", [None, "a secret", b"\xff", "清風"])
def test_is_that_of_django(algorithm, secret):
    for value in ("", "text", b"bytes", "清風", 7):
        ours = salted_hmac("salt", value, secret, algorithm=algorithm)
        theirs = django.utils.crypto.salted_hmac("salt", value, secret, algorithm=algorithm)
        assert ours.hexdigest() == theirs.hexdigest()


@pytest.mark.parametrize("algorithm", ["unheard-of", "", "new", "shake_128"])
def test_refuses_what_is_no_digest_of_fixed_length(algorithm):
    with pytest.raises(InvalidAlgorithm, match="hashlib"):
        salted_hmac("salt", "value", "secret", algorithm=algorithm)


def test_every_salt_has_a_key_of_its_own():
    digests = {salted_hmac(salt, "value", "secret").hexdigest() for salt in ("", "a", "b")}
    assert len(digests) == 3
    key = hashlib.sha1(b"a" + b"secret").digest()
    assert hashlib.sha1(key).hexdigest() not in digests


def test_text_and_bytes_are_compared_alike():
    assert constant_time_compare("é", "é".encode())
    assert not constant_time_compare("a", "b")
    assert not constant_time_compare("a", "aa")
