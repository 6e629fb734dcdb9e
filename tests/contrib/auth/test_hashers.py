"""Hashes of passwords: Django's verify here, ours verify there, and refusals cost the same."""

import asyncio
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import hashers as theirs
from django.test import override_settings as django_override_settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from enfilade.conf.settings import DEFAULTS
from enfilade.contrib.auth import hashers as ours
from enfilade.exceptions import ImproperlyConfigured
from enfilade.test import override_settings

NAMES = [
    "Argon2PasswordHasher",
    "PBKDF2PasswordHasher",
    "PBKDF2SHA1PasswordHasher",
    "ScryptPasswordHasher",
    "MD5PasswordHasher",
]
OF_DJANGO = [f"django.contrib.auth.hashers.{name}" for name in NAMES]
OF_OURS = [f"enfilade.contrib.auth.hashers.{name}" for name in NAMES]
SALT = "a salt of more than 22"


@pytest.fixture(autouse=True)
def installed() -> Any:
    with (
        django_override_settings(PASSWORD_HASHERS=OF_DJANGO),
        override_settings(PASSWORD_HASHERS=OF_OURS),
    ):
        yield


def pair(name: str, **cheaper: Any) -> tuple[Any, Any]:
    """The two hashers of this name, with the same costs."""
    made = []
    for module in (ours, theirs):
        hasher = getattr(module, name)()
        for attribute, value in cheaper.items():
            setattr(hasher, attribute, value)
        made.append(hasher)
    return made[0], made[1]


