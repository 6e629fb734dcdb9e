"""Which names are those of secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.secrecy import declare, is_secret

OURS = [
    "password", "PASSWD", "api_key", "X-Api-Key", "Authorization", "SECRET_KEY", "csrftoken",
    "HTTP_COOKIE", "Cookie", "Set-Cookie", "sessionid", "PHPSESSID", b"cookie", "Enfilade-Trace",
    "trace_token", "db_pwd", "sid", "user[password]",
]  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_these_are_secret(name):
    assert is_secret(name)


@pytest.mark.parametrize("name", ["user", "author", "cookies_accepted", "page", "side", 7, None])
def test_these_are_not(name):
    assert not is_secret(name)


def test_some_are_secret_for_once():
    assert is_secret("colour", {"colour"})
    assert not is_secret("colour", {"size"})


@pytest.mark.parametrize("name", ["shoe_size", "Shoe-Size", "SHOE_SIZE", "HTTP_SHOE_SIZE"])
def test_a_declared_name_is_secret_however_it_is_written(no_names, name):
    assert not is_secret(name)
    declare(["Shoe-Size"])
    assert is_secret(name)


@given(st.text(), st.sampled_from([name for name in OURS if isinstance(name, str)]))
def test_a_name_stays_secret_in_a_longer_one(before, name):
    if name.lower() in ("password", "api_key", "authorization", "csrftoken"):
        assert is_secret(before + name)
    assert is_secret(name.upper()) and is_secret(name.lower())
