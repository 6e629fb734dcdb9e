"""Backends: who is asked, in which order, what they may say, and what others learn of it."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from enfilade.contrib.auth import (
    aauthenticate,
    authenticate,
    get_backends,
    get_user_store,
    load_backend,
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from enfilade.contrib.auth.backends import BaseBackend, ModelBackend, RemoteUserBackend
from enfilade.contrib.auth.base_user import AbstractBaseUser
from enfilade.contrib.auth.errors import UserDoesNotExist, UserExists
from enfilade.contrib.auth.groups import Group
from enfilade.contrib.auth.permissions import PermissionsMixin
from enfilade.contrib.auth.store import UserStore
from enfilade.contrib.auth.users import AnonymousUser, User
from enfilade.exceptions import ImproperlyConfigured, PermissionDenied
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import Client, override_settings
from enfilade.urls import path

MODEL = "enfilade.contrib.auth.backends.ModelBackend"

pytestmark = pytest.mark.usefixtures("users")


class ByToken(BaseBackend):
    """Knows one user, by a token."""

    def authenticate(self, request: Any, token: str) -> Any:  # type: ignore[override]
        return User(username="of the token", id=7) if token == "right" else None

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        return obj == "hers"


class Bouncer(BaseBackend):
    """Lets nobody in, and nobody do anything called "no"."""

    def authenticate(self, request: Any, username: str, password: str) -> Any:  # type: ignore[override]
        if username == "unwanted":
            raise PermissionDenied

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        if perm.endswith(".no"):
            raise PermissionDenied
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if app_label == "no":
            raise PermissionDenied
        return False

    async def ahas_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return self.has_module_perms(user_obj, app_label)


class Minimal:
    """Has one method."""

    def authenticate(self, request: Any, badge: int) -> Any:
        return None

    async def aauthenticate(self, request: Any, badge: int) -> Any:
        return None


@pytest.fixture
def backends(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = SimpleNamespace(ByToken=ByToken, Bouncer=Bouncer, Minimal=Minimal)
    monkeypatch.setitem(sys.modules, "site_backends", module)
    names = ["site_backends.Bouncer", "site_backends.ByToken", "site_backends.Minimal", MODEL]
    with override_settings(AUTHENTICATION_BACKENDS=names):
        yield


@pytest.fixture
def failed() -> Iterator[list[Any]]:
    heard: list[Any] = []

    def hear(sender: str, credentials: Any, request: Any, **_: Any) -> None:
        heard.append((sender, credentials, request))

    user_login_failed.connect(hear)
    yield heard
    user_login_failed.disconnect(hear)


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def sign_in(request: pytest.FixtureRequest) -> Any:
    if not request.param:
        return authenticate
    return lambda *args, **kwargs: asyncio.run(aauthenticate(*args, **kwargs))


# Signing in --------------------------------------------------------------------------------------


def test_a_backend_is_asked_if_it_takes_such_credentials(backends: Any, sign_in: Any) -> None:
    ann = User.objects.create_user("ann", password="secret")
    user = sign_in(username="ann", password="secret")
    assert (user, user.backend) == (ann, MODEL)
    user = sign_in(token="right")
    assert (str(user), user.backend) == ("of the token", "site_backends.ByToken")
    assert sign_in(token="wrong") is None
    assert sign_in(badge=1) is None
    assert sign_in(retina="blue") is None


def test_a_backend_may_have_the_last_word(backends: Any, sign_in: Any, failed: list[Any]) -> None:
    User.objects.create_user("unwanted", password="secret")
    assert sign_in(username="unwanted", password="secret") is None
    assert len(failed) == 1


def test_who_hears_of_a_failure_hears_no_secrets(sign_in: Any, failed: list[Any]) -> None:
    request = HttpRequest()
    given = {"username": "ann", "password": "secret", "api_key": "1", "session_token": "2"}
    assert sign_in(request, **given) is None
    hidden = "********************"
    assert failed == [
        (
            "enfilade.contrib.auth",
            {"username": "ann", "password": hidden, "api_key": hidden, "session_token": hidden},
            request,
        )
    ]
    assert given["password"] == "secret"


def test_who_is_signed_in_is_no_failure(sign_in: Any, failed: list[Any]) -> None:
    User.objects.create_user("ann", password="secret")
    assert sign_in(username="ann", password="secret") is not None
    assert failed == []


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": "ann", "password": "wrong"},
        {"username": "ann", "password": None},
        {"username": None, "password": "secret"},
        {"username": "ann", "password": "\ud800"},
        {"username": "\ud800", "password": "secret"},
        {"username": "a\0nn", "password": "secret"},
        {"username": "", "password": ""},
    ],
)
def test_what_does_not_fit_is_nobody(sign_in: Any, credentials: dict[str, Any]) -> None:
    User.objects.create_user("ann", password="secret")
    assert sign_in(**credentials) is None


def test_an_inactive_user_is_kept_out_unless_the_site_says_otherwise(sign_in: Any) -> None:
    User.objects.create_user("ann", password="secret", is_active=False)
    assert sign_in(username="ann", password="secret") is None
    everybody = "enfilade.contrib.auth.backends.AllowAllUsersModelBackend"
    with override_settings(AUTHENTICATION_BACKENDS=[everybody]):
        assert sign_in(username="ann", password="secret").username == "ann"


def test_a_wrong_setting_is_a_clear_error() -> None:
    with (
        override_settings(AUTHENTICATION_BACKENDS=["nowhere.Backend"]),
        pytest.raises(ImproperlyConfigured, match=r"nowhere\.Backend"),
    ):
        authenticate(username="ann", password="secret")
    with (
        override_settings(AUTHENTICATION_BACKENDS=[]),
        pytest.raises(ImproperlyConfigured, match="No authentication backends"),
    ):
        get_backends()
    assert isinstance(load_backend(MODEL), ModelBackend)


# What a user may do ------------------------------------------------------------------------------


def test_one_backend_that_says_yes_is_enough(backends: Any, ask: Any) -> None:
    Group.objects.create("editors", permissions=["gazette.edit", "gazette.no"])
    ann = User.objects.create_user("ann")
    ann.groups.add("editors")
    assert ask(ann, "has_perm", "gazette.edit")
    assert not ask(ann, "has_perm", "gazette.delete")
    assert ask(ann, "has_perm", "gazette.delete", "hers")
    assert not ask(ann, "has_perm", "gazette.edit", "his")
    assert ask(ann, "has_perms", ["gazette.edit"])
    assert ask(ann, "has_perms", [])
    assert not ask(ann, "has_perms", ["gazette.edit", "gazette.delete"])
    assert ask(ann, "has_module_perms", "gazette")
    assert not ask(ann, "has_module_perms", "gaz")


def test_one_backend_that_objects_is_enough(backends: Any, ask: Any) -> None:
    ann = User.objects.create_user("ann")
    ann.user_permissions.add("gazette.no", "no.thing")
    assert ask(ann, "get_all_permissions") == {"gazette.no", "no.thing"}
    assert not ask(ann, "has_perm", "gazette.no")
    assert not ask(ann, "has_module_perms", "no")


def test_who_is_not_active_may_do_nothing(ask: Any) -> None:
    root = User.objects.create_superuser("root", is_active=False)
    root.user_permissions.add("gazette.edit")
    assert not ask(root, "has_perm", "gazette.edit")
    assert not ask(root, "has_module_perms", "gazette")
    assert ask(root, "get_all_permissions") == set()


def test_a_visitor_may_do_nothing(ask: Any) -> None:
    nobody = AnonymousUser()
    assert not ask(nobody, "has_perm", "gazette.edit")
    assert not ask(nobody, "has_perms", ["gazette.edit"])
    assert not ask(nobody, "has_module_perms", "gazette")
    for kind in ("user", "group", "all"):
        assert ask(nobody, f"get_{kind}_permissions") == set()


@pytest.mark.parametrize("perms", ["gazette.edit", 7])
def test_permissions_are_a_list(ask: Any, perms: Any) -> None:
    with pytest.raises(ValueError, match="must be an iterable"):
        ask(User.objects.create_user("ann"), "has_perms", perms)


def test_what_a_caller_does_with_the_answer_changes_nothing(ask: Any) -> None:
    ann = User.objects.create_user("ann")
    ask(ann, "get_all_permissions").add("gazette.edit")
    ask(ann, "get_user_permissions").add("gazette.edit")
    assert not ask(ann, "has_perm", "gazette.edit")


# Users -------------------------------------------------------------------------------------------


def test_users_are_equal_by_their_key() -> None:
    ann, bob = User.objects.create_user("ann"), User.objects.create_user("bob")
    again = User.objects.get(pk=ann.pk)
    assert ann == again != bob
    assert len({ann, again, bob}) == 2
    assert User(username="ann") != User(username="ann")
    assert ann != AnonymousUser() != ann
    assert AnonymousUser() == AnonymousUser()
    with pytest.raises(TypeError, match="unhashable"):
        hash(User(username="ann"))


def test_the_password_is_in_no_repr() -> None:
    ann = User.objects.create_user("ann", password="secret")
    assert repr(ann) == "<User: ann>"
    assert ann.natural_key() == ("ann",)


def test_a_visitor_is_no_user() -> None:
    nobody = AnonymousUser()
    assert (nobody.is_anonymous, nobody.is_authenticated, nobody.pk) == (True, False, None)
    for call in (nobody.save, nobody.delete):
        with pytest.raises(NotImplementedError):
            call()
    for method in (nobody.set_password, nobody.check_password):
        with pytest.raises(NotImplementedError):
            method("secret")
    with pytest.raises(TypeError, match="in place of a User"):
        int(nobody)


def test_the_store_is_reached_from_the_class() -> None:
    with pytest.raises(AttributeError, match=r"User\.objects"):
        User(username="ann").objects


# Signals -----------------------------------------------------------------------------------------


def test_receivers_of_the_signals_may_be_either_kind() -> None:
    heard: list[str] = []

    async def hear_async(sender: Any, user: Any, **_: Any) -> None:
        heard.append(f"async {user}")

    def hear(sender: Any, user: Any, **_: Any) -> None:
        heard.append(f"sync {user}")

    for signal in (user_logged_in, user_logged_out):
        signal.connect(hear_async)
        signal.connect(hear)
    try:
        ann, client = User.objects.create_user("ann"), Client()
        client.force_login(ann)
        client.logout()
        asyncio.run(client.aforce_login(ann))
        asyncio.run(client.alogout())
    finally:
        for signal in (user_logged_in, user_logged_out):
            signal.disconnect(hear_async)
            signal.disconnect(hear)
    assert sorted(heard) == ["async ann"] * 4 + ["sync ann"] * 4


# A site's own users ------------------------------------------------------------------------------


class Member(PermissionsMixin, AbstractBaseUser):
    USERNAME_FIELD = "email"

    def __init__(self, email: str, number: str | None = None, shoe_size: int = 0) -> None:
        self.email, self.id, self.shoe_size = email, number, shoe_size


class Members(UserStore[Member]):
    """Members of a club, in a dictionary."""

    model = Member

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}

    def filter(self, **fields: Any) -> list[Member]:
        return [
            member
            for member in self.members.values()
            if all(getattr(member, name) == value for name, value in fields.items())
        ]

    def get(self, **fields: Any) -> Member:
        for member in self.filter(**fields):
            return member
        raise UserDoesNotExist

    def save(self, user: Member, update_fields: Any = None) -> None:
        if any(each.email == user.email for each in self.members.values() if each is not user):
            raise UserExists("There is a member of this address.")
        user.id = user.id or f"M-{len(self.members)}"
        self.members[user.id] = user

    def delete(self, user: Member) -> None:
        del self.members[user.id]

    def user_permissions(self, user: Member) -> set[str]:
        return {"club.enter"}


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user} {request.user.has_perm('club.enter')}")


class URLs:
    urlpatterns = [path("", who)]


def test_a_site_may_keep_users_of_its_own(monkeypatch: pytest.MonkeyPatch, ask: Any) -> None:
    monkeypatch.setitem(sys.modules, "club", SimpleNamespace(Members=Members))
    chain = [
        "enfilade.contrib.sessions.middleware.SessionMiddleware",
        "enfilade.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    with override_settings(
        AUTH_USER_STORE="club.Members",
        MIDDLEWARE=chain,
        ROOT_URLCONF=URLs,
        SESSION_ENGINE="enfilade.contrib.sessions.backends.signed_cookies",
    ):
        member = ask(get_user_store(), "create_user", "ann@example.org", password="secret")
        assert member.pk == "M-0"
        with pytest.raises(UserExists):
            ask(get_user_store(), "create_user", "ann@example.org")
        client = Client()
        assert not client.login(username="ann@example.org", password="wrong")
        assert client.login(email="ann@example.org", password="secret")
        assert client.get("/").content == b"ann@example.org True"
        assert member.last_login is not None
        member.delete()
        assert client.get("/").content == b"AnonymousUser False"


# Names that the server gives ---------------------------------------------------------------------


class Realm(RemoteUserBackend):
    create_unknown_user = False

    def clean_username(self, username: str) -> str:
        return username.partition("@")[0]

    def configure_user(self, request: Any, user: Any, created: bool = True) -> Any:
        if user is not None:
            user.first_name = f"created: {created}"
        return user


def test_a_name_of_the_server_s_is_looked_for_in_the_site_s_way(
    monkeypatch: pytest.MonkeyPatch, sign_in: Any
) -> None:
    User.objects.create_user("ann")
    monkeypatch.setitem(sys.modules, "realm", SimpleNamespace(Realm=Realm))
    with override_settings(AUTHENTICATION_BACKENDS=["realm.Realm"]):
        assert sign_in(remote_user="ann@EXAMPLE").first_name == "created: False"
        assert sign_in(remote_user="bob@EXAMPLE") is None
        assert sign_in(remote_user="") is None


def test_a_login_that_fails_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert authenticate(username="nobody", password="secret") is None
    assert "secret" not in caplog.text
