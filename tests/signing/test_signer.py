"""Signers: what one package has signed, the other verifies, and nothing else is verified."""

import datetime

import django.core.signing
import pytest
from hypothesis import given
from hypothesis import strategies as st

import enfilade.signing
from enfilade.signing import BadSignature, SignatureExpired, Signer, TimestampSigner, dumps, loads
from enfilade.test import override_settings

PAIRS = [
    (enfilade.signing, django.core.signing),
    (django.core.signing, enfilade.signing),
]
SIGNERS = [
    {},
    {"key": "another key"},
    {"key": b"\xff\x00"},
    {"salt": "for tests"},
    {"sep": "/"},
    {"sep": "::"},
    {"algorithm": "sha512"},
    {"key": "k", "salt": "s", "sep": "~", "algorithm": "sha1"},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(("signs", "verifies"), PAIRS, ids=["ours", "theirs"])
@pytest.mark.parametrize("kind", ["Signer", "TimestampSigner"])
@pytest.mark.parametrize("arguments", SIGNERS, ids=str)
def test_what_one_has_signed_the_other_verifies(signs, verifies, kind, arguments):
    signer, verifier = getattr(signs, kind)(**arguments), getattr(verifies, kind)(**arguments)
    for value in ("", "hello", "a:b", "清風", 3):
        assert verifier.unsign(signer.sign(value)) == str(value)
    with pytest.raises(verifies.BadSignature):
        verifier.unsign(signer.sign("hello").replace("hello", "hallo"))


@pytest.mark.slow
@pytest.mark.parametrize(("signs", "verifies"), PAIRS, ids=["ours", "theirs"])
@given(thing=JSON, compress=st.booleans(), salt=st.text(min_size=1), key=st.text(min_size=1))
def test_objects_pass_between_the_two(signs, verifies, thing, compress, salt, key):
    token = signs.dumps(thing, key=key, salt=salt, compress=compress)
    assert verifies.loads(token, key=key, salt=salt, max_age=60) == thing


@pytest.mark.parametrize(("signs", "verifies"), PAIRS, ids=["ours", "theirs"])
def test_the_default_salts_are_the_same(signs, verifies):
    assert verifies.loads(signs.dumps([1])) == [1]
    assert verifies.Signer().unsign_object(signs.Signer().sign_object({"a": 1})) == {"a": 1}


@given(st.text(), st.text())
def test_signatures_are_those_of_django(value, salt):
    ours = Signer(key="key", salt=salt).sign(value)
    theirs = django.core.signing.Signer(key="key", salt=salt)
    if salt:  # an empty one stands for the default
        assert ours == theirs.sign(value)
    assert Signer(key="key", salt=salt).unsign(ours) == value


def test_a_subclass_has_a_salt_of_its_own():
    class Other(Signer):
        pass

    assert Other().salt == f"{__name__}.Other"
    assert Signer().salt == "django.core.signing.Signer"
    with pytest.raises(BadSignature):
        Other().unsign(Signer().sign("x"))


@pytest.mark.parametrize("sep", ["", "a", "9", "-", "_", "=", "a-b"])
def test_a_separator_that_a_signature_may_contain_is_refused(sep):
    with pytest.raises(ValueError, match="Unsafe Signer separator"):
        Signer(sep=sep)


@pytest.mark.parametrize("signed", ["", "x", "x:", "x:é", "x:\ud800", "\ud800:x", ":", "x:y:z"])
@pytest.mark.parametrize("kind", [Signer, TimestampSigner])
def test_whatever_is_not_signed_is_a_bad_signature(kind, signed):
    with pytest.raises(BadSignature):
        kind().unsign(signed)


@given(st.text())
def test_text_that_nobody_has_signed_is_a_bad_signature(text):
    with pytest.raises(BadSignature):
        loads(text)


@given(st.data())
def test_a_token_with_one_character_changed_is_a_bad_signature(data):
    token = dumps({"user": 7}, key="key")
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[place]))
    changed = token[:place] + other + token[place + 1 :]
    with pytest.raises(BadSignature):
        loads(changed, key="key")


def test_old_keys_verify_and_do_not_sign():
    old, new = Signer(key="old"), Signer(key="new", fallback_keys=["older", "old"])
    assert new.unsign(old.sign("x")) == "x"
    with pytest.raises(BadSignature):
        old.unsign(new.sign("x"))


def test_the_settings_have_the_key_and_the_old_ones():
    with override_settings(SECRET_KEY="old"):
        token, signed = dumps("x"), Signer().sign("x")
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert (loads(token), Signer().unsign(signed)) == ("x", "x")
        with pytest.raises(BadSignature):
            loads(token, fallback_keys=[])
    with override_settings(SECRET_KEY="new"), pytest.raises(BadSignature):
        loads(token)


@pytest.mark.parametrize("max_age", [10, 10.5, datetime.timedelta(seconds=10)])
def test_a_signature_expires(monkeypatch, max_age):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000)
    signed = TimestampSigner().sign("x")
    monkeypatch.setattr("time.time", lambda: 1_700_000_010)
    assert TimestampSigner().unsign(signed, max_age=max_age) == "x"
    monkeypatch.setattr("time.time", lambda: 1_700_000_011)
    with pytest.raises(SignatureExpired, match="Signature age 11 >"):
        TimestampSigner().unsign(signed, max_age=max_age)
    assert TimestampSigner().unsign(signed) == "x"


@pytest.mark.parametrize("value", ["hello", "hello:no number", "hello:"])
def test_a_genuine_signature_without_a_time_is_a_bad_signature(value):
    signed = Signer(salt="same").sign(value)
    with pytest.raises(BadSignature, match="no timestamp"):
        TimestampSigner(salt="same").unsign(signed)
    with pytest.raises((ValueError, IndexError)):
        django.core.signing.TimestampSigner(salt="same").unsign(signed)


def test_a_serializer_may_be_given():
    class Letters:
        def dumps(self, obj):
            return obj.encode("utf-16")

        def loads(self, data):
            return data.decode("utf-16")

    assert loads(dumps("清風", serializer=Letters), serializer=Letters) == "清風"
