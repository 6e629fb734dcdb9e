"""Users, groups and permissions in a database: SQLite and PostgreSQL, sync and async."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert

from enfilade.contrib.auth import get_user_model, get_user_store, tables
from enfilade.contrib.auth.errors import (
    SeveralUsers,
    UnknownGroup,
    UserDoesNotExist,
    UserExists,
)
from enfilade.contrib.auth.groups import Group
from enfilade.contrib.auth.users import User
from enfilade.database import transaction
from enfilade.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from enfilade.test import override_settings

pytestmark = pytest.mark.usefixtures("database")


# Users -------------------------------------------------------------------------------------------


def test_a_new_user_is_kept_with_what_it_was_given(ask: Any) -> None:
    before = datetime.now(UTC)
    made = ask(User.objects, "create_user", "ann", "Ann@EXAMPLE.org", "secret", first_name="Ann")
    found = ask(User.objects, "get", pk=made.pk)
    assert found == made
    assert found is not made
    assert vars(found) == vars(made)
    assert (found.username, found.email, found.first_name) == ("ann", "Ann@example.org", "Ann")
    assert (found.is_active, found.is_staff, found.is_superuser) == (True, False, False)
    assert before <= found.date_joined <= datetime.now(UTC)
    assert found.last_login is None
    assert found.check_password("secret")
    assert "secret" not in found.password


def test_a_user_without_a_password_cannot_use_one(ask: Any) -> None:
    made = ask(User.objects, "create_user", "ann")
    assert not made.has_usable_password()
    assert made.email == ""


def test_a_superuser_has_both_flags(ask: Any) -> None:
    made = ask(User.objects, "create_superuser", "root", password="secret")
    assert (made.is_staff, made.is_superuser) == (True, True)
    for flag in ("is_staff", "is_superuser"):
        with pytest.raises(ValueError, match=f"Superuser must have {flag}=True"):
            ask(User.objects, "create_superuser", "other", **{flag: False})


def test_a_name_must_be_given_and_be_free(ask: Any) -> None:
    with pytest.raises(ValueError, match="The given username must be set"):
        ask(User.objects, "create_user", "")
    ask(User.objects, "create_user", "ann")
    with pytest.raises(UserExists, match="A user with that username already exists"):
        ask(User.objects, "create_user", "ann")
    other = ask(User.objects, "create_user", "bob")
    other.username = "ann"
    with pytest.raises(UserExists):
        ask(other, "save")


@pytest.mark.parametrize("typed", ["ivan", "ｉｖａｎ", "i\uff56an"])
def test_a_name_that_looks_the_same_is_the_same(ask: Any, typed: str) -> None:
    made = ask(User.objects, "create_user", "ｉvan")
    assert made.username == "ivan"
    assert ask(User.objects, "get_by_natural_key", typed) == made
    with pytest.raises(UserExists):
        ask(User.objects, "create_user", typed)


@pytest.mark.parametrize("name", ["nobody", "a\0b", "\ud800", "x" * 100_000, "Ann"])
def test_a_name_that_nobody_has_is_not_found(ask: Any, name: str) -> None:
    ask(User.objects, "create_user", "ann")
    with pytest.raises(User.DoesNotExist):
        ask(User.objects, "get_by_natural_key", name)


@pytest.mark.parametrize("key", ["", "x", "1.5", None, 0, -1, 10**30, "9" * 30, "1; DROP TABLE"])
def test_a_key_that_is_none_is_not_found(ask: Any, key: Any) -> None:
    ask(User.objects, "create_user", "ann")
    with pytest.raises(UserDoesNotExist):
        ask(User.objects, "get", pk=key)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 151])
def test_a_name_that_cannot_be_kept_is_refused(ask: Any, name: str) -> None:
    with pytest.raises(ValueError, match="username"):
        ask(User.objects, "create_user", name)
    assert ask(User.objects, "filter") == []


def test_none_in_a_field_that_needs_a_value_is_named(ask: Any) -> None:
    with pytest.raises(ValueError, match="first_name must not be None"):
        ask(User.objects, "create_user", "ann", first_name=None)


def test_users_are_found_by_what_they_have(ask: Any) -> None:
    ann = ask(User.objects, "create_user", "ann", "Ann@example.org")
    bob = ask(User.objects, "create_user", "bob", "ann@example.org", is_active=False)
    ask(User.objects, "create_user", "cyd")
    assert ask(User.objects, "filter", email__iexact="ANN@example.org") == [ann, bob]
    assert ask(User.objects, "filter", email__iexact="ANN@example.org", is_active=True) == [ann]
    assert ask(User.objects, "filter", email="ann@example.org") == [bob]
    assert ask(User.objects, "filter", last_login=None, username="ann") == [ann]
    assert ask(User.objects, "get", username="bob", is_active=False) == bob
    with pytest.raises(SeveralUsers, match="More than one"):
        ask(User.objects, "get", last_login=None)
    with pytest.raises(TypeError, match="no field 'shoe_size'"):
        ask(User.objects, "filter", shoe_size=42)


def test_only_named_fields_are_saved(ask: Any) -> None:
    one = ask(User.objects, "create_user", "ann")
    other = ask(User.objects, "get", username="ann")
    one.first_name = "Ann"
    ask(one, "save")
    other.last_name = "Lee"
    ask(other, "save", update_fields=["last_name"])
    found = ask(User.objects, "get", username="ann")
    assert found.get_full_name() == "Ann Lee"
    ask(other, "save", update_fields=[])
    assert ask(User.objects, "get", username="ann").first_name == "Ann"
    with pytest.raises(ValueError, match="no such fields: shoe_size"):
        ask(other, "save", update_fields=["shoe_size"])


def test_who_was_deleted_is_gone_and_cannot_be_saved(ask: Any) -> None:
    one = ask(User.objects, "create_user", "ann")
    other = ask(User.objects, "get", pk=one.pk)
    one.user_permissions.add("gazette.edit")
    ask(one, "delete")
    assert one.pk is None
    with pytest.raises(UserDoesNotExist, match="deleted"):
        ask(other, "save")
    with pytest.raises(UserDoesNotExist):
        ask(User.objects, "get", pk=other.pk)
    ask(other, "delete")


def test_times_keep_their_moment_whatever_their_zone(ask: Any) -> None:
    moment = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    ask(User.objects, "create_user", "ann", last_login=moment)
    found = ask(User.objects, "get", username="ann")
    assert found.last_login == moment
    assert found.last_login.tzinfo is UTC


def test_a_user_is_made_where_there_is_none(ask: Any) -> None:
    made, created = ask(User.objects, "get_or_create", "ａnn")
    assert created
    assert not made.has_usable_password()
    assert ask(User.objects, "get_or_create", "ann") == (made, False)


def test_two_requests_that_make_the_same_user_get_the_same(ask: Any) -> None:
    store, first = get_user_store(), threading.Event()

    class Late(type(store)):  # type: ignore[misc]
        looked = False

        def get_by_natural_key(self, username: str) -> User:
            if self.looked:
                return super().get_by_natural_key(username)
            self.looked = True
            first.wait()
            raise UserDoesNotExist

    ann = store.create_user("ann")
    first.set()
    assert ask(Late(), "get_or_create", "ann") == (ann, False)


def test_the_password_is_hashed_anew_where_the_old_way_is_out_of_date(ask: Any) -> None:
    md5, better = "enfilade.contrib.auth.hashers.MD5PasswordHasher", "counted.Better"
    user = ask(User.objects, "create_user", "ann", password="secret")
    with override_settings(PASSWORD_HASHERS=[better, md5]):
        user.first_name = "not to be saved"
        assert not ask(user, "check_password", "wrong")
        assert ask(User.objects, "get", pk=user.pk).password.startswith("md5$")
        assert ask(user, "check_password", "secret")
        found = ask(User.objects, "get", pk=user.pk)
        assert found.password.startswith("pbkdf2_sha256$10$")
        assert found.first_name == ""
        assert found.check_password("secret")


# Groups and permissions --------------------------------------------------------------------------


def test_names_are_added_removed_and_set(ask: Any) -> None:
    user = ask(User.objects, "create_user", "ann")
    mine = user.user_permissions
    ask(mine, "add", "a.read", "a.write")
    ask(mine, "add", "a.write", "b.read")
    assert list(mine) == ["a.read", "a.write", "b.read"]
    assert "a.read" in mine
    ask(mine, "remove", "a.read", "never.there")
    assert ask(mine, "all") == {"a.write", "b.read"}
    ask(mine, "set", ["b.read", "c.read"])
    assert ask(mine, "all") == {"b.read", "c.read"}
    ask(mine, "clear")
    assert ask(mine, "all") == set()


@pytest.mark.parametrize("code", ["", "edit", ".edit", "gazette.", "a.b\0", "a." + "x" * 300])
def test_what_is_no_permission_is_refused(ask: Any, code: str) -> None:
    user = ask(User.objects, "create_user", "ann")
    with pytest.raises(ValueError, match="permission"):
        ask(user.user_permissions, "add", "a.b", code)
    assert ask(user.user_permissions, "all") == set()


def test_a_group_lends_its_permissions(ask: Any) -> None:
    editors = ask(Group.objects, "create", "editors", permissions=["gazette.edit"])
    user = ask(User.objects, "create_user", "ann")
    ask(user.groups, "add", editors)
    user.user_permissions.add("gazette.read")
    assert list(user.groups) == ["editors"]
    assert editors in user.groups
    assert ask(user, "get_user_permissions") == {"gazette.read"}
    assert ask(user, "get_group_permissions") == {"gazette.edit"}
    assert ask(user, "get_all_permissions") == {"gazette.edit", "gazette.read"}
    ask(editors.permissions, "remove", "gazette.edit")
    again = ask(User.objects, "get", pk=user.pk)
    assert ask(again, "get_all_permissions") == {"gazette.read"}


def test_a_group_that_does_not_exist_has_no_members(ask: Any) -> None:
    user = ask(User.objects, "create_user", "ann")
    with pytest.raises(UnknownGroup, match="editors") as caught:
        ask(user.groups, "add", "editors")
    assert "Group.objects.create" in caught.value.hint
    with pytest.raises(ObjectDoesNotExist):
        ask(Group("editors").permissions, "add", "gazette.edit")
    for name in ("editors", "a\0b", "\ud800"):
        with pytest.raises(UnknownGroup, match="There is no group"):
            ask(Group.objects, "get", name)
        assert ask(User.objects, "filter", groups=name) == []
    with pytest.raises(ValueError, match="no database can hold"):
        ask(user.groups, "add", "a\0b")


def test_groups_come_and_go(ask: Any) -> None:
    for name in ("writers", "editors"):
        ask(Group.objects, "create", name)
    assert [str(group) for group in ask(Group.objects, "all")] == ["editors", "writers"]
    assert ask(Group.objects, "get", "editors") == Group("editors")
    with pytest.raises(ValueError, match="'editors' already"):
        ask(Group.objects, "create", "editors")
    with pytest.raises(ValueError, match="needs a name"):
        ask(Group.objects, "create", "")
    user = ask(User.objects, "create_user", "ann")
    user.groups.set(["editors", "writers"])
    ask(Group.objects, "delete", "editors")
    assert list(user.groups) == ["writers"]
    assert ask(User.objects, "filter", groups="writers") == [user]


def test_a_group_is_made_with_its_permissions_or_not_at_all(ask: Any) -> None:
    twice = ask(Group.objects, "create", "twice", permissions=["gazette.edit", "gazette.edit"])
    assert list(twice.permissions) == ["gazette.edit"]
    with transaction() as connection:
        tables.group_permissions.drop(connection)
    with pytest.raises(ImproperlyConfigured, match="no such table"):
        ask(Group.objects, "create", "editors", permissions=["gazette.edit"])
    assert [str(group) for group in Group.objects.all()] == ["twice"]


def test_whoever_may_do_something_is_found(ask: Any) -> None:
    Group.objects.create("editors", permissions=["gazette.edit"])
    ann, bob, cyd = (User.objects.create_user(name) for name in ("ann", "bob", "cyd"))
    root = User.objects.create_superuser("root")
    ann.groups.add("editors")
    bob.user_permissions.add("gazette.edit")
    cyd.user_permissions.add("gazette.edit", "gazette.read")
    cyd.is_active = False
    cyd.save()
    assert ask(User.objects, "with_perm", "gazette.edit") == [ann, bob, root]
    assert ask(User.objects, "with_perm", "gazette.edit", include_superusers=False) == [ann, bob]
    assert ask(User.objects, "with_perm", "gazette.edit", None) == [ann, bob, cyd, root]
    assert ask(User.objects, "with_perm", "gazette.read", False, False) == [cyd]
    with pytest.raises(ValueError, match="permission"):
        ask(User.objects, "with_perm", "edit")


def test_one_who_is_not_saved_has_no_groups() -> None:
    with pytest.raises(ValueError, match="Save the user first"):
        User(username="ann").groups.add("editors")


def test_two_requests_that_add_the_same_permission_both_succeed() -> None:
    user = User.objects.create_user("ann")
    mine = user.user_permissions

    class Overtaken(type(mine)):  # type: ignore[misc]
        """Another one adds a name after this one has looked."""

        overtaken = False

        def _read(self, connection: Any) -> set[str]:
            known: set[str] = super()._read(connection)
            if not self.overtaken:
                self.overtaken = True
                row = {"user_id": user.pk, "code": "a.read"}
                connection.execute(insert(tables.user_permissions).values(row))
            return known

    mine.__class__ = Overtaken
    mine.add("a.read", "a.write")
    assert mine.all() == {"a.read", "a.write"}


# The setting -------------------------------------------------------------------------------------


def test_a_superuser_has_every_permission_that_anybody_has(ask: Any) -> None:
    Group.objects.create("editors", permissions=["gazette.edit"])
    User.objects.create_user("ann").user_permissions.add("gazette.read")
    root = User.objects.create_superuser("root")
    assert ask(root, "get_all_permissions") == {"gazette.edit", "gazette.read"}
    assert ask(root, "has_perm", "never.heard_of")


def test_the_store_and_the_class_of_users_are_those_of_the_setting() -> None:
    assert User.objects is get_user_store()
    assert get_user_model() is User
    for path in ("nowhere.Store", "enfilade.contrib.auth.database.Nothing", ""):
        with (
            override_settings(AUTH_USER_STORE=path),
            pytest.raises(ImproperlyConfigured, match="AUTH_USER_STORE"),
        ):
            get_user_store()


def test_a_missing_table_says_how_to_make_it() -> None:
    with transaction() as database:
        tables.group_permissions.drop(database)
    with pytest.raises(ImproperlyConfigured, match="no such table"):
        Group("editors").permissions.all()
