"""Numbers, bytes and objects in URL-safe text, beside Django's notation."""

import django.core.signing
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.signing import b62_decode, b62_encode, b64_decode, b64_encode
from enfilade.signing.notation import pack, unpack


@given(st.integers())
def test_a_number_is_noted_as_in_django_and_read_again(number):
    assert b62_encode(number) == django.core.signing.b62_encode(number)
    assert b62_decode(b62_encode(number)) == number


@pytest.mark.parametrize("text", ["", "-", "a.b", "1 2", "--1", "é"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        b62_decode(text)


@given(st.binary())
def test_bytes_are_noted_as_in_django_and_read_again(data):
    assert b64_encode(data) == django.core.signing.b64_encode(data)
    assert b64_decode(b64_encode(data)) == data


@given(st.binary() | st.integers(0, 500).map(bytes), st.booleans())
def test_packed_bytes_can_be_unpacked(data, compress):
    assert unpack(pack(data, compress=compress)) == data


def test_data_is_compressed_only_where_that_saves_something():
    assert pack(bytes(500), compress=True).startswith(".")
    assert len(pack(bytes(500), compress=True)) < 40
    assert pack(b"abc", compress=True) == pack(b"abc", compress=False) == "YWJj"
