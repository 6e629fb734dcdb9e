"""A hash of an older kind is made anew when its password is given; others may write meanwhile."""

import threading
from typing import Any

import pytest

from enfilade.contrib.auth import authenticate, get_user_store
from enfilade.contrib.auth.errors import UserDoesNotExist
from enfilade.contrib.auth.hashers import identify_hasher, make_password
from enfilade.contrib.auth.store import UserStore
from enfilade.contrib.auth.users import User
from enfilade.test import override_settings

pytestmark = pytest.mark.usefixtures("database")

MD5 = "enfilade.contrib.auth.hashers.MD5PasswordHasher"
BETTER = "counted.Better"


@pytest.fixture
def old() -> Any:
    """A user as the store had her before hashes were to be of another kind."""
    User.objects.create_user("ann", password="secret")
    with override_settings(PASSWORD_HASHERS=[BETTER, MD5]):
        yield stored()


def stored() -> User:
    return User.objects.get(username="ann")


def kind(user: User) -> str:
    return identify_hasher(user.password).algorithm


def test_the_right_password_makes_an_old_hash_anew(old: User, ask: Any) -> None:
    assert not ask(old, "check_password", "wrong")
    assert kind(stored()) == "md5"
    assert ask(old, "check_password", "secret")
    assert kind(stored()) == "pbkdf2_sha256"
    assert stored().password == old.password
    assert ask(stored(), "check_password", "secret")


def test_a_password_changed_between_check_and_upgrade_stays_changed(old: User, ask: Any) -> None:
    other = stored()
    other.set_password("another")
    other.save(update_fields=["password"])
    assert not ask(old, "check_password", "secret")
    assert stored().password == other.password


def test_two_logins_at_once_agree_on_the_hash_that_their_sessions_digest(old: User) -> None:
    both, known = threading.Barrier(2), []

    def login() -> None:
        both.wait()
        known.append(authenticate(None, username="ann", password="secret"))

    threads = [threading.Thread(target=login) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {user.password for user in known} == {stored().password}


def test_one_who_lost_the_race_takes_over_the_hash_of_the_other(old: User, ask: Any) -> None:
    assert stored().check_password("secret")
    assert ask(old, "check_password", "secret")
    assert old.password == stored().password


def test_who_was_deleted_meanwhile_has_no_password(old: User, ask: Any) -> None:
    stored().delete()
    assert not ask(old, "check_password", "secret")
    with pytest.raises(UserDoesNotExist):
        stored()


def test_a_user_that_was_never_saved_is_not_saved_by_a_check(old: User) -> None:
    new = User(username="bob", password=make_password("secret", hasher="md5"))
    assert new.check_password("secret")
    assert kind(new) == "pbkdf2_sha256"
    with pytest.raises(UserDoesNotExist):
        User.objects.get(username="bob")


def test_a_store_of_four_methods_replaces_hashes_too(old: User) -> None:
    store, newer = get_user_store(), make_password("secret")
    assert UserStore.replace_password(store, old, newer)
    assert stored().password == newer
    stale = User(id=old.id, username="ann", password="md5$of$before")
    assert not UserStore.replace_password(store, stale, make_password("secret"))
    assert stored().password == newer
    stored().delete()
    assert not UserStore.replace_password(store, old, make_password("secret"))
