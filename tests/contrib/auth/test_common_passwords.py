"""Which passwords are tried first."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.contrib.auth.common_passwords import LONGEST, WORDS, is_common


@pytest.mark.parametrize(
    "password",
    [
        "password", "PASSWORD", " Password ", "P@ssw0rd", "p4$$w0rd!", "password2024!", "1password",
        "passwordpassword", "iloveyou", "dragonmonkey", "123456789", "987654321", "qwertyuiop",
        "qwerty123", "1qaz2wsx", "1q2w3e4r", "abc123", "aaaaaaaa", "abcabcabc", "121212",
        "19850412", "letmein1", "sunshine_99", "zxcvbnm,", "poiuytrewq", "!!!love!!!",
        "asdfghjkl12345", "michael1985", "passwort123", "!@#$%^&*",
    ],
)  # fmt: skip
def test_what_everybody_thinks_of_is_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple", "tr0ub4dor&3", "kitchen-4-gazelles", "love8k!xq", "x",
        "dragonmonkeysunshinefootball", "zq8w!kfp", "password" * 5, "9182736450", "passwordly",
        "2024-08-19 and rain", "",
    ],
)  # fmt: skip
def test_what_nobody_tries_first_is_not(password: str) -> None:
    assert not is_common(password)


@given(
    st.sampled_from(sorted(WORDS.split())),
    st.text("0123456789!?._-", max_size=5),
    st.text("0123456789!?._-", max_size=5),
)
def test_digits_and_signs_around_a_word_do_not_help(word: str, before: str, behind: str) -> None:
    assert is_common(f"{before}{word.title()}{behind}")


@given(st.text(max_size=60))
def test_every_text_has_a_verdict(text: str) -> None:
    assert is_common(text) in (True, False)
    assert is_common(text) == is_common(f" {text}\t")


def test_chance_is_not_common() -> None:
    assert not any(is_common(secrets.token_urlsafe(12)) for _ in range(200))
    assert not is_common("a" * (LONGEST + 1))
