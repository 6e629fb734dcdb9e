"""Tokens: every masked one is the secret's, every corrupted one is refused."""

import pytest
from django.middleware import csrf as django_csrf
from hypothesis import given
from hypothesis import strategies as st

from enfilade.http import HttpRequest
from enfilade.http.csrf import (
    CSRF_ALLOWED_CHARS,
    InvalidTokenFormat,
    check_token_format,
    does_token_match,
    get_token,
    mask_secret,
    new_secret,
    rotate_token,
    unmask_token,
)

secrets = st.text(CSRF_ALLOWED_CHARS, min_size=32, max_size=32)
places = st.integers(0, 63)


def request_with(cookie: str | None = None) -> HttpRequest:
    request = HttpRequest()
    if cookie is not None:
        request.COOKIES["csrftoken"] = cookie
    return request


@given(secrets)
def test_a_masked_token_unmasks_to_its_secret(secret: str) -> None:
    token = mask_secret(secret)
    check_token_format(token)
    assert unmask_token(token) == secret
    assert does_token_match(token, secret)
    assert does_token_match(secret, secret)


@given(secrets)
def test_each_side_understands_the_other_s_tokens(secret: str) -> None:
    assert django_csrf._unmask_cipher_token(mask_secret(secret)) == secret
    assert unmask_token(django_csrf._mask_cipher_secret(secret)) == secret


@given(secrets, places, st.sampled_from(CSRF_ALLOWED_CHARS))
def test_a_token_with_one_other_character_is_refused(secret: str, place: int, other: str) -> None:
    token = mask_secret(secret)
    corrupted = token[:place] + other + token[place + 1 :]
    assert does_token_match(corrupted, secret) is (corrupted == token)


@given(secrets, secrets)
def test_a_token_of_another_secret_is_refused(one: str, other: str) -> None:
    assert does_token_match(mask_secret(one), other) is (one == other)


@given(secrets, places, st.characters().filter(lambda one: one not in CSRF_ALLOWED_CHARS))
def test_a_character_of_another_alphabet_is_refused(secret: str, place: int, wrong: str) -> None:
    token = mask_secret(secret)
    with pytest.raises(InvalidTokenFormat, match="has invalid characters"):
        check_token_format(token[:place] + wrong + token[place + 1 :])


@given(st.text(CSRF_ALLOWED_CHARS, max_size=80).filter(lambda text: len(text) not in (32, 64)))
def test_a_text_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(InvalidTokenFormat, match="has incorrect length"):
        check_token_format(text)


def test_secrets_are_all_different_and_made_of_the_whole_alphabet() -> None:
    made = {new_secret() for _ in range(500)}
    assert len(made) == 500
    assert all(len(secret) == 32 for secret in made)
    assert set("".join(made)) == set(CSRF_ALLOWED_CHARS)


def test_every_token_of_a_request_is_one_of_the_same_secret() -> None:
    request = request_with()
    one, other = get_token(request), get_token(request)
    assert one != other
    assert unmask_token(one) == unmask_token(other) == request.META["CSRF_COOKIE"]
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True


def test_a_token_is_made_of_the_secret_in_the_cookie() -> None:
    secret = new_secret()
    request = request_with(secret)
    assert "CSRF_COOKIE" not in request.META
    assert unmask_token(get_token(request)) == secret
    assert request.META["CSRF_COOKIE"] == secret


@pytest.mark.parametrize("cookie", ["", "short", "-" * 32, "é" * 32, "x" * 65])
def test_a_cookie_that_cannot_be_one_is_replaced(cookie: str) -> None:
    request = request_with(cookie)
    secret = unmask_token(get_token(request))
    assert secret != cookie
    assert request.META["CSRF_COOKIE"] == secret


def test_rotation_gives_another_secret_to_tokens_made_later() -> None:
    secret = new_secret()
    request = request_with(secret)
    before = get_token(request)
    rotate_token(request)
    assert not does_token_match(before, request.META["CSRF_COOKIE"])
    assert does_token_match(get_token(request), request.META["CSRF_COOKIE"])
