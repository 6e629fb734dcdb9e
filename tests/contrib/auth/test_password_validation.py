"""What a new password must be like, and who is asked."""

import gzip
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from enfilade.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
    get_password_validators,
    password_changed,
    password_validators_help_texts,
    validate_password,
)
from enfilade.contrib.auth.users import User
from enfilade.exceptions import ImproperlyConfigured, ValidationError
from enfilade.test import override_settings

ROOM = "enfilade.contrib.auth.password_validation"
ALL = [
    {"NAME": f"{ROOM}.UserAttributeSimilarityValidator"},
    {"NAME": f"{ROOM}.MinimumLengthValidator", "OPTIONS": {"min_length": 9}},
    {"NAME": f"{ROOM}.CommonPasswordValidator"},
    {"NAME": f"{ROOM}.NumericPasswordValidator"},
]


def reasons(password: str, user: Any = None) -> list[str | None]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [each.code for each in error.error_list]
    return []


def test_without_the_setting_every_password_will_do() -> None:
    assert reasons("1") == []
    assert password_validators_help_texts() == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    with override_settings(AUTH_PASSWORD_VALIDATORS=ALL):
        assert reasons("12345678") == [
            "password_too_short",
            "password_too_common",
            "password_entirely_numeric",
        ]
        assert reasons("ann.archer", User(username="ann.archer")) == ["password_too_similar"]
        assert reasons("correct horse battery staple", User(username="ann")) == []
        with pytest.raises(ValidationError) as caught:
            validate_password("12345678")
        assert caught.value.messages == [
            "This password has less than 9 characters.",
            "This password is one of those that are guessed first.",
            "This password has nothing but digits.",
        ]
        assert len(password_validators_help_texts()) == 4


def test_the_similarity_says_what_is_alike() -> None:
    validator = UserAttributeSimilarityValidator()
    ann = User(username="ann", first_name="Philippa", email="archer@gazette.example")
    for password, name in (("PHILIPPA1", "first name"), ("gazette.1", "email address")):
        with pytest.raises(ValidationError) as caught:
            validator.validate(password, ann)
        assert caught.value.messages == [f"This password is too much like the {name}."]


def test_other_attributes_and_other_limits() -> None:
    validator = UserAttributeSimilarityValidator(("town",), max_similarity=1)
    user = SimpleNamespace(town="Edinburgh", username="ann", number=7)
    validator.validate("ann", user)
    validator.validate("Edinburgh1", user)
    with pytest.raises(ValidationError):
        validator.validate("hgrubnide", user)
    with pytest.raises(ValueError, match=r"at least 0\.1"):
        UserAttributeSimilarityValidator(max_similarity=0.05)


def test_a_very_long_password_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def compare(*args: object, **kwargs: object) -> None:
        raise AssertionError("compared")

    monkeypatch.setattr(f"{ROOM}.SequenceMatcher", compare)
    UserAttributeSimilarityValidator().validate("x" * 1_000_000, User(username="ann" * 50))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_list_of_the_site_s_own(tmp_path: Path, pack: Any) -> None:
    path = tmp_path / "list"
    path.write_bytes(pack("gazette\nzürich\n".encode()))
    validator = CommonPasswordValidator(path)
    validator.validate("password")
    for password in ("Gazette", " ZÜRICH "):
        with pytest.raises(ValidationError) as caught:
            validator.validate(password)
        assert caught.value.code == "password_too_common"


def test_validators_that_want_to_know_are_told() -> None:
    class Noting(MinimumLengthValidator):
        told: list[tuple[str, Any]] = []

        def password_changed(self, password: str, user: Any = None) -> None:
            self.told.append((password, user))

    password_changed("secret", "ann", [NumericPasswordValidator(), Noting()])
    assert Noting.told == [("secret", "ann")]


@pytest.mark.parametrize(
    "entry",
    [
        {"NAME": "no.such.Validator"},
        {"NAME": f"{ROOM}.Missing"},
        {"OPTIONS": {}},
        "enfilade.Validator",
        {"NAME": f"{ROOM}.MinimumLengthValidator", "OPTIONS": {"length": 9}},
        {"NAME": f"{ROOM}.CommonPasswordValidator", "OPTIONS": {"password_list_path": "/no"}},
    ],
)
def test_an_entry_that_makes_no_validator_is_told(entry: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="AUTH_PASSWORD_VALIDATORS"):
        get_password_validators([entry])


def test_a_validator_may_be_the_site_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Rhyming:
        def validate(self, password: str, user: Any = None) -> None:
            raise ValidationError("%(word)s does not rhyme", "prose", {"word": password})

    monkeypatch.setitem(sys.modules, "poetry", SimpleNamespace(Rhyming=Rhyming))
    with override_settings(AUTH_PASSWORD_VALIDATORS=[{"NAME": "poetry.Rhyming"}]):
        with pytest.raises(ValidationError) as caught:
            validate_password("orange")
        assert caught.value.messages == ["orange does not rhyme"]
        assert str(caught.value) == "['orange does not rhyme']"
