"""Tokens of links for a new password."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.contrib.auth.tokens import (
    PasswordResetTokenGenerator,
    decode_uid,
    default_token_generator,
    encode_uid,
)
from enfilade.contrib.auth.users import User
from enfilade.test import override_settings


def ann(**changes: Any) -> User:
    known = {"id": 7, "username": "ann", "password": "md5$x$y", "email": "ann@example.org"}
    return User(**{**known, **changes})


class Clock(PasswordResetTokenGenerator):
    now = 800_000_000

    def _now(self) -> int:
        return self.now


def test_a_token_is_a_time_and_a_digest() -> None:
    token = default_token_generator.make_token(ann())
    assert re.fullmatch(r"[0-9a-z]{6}-[0-9a-f]{32}", token)
    assert default_token_generator.check_token(ann(), token)


@pytest.mark.parametrize(
    "change",
    [
        {"password": "md5$x$z"},
        {"last_login": datetime(2026, 1, 1, tzinfo=UTC)},
        {"email": "anne@example.org"},
        {"id": 8},
    ],
)
def test_what_the_link_is_for_makes_it_worthless(change: dict[str, Any]) -> None:
    token = default_token_generator.make_token(ann())
    assert not default_token_generator.check_token(ann(**change), token)


def test_microseconds_of_the_login_do_not_count() -> None:
    at = datetime(2026, 1, 1, 12, 30, 15, 999, UTC)
    token = default_token_generator.make_token(ann(last_login=at))
    rounded = ann(last_login=at.replace(microsecond=0))
    assert default_token_generator.check_token(rounded, token)
    assert not default_token_generator.check_token(ann(last_login=at + timedelta(seconds=1)), token)


def test_no_end_of_one_thing_passes_for_the_beginning_of_the_next() -> None:
    """Else 1ann@… could turn a token of now into one of the far future with the address ann@…"""
    clock = Clock()
    token = clock.make_token(ann(email="1ann@example.org"))
    time, _, digest = token.partition("-")
    later = int(time, 36) * 10 + 1
    moved = f"{_base36(later)}-{digest}"
    assert not clock.check_token(ann(email="ann@example.org"), moved)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]


def test_a_token_is_good_for_its_time_and_not_a_second_longer() -> None:
    clock = Clock()
    token = clock.make_token(ann())
    with override_settings(PASSWORD_RESET_TIMEOUT=60):
        clock.now += 60
        assert clock.check_token(ann(), token)
        clock.now += 1
        assert not clock.check_token(ann(), token)


def test_an_older_key_still_verifies() -> None:
    token = default_token_generator.make_token(ann())
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert not default_token_generator.check_token(ann(), token)
    keys = ["one", "a key for the tests only"]
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=keys):
        assert default_token_generator.check_token(ann(), token)


def test_a_generator_may_have_keys_and_a_purpose_of_its_own() -> None:
    class Invitation(PasswordResetTokenGenerator):
        key_salt = "invitations"

    token = Invitation().make_token(ann())
    assert Invitation().check_token(ann(), token)
    assert not default_token_generator.check_token(ann(), token)
    own = Invitation()
    own.secret, own.secret_fallbacks = "a key", []
    assert not own.check_token(ann(), token)
    own.secret_fallbacks = ["a key for the tests only"]
    assert own.check_token(ann(), token)


def test_nobody_and_nothing_do_not_verify() -> None:
    token = default_token_generator.make_token(ann())
    assert not default_token_generator.check_token(None, token)
    assert not default_token_generator.check_token(ann(), None)
    assert not default_token_generator.check_token(ann(), "")


@given(st.text(), st.text())
def test_any_text_is_refused(one: str, other: str) -> None:
    for token in (one, f"{one}-{other}", f"set-password{one}"):
        assert not default_token_generator.check_token(ann(), token)


@pytest.mark.parametrize(
    "change", [str.upper, "+{}".format, " {}".format, "{} ".format, "0{}".format]
)
def test_the_same_token_written_otherwise_is_refused(change: Any) -> None:
    token = default_token_generator.make_token(ann())
    assert not default_token_generator.check_token(ann(), change(token))


def test_users_of_a_site_s_own_need_neither_address_nor_login() -> None:
    user = SimpleNamespace(pk="x", password="!", get_email_field_name=lambda: "email")
    assert default_token_generator.check_token(user, default_token_generator.make_token(user))


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_keys_survive_the_way(key: str) -> None:
    encoded = encode_uid(SimpleNamespace(pk=key))
    assert re.fullmatch(r"[\w-]+", encoded, re.ASCII)
    assert decode_uid(encoded) == key


@given(st.text())
def test_other_texts_are_no_keys(text: str) -> None:
    key = decode_uid(text)
    assert key is None or encode_uid(SimpleNamespace(pk=key)) == text