CHEAPER = {
    "Argon2PasswordHasher": {"memory_cost": 64, "time_cost": 1, "parallelism": 2},
    "PBKDF2PasswordHasher": {"iterations": 10},
    "PBKDF2SHA1PasswordHasher": {"iterations": 10},
    "ScryptPasswordHasher": {"work_factor": 16},
    "MD5PasswordHasher": {},
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("password", ["secret", "", "pässwörd 🔑", "a" * 5000])
def test_what_the_one_hashed_the_other_verifies(name: str, password: str) -> None:
    one, other = pair(name, **CHEAPER[name])
    for maker, checker in ((one, other), (other, one)):
        encoded = maker.encode(password, maker.salt())
        assert checker.verify(password, encoded)
        assert not checker.verify(password + "x", encoded)
        assert checker.decode(encoded) == maker.decode(encoded)
        assert checker.must_update(encoded) is maker.must_update(encoded) is False
    assert one.encode(password, SALT) == other.encode(password, SALT)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_full_costs_are_those_of_django(name: str) -> None:
    encoded = theirs.make_password("secret", hasher=getattr(theirs, name)())
    hasher = getattr(ours, name)()
    assert ours.check_password("secret", encoded)
    assert hasher.must_update(encoded) is False
    assert theirs.check_password("secret", hasher.encode("secret", hasher.salt()))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("salt", ["short", "salt with 22 and more characters"])
def test_the_same_hashes_are_out_of_date(name: str, salt: str) -> None:
    one, other = pair(name, **CHEAPER[name])
    full_one, full_other = pair(name)
    if name == "Argon2PasswordHasher":
        salt += "longer than eight"
    encoded = one.encode("secret", salt)
    assert one.must_update(encoded) == other.must_update(encoded)
    assert full_one.must_update(encoded) == full_other.must_update(encoded)


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_shows_neither_salt_nor_digest(name: str) -> None:
    hasher, _ = pair(name, **CHEAPER[name])
    encoded = hasher.encode("secret", "abcdefghijklmnopqrstuvwxyz")
    summary = hasher.safe_summary(encoded)
    assert summary["algorithm"] == hasher.algorithm
    assert summary["salt"].startswith("abcdef***")
    assert hasher.decode(encoded)["hash"] not in summary.values()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("salt", ["", "with$dollar"])
def test_a_salt_that_cannot_stand_in_a_hash_is_refused(name: str, salt: str) -> None:
    with pytest.raises(ValueError, match="salt"):
        getattr(ours, name)().encode("secret", salt)


@hypothesis_settings(max_examples=200)
@given(st.text())
def test_no_text_in_the_place_of_a_hash_breaks_the_check(encoded: str) -> None:
    with override_settings(PASSWORD_HASHERS=OF_OURS[::-1]):
        assert ours.check_password("secret", encoded) is False


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rest", ["", "$", "$1", "$x$y$z", "$1$2$3$4$5$6", "$argon2id$v=1$m=1$x$y"])
def test_a_broken_hash_fits_nothing(name: str, rest: str) -> None:
    with override_settings(PASSWORD_HASHERS=[OF_OURS[-1], *OF_OURS]):
        algorithm = getattr(ours, name).algorithm
        assert ours.verify_password("secret", algorithm + rest)[0] is False


@pytest.mark.parametrize("password", ["secret", "", b"bytes", "\ud800"])
def test_bytes_and_any_text_can_be_a_password(password: Any) -> None:
    with override_settings(PASSWORD_HASHERS=OF_OURS[::-1]):
        encoded = ours.make_password(password)
        assert ours.check_password(password, encoded)
        assert not ours.check_password("another", encoded)


@pytest.mark.parametrize("password", [1, object(), ["secret"]])
def test_other_things_are_no_passwords(password: Any) -> None:
    with pytest.raises(TypeError, match="Password must be a string or bytes, got"):
        ours.make_password(password)


def test_no_password_fits_an_unusable_one() -> None:
    with override_settings(PASSWORD_HASHERS=OF_OURS[::-1]):
        encoded = ours.make_password(None)
        assert encoded.startswith("!")
        assert len(encoded) == 41
        assert not ours.is_password_usable(encoded)
        assert not theirs.is_password_usable(encoded)
        assert not ours.check_password(None, encoded)
        assert not ours.check_password(encoded, encoded)
        assert encoded != ours.make_password(None)


def test_an_algorithm_that_is_not_installed_is_named() -> None:
    with override_settings(PASSWORD_HASHERS=OF_OURS[:1]):
        with pytest.raises(ValueError, match=r"'md5'.*PASSWORD_HASHERS"):
            ours.identify_hasher("md5$salt$digest")
        with pytest.raises(ValueError, match="'md5'"):
            ours.make_password("secret", hasher="md5")


@pytest.mark.parametrize(
    ("paths", "said"),
    [([], "empty"), (["nowhere.Hasher"], "nowhere.Hasher"), (["enfilade.x"], "enfilade.x")],
)
def test_a_wrong_setting_is_a_clear_error(paths: list[str], said: str) -> None:
    with (
        override_settings(PASSWORD_HASHERS=paths),
        pytest.raises(ImproperlyConfigured, match=said),
    ):
        ours.make_password("secret")


# How often is work done? -------------------------------------------------------------------------


class Counted(ours.PBKDF2PasswordHasher):
    """Counts iterations in place of time."""

    iterations = 100
    worked: list[int] = []

    def encode(self, password: Any, salt: str, iterations: int | None = None) -> str:
        self.worked.append(iterations or self.iterations)
        return super().encode(password, salt, iterations)


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(sys.modules, "hashers_of_the_site", SimpleNamespace(Counted=Counted))
    Counted.worked.clear()
    with override_settings(PASSWORD_HASHERS=["hashers_of_the_site.Counted", *OF_OURS]):
        yield Counted.worked


FITS = "pbkdf2_sha256$100$abcdefghijklmnopqrstuvwxyz$" + "x" * 44


@pytest.mark.parametrize("encoded", ["!unusable", "", "gibberish", "bcrypt$x", "pbkdf2_sha256$x"])
def test_a_refusal_does_the_work_where_there_is_nothing_to_compare(
    worked: list[int], encoded: str
) -> None:
    assert not ours.check_password("secret", encoded)
    assert worked == [100]


def test_no_password_does_the_work_as_well(worked: list[int]) -> None:
    assert not ours.check_password(None, FITS)
    assert worked == [100]


def test_an_old_hash_is_refused_with_the_work_of_a_new_one(worked: list[int]) -> None:
    encoded = Counted().encode("secret", SALT, 30)
    worked.clear()
    assert not ours.check_password("wrong", encoded)
    assert worked == [30, 70]


def test_a_hash_of_more_work_than_asked_for_gets_no_more(worked: list[int]) -> None:
    encoded = Counted().encode("secret", SALT, 300)
    worked.clear()
    assert not ours.check_password("wrong", encoded)
    assert worked == [300]


@pytest.mark.parametrize("awaits", [False, True], ids=["sync", "async"])
def test_the_right_password_makes_an_old_hash_anew(worked: list[int], awaits: bool) -> None:
    told: list[str] = []

    async def tell(password: str) -> None:
        told.append(password)

    def check(password: str, encoded: str) -> bool:
        if awaits:
            return asyncio.run(ours.acheck_password(password, encoded, tell))
        return ours.check_password(password, encoded, told.append)

    old = Counted().encode("secret", SALT, 30)
    other = ours.make_password("secret", hasher="md5")
    current = ours.make_password("secret")
    assert not check("wrong", old)
    assert check("secret", current)
    assert told == []
    assert check("secret", old)
    assert check("secret", other)
    assert told == ["secret", "secret"]


def test_hashing_for_a_coroutine_leaves_the_event_loop_free() -> None:
    threads: list[int] = []

    class Watched(ours.MD5PasswordHasher):
        def verify(self, password: Any, encoded: str) -> bool:
            threads.append(threading.get_ident())
            return super().verify(password, encoded)

    async def check() -> bool:
        known = ours.make_password("secret", hasher="md5")
        return await ours.acheck_password("secret", known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "watched_hashers", SimpleNamespace(Watched=Watched))
        with override_settings(PASSWORD_HASHERS=["watched_hashers.Watched"]):
            assert asyncio.run(check())
    assert threads != [threading.get_ident()]
    assert len(threads) == 1


def test_argon2_is_what_a_site_uses_unless_it_says_otherwise() -> None:
    paths: list[str] = DEFAULTS["PASSWORD_HASHERS"]
    assert paths[0] == "enfilade.contrib.auth.hashers.Argon2PasswordHasher"
    with override_settings(PASSWORD_HASHERS=paths):
        assert all(hasher.load() is None for hasher in ours.get_hashers())
        assert ours.identify_hasher("pbkdf2_sha256$1$salt$hash").algorithm == "pbkdf2_sha256"
