"""The user of a request: promised, asked for in two ways, and guarding what is not for all."""

import asyncio
import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from enfilade.contrib.auth import (
    HASH_SESSION_KEY,
    SESSION_KEY,
    alogin,
    backends,
    login,
    logout,
)
from enfilade.contrib.auth.backends import ModelBackend
from enfilade.contrib.auth.decorators import (
    login_not_required,
    login_required,
    permission_required,
    user_passes_test,
)
from enfilade.contrib.auth.middleware import RemoteUserMiddleware
from enfilade.contrib.auth.mixins import (
    LoginRequiredMixin,
    PermissionRequiredMixin,
    UserPassesTestMixin,
)
from enfilade.contrib.auth.users import AnonymousUser, User
from enfilade.exceptions import ImproperlyConfigured, SynchronousOnlyOperation
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import HttpRequest, HttpResponse
from enfilade.test import (
    AsyncClient,
    AsyncRequestFactory,
    Client,
    RequestFactory,
    override_settings,
)
from enfilade.urls import path
from enfilade.views import View
from threads import run_counted

SESSIONS = "enfilade.contrib.sessions.middleware.SessionMiddleware"
AUTH = "enfilade.contrib.auth.middleware.AuthenticationMiddleware"
REQUIRED = "enfilade.contrib.auth.middleware.LoginRequiredMiddleware"
ENGINES = "enfilade.contrib.sessions.backends"

pytestmark = pytest.mark.usefixtures("users")


async def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


async def who(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    assert request.user is user
    assert await request.auser() is user
    return HttpResponse(str(user))


async def careless(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user))


def sync_who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user))


async def switch(request: HttpRequest) -> HttpResponse:
    before = await request.auser()
    await alogin(request, await User.objects.aget(username="bob"))
    return HttpResponse(f"{before} {await request.auser()} {request.user}")


async def together(request: HttpRequest) -> HttpResponse:
    one, other = await asyncio.gather(request.auser(), request.auser())
    return HttpResponse(str(one is other is request.user))


async def is_there(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str((hasattr(request, "user"), hasattr(request, "auser"))))


@login_not_required
async def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("public")


class Page(View):
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.user))


class Users(LoginRequiredMixin, Page):
    pass


class Editors(LoginRequiredMixin, PermissionRequiredMixin, Page):
    permission_required = ["gazette.edit"]


class Ann(UserPassesTestMixin, Page):
    def test_func(self) -> bool:
        return self.request.user.username == "ann" and not self.request.user.has_perm("a.b")


class AnnAwaited(UserPassesTestMixin, Page):
    async def test_func(self) -> bool:
        return not await self.request.user.ahas_perm("a.b") and str(self.request.user) == "ann"


async def is_ann(user: Any) -> bool:
    return str(user) == "ann"


class URLs:
    urlpatterns = [
        *(
            path(f"{view.__name__}/", view)
            for view in (plain, who, careless, sync_who, switch, together, is_there, public)
        ),
        path("users/", Users.as_view()),
        path("editors/", Editors.as_view()),
        path("ann/", Ann.as_view()),
        path("ann-awaited/", AnnAwaited.as_view()),
        path("login-required/", login_required(plain)),
        path("permission-required/", permission_required("gazette.edit")(plain)),
        path("test-awaited/", user_passes_test(is_ann)(sync_who)),
        path(
            "test-in-thread/", user_passes_test(lambda user: user.has_perm("gazette.edit"))(plain)
        ),
    ]


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF=URLs, MIDDLEWARE=[SESSIONS, AUTH], SESSION_ENGINE=f"{ENGINES}.cache"
    ):
        yield


@pytest.fixture
def ann() -> Any:
    user = User.objects.create_user("ann", password="secret")
    User.objects.create_user("bob", password="secret")
    user.user_permissions.add("gazette.edit")
    return user


def asked(address: str, user: Any = None) -> Any:
    client = AsyncClient()
    if user is not None:
        client.force_login(user)
    return asyncio.run(client.get(address))


# request.user and request.auser() ---------------------------------------------------------------


def test_after_auser_the_user_is_there(ann: Any) -> None:
    assert asked("/who/").content == b"AnonymousUser"
    assert asked("/who/", ann).content == b"ann"


def test_a_coroutine_that_does_not_wait_is_told_how(ann: Any) -> None:
    with override_settings(SESSION_ENGINE=f"{ENGINES}.db"):
        with pytest.raises(SynchronousOnlyOperation, match=r"request\.user was touched") as caught:
            asked("/careless/", ann)
        assert "await request.auser()" in caught.value.hint


def test_a_coroutine_may_ask_where_nothing_has_to_be_waited_for() -> None:
    assert asked("/careless/").content == b"AnonymousUser"


def test_a_sync_view_asks_in_its_thread(ann: Any) -> None:
    assert asked("/sync_who/", ann).content == b"ann"


def test_two_coroutines_get_the_same_user(ann: Any) -> None:
    assert asked("/together/", ann).content == b"True"


def test_auser_knows_of_a_login_in_the_same_request(ann: Any) -> None:
    assert asked("/switch/", ann).content == b"ann bob bob"


def test_the_user_may_be_set_by_hand() -> None:
    for factory in (RequestFactory(), AsyncRequestFactory()):
        request = factory.get("/")
        request.user = user = User(username="ann")
        assert request.user is user
        assert login_required(sync_who)(request).content == b"ann"


def test_without_the_middleware_there_is_none() -> None:
    with override_settings(MIDDLEWARE=[SESSIONS]):
        assert asked("/is_there/").content == b"(False, False)"
        with pytest.raises(AttributeError, match="no 'user'") as caught:
            asked("/careless/")
        assert "AuthenticationMiddleware" in caught.value.__notes__[0]


@pytest.mark.parametrize("address", ["/careless/", "/who/"])
def test_without_sessions_the_user_says_what_is_missing(address: str) -> None:
    with (
        override_settings(MIDDLEWARE=[AUTH]),
        pytest.raises(ImproperlyConfigured, match=r"finds no request\.session") as caught,
    ):
        asked(address)
    assert "SessionMiddleware" in caught.value.hint


def test_it_says_which_middleware_it_needs() -> None:
    for name, needed in (
        ("AuthenticationMiddleware", SESSIONS),
        ("RemoteUserMiddleware", AUTH),
        ("PersistentRemoteUserMiddleware", AUTH),
    ):
        module = importlib.import_module("enfilade.contrib.auth.middleware")
        assert list(getattr(module, name).requires) == [needed]
    assert list(module.LoginRequiredMiddleware.needs) == [AUTH]


# What it costs -----------------------------------------------------------------------------------


def hops(address: str, cookies: dict[str, Any]) -> int:
    """How often an async site leaves its event loop to answer."""
    fields = "; ".join(f"{name}={each.value}" for name, each in cookies.items())
    outcome, taken = run_counted(ASGIHandler, path=address, headers={"cookie": fields})
    assert outcome.status == 200
    return taken


def test_a_request_that_asks_for_nobody_stays_on_the_loop(ann: Any) -> None:
    with override_settings(SESSION_ENGINE=f"{ENGINES}.db"):
        client = Client()
        client.force_login(ann)
        assert hops("/plain/", client.cookies) == 0
        assert hops("/who/", {}) == 0
        assert hops("/login-required/", client.cookies) == hops("/who/", client.cookies) == 1
        assert hops("/public/", client.cookies) == 0


class OfItsOwn(ModelBackend):
    async def aget_user(self, user_id: Any) -> Any:
        user = await User.objects.aget(pk=user_id)
        user.username += " (awaited)"
        return user


def test_a_backend_that_looks_for_users_in_its_own_way_is_awaited(
    ann: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "OfItsOwn", OfItsOwn, raising=False)
    name = f"{backends.__name__}.OfItsOwn"
    with override_settings(AUTHENTICATION_BACKENDS=[name]):
        assert asked("/who/", ann).content == b"ann (awaited)"


def test_permissions_cost_one_more(ann: Any) -> None:
    client = Client()
    client.force_login(ann)
    with_user = hops("/who/", client.cookies)
    assert hops("/permission-required/", client.cookies) == with_user + 1
    assert hops("/users/", client.cookies) == with_user


# Views for some ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "visitor", "status"),
    [
        ("/users/", "", 302),
        ("/users/", "bob", 200),
        ("/editors/", "", 302),
        ("/editors/", "bob", 403),
        ("/editors/", "ann", 200),
        ("/ann/", "", 302),
        ("/ann/", "bob", 403),
        ("/ann/", "ann", 200),
        ("/ann-awaited/", "", 302),
        ("/ann-awaited/", "bob", 403),
        ("/ann-awaited/", "ann", 200),
        ("/test-awaited/", "bob", 302),
        ("/test-awaited/", "ann", 200),
        ("/test-in-thread/", "bob", 302),
        ("/test-in-thread/", "ann", 200),
    ],
)
def test_async_classes_and_either_kind_of_test_guard_a_view(
    ann: Any, address: str, visitor: str, status: int
) -> None:
    user = User.objects.get(username=visitor) if visitor else None
    response = asked(address, user)
    assert response.status_code == status
    if status == 302:
        assert response.headers["Location"] == f"/accounts/login/?next={address}"


def test_a_page_for_everybody_asks_for_nobody(ann: Any) -> None:
    with override_settings(MIDDLEWARE=[SESSIONS, AUTH, REQUIRED]):
        response = asked("/public/", ann)
        assert (response.status_code, response.headers.get("Vary")) == (200, None)
        assert asked("/plain/").status_code == 302
        assert asked("/plain/", ann).headers["Vary"] == "Cookie"


@pytest.mark.parametrize(
    "guarded", [login_required(sync_who), permission_required("a.b")(sync_who)]
)
def test_a_site_without_a_login_page_is_told_so(guarded: Any) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with override_settings(LOGIN_URL=""), pytest.raises(ImproperlyConfigured, match="login URL"):
        guarded(request)
    with (
        override_settings(LOGIN_URL="", MIDDLEWARE=[SESSIONS, AUTH, REQUIRED]),
        pytest.raises(ImproperlyConfigured, match="login URL"),
    ):
        asked("/plain/")


def test_what_a_class_for_some_must_say_is_named() -> None:
    class Nothing(PermissionRequiredMixin, View):
        def get(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    class NoTest(UserPassesTestMixin, View):
        def get(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(ImproperlyConfigured, match=r"Nothing\.permission_required"):
        Nothing.as_view()(request)
    with pytest.raises(NotImplementedError, match="NoTest is missing"):
        NoTest.as_view()(request)


# The session -------------------------------------------------------------------------------------


def entered(user: Any, **settings: Any) -> Client:
    client = Client()
    with override_settings(**settings):
        client.force_login(user)
    return client


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_session_signed_with_an_earlier_key_is_signed_anew(ann: Any, kind: Any) -> None:
    client = kind()
    with override_settings(SECRET_KEY="an earlier key"):
        client.force_login(ann)
        before = dict(client.session.items())
    key = client.cookies["sessionid"].value
    with override_settings(SECRET_KEY_FALLBACKS=["another", "an earlier key"]):
        answer = client.get("/sync_who/")
        response = asyncio.run(answer) if kind is AsyncClient else answer
        assert response.content == b"ann"
        assert client.cookies["sessionid"].value != key
        after = dict(client.session.items())
    assert (
        after.pop(HASH_SESSION_KEY) == ann.get_session_auth_hash() != before.pop(HASH_SESSION_KEY)
    )
    assert after == before
    answer = client.get("/sync_who/")
    assert (asyncio.run(answer) if kind is AsyncClient else answer).content == b"ann"


def test_a_session_signed_with_a_key_that_is_gone_is_ended(ann: Any) -> None:
    client = entered(ann, SECRET_KEY="an earlier key")
    assert client.get("/sync_who/").content == b"AnonymousUser"
    assert client.cookies["sessionid"]["max-age"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {HASH_SESSION_KEY: ""},
        {HASH_SESSION_KEY: "forged"},
        {SESSION_KEY: "999"},
        {SESSION_KEY: "no number"},
        {"_auth_user_backend": "enfilade.contrib.auth.backends.RemoteUserBackend"},
        {"_auth_user_backend": "nowhere.Backend"},
    ],
)
def test_a_session_that_is_not_right_is_nobody_s(ann: Any, changes: dict[str, str]) -> None:
    client = entered(ann)
    session = client.session
    session.update(changes)
    session.save()
    assert client.get("/sync_who/").content == b"AnonymousUser"


def test_a_user_who_is_not_active_any_more_is_out(ann: Any) -> None:
    client = entered(ann)
    ann.is_active = False
    ann.save()
    assert client.get("/sync_who/").content == b"AnonymousUser"
    everybody = "enfilade.contrib.auth.backends.AllowAllUsersModelBackend"
    with override_settings(AUTHENTICATION_BACKENDS=[everybody]):
        assert entered(ann).get("/sync_who/").content == b"ann"


def test_the_time_of_the_login_is_kept(ann: Any) -> None:
    assert ann.last_login is None
    entered(ann)
    assert User.objects.get(pk=ann.pk).last_login == ann.last_login is not None


def request_with_session() -> HttpRequest:
    request = HttpRequest()
    request.session = Client().session
    return request


def test_only_one_who_is_saved_can_sign_in() -> None:
    for nobody in (AnonymousUser(), User(username="new")):
        with pytest.raises(ValueError, match="only a user who is saved"):
            login(request_with_session(), nobody)


def test_with_several_backends_one_must_be_named(ann: Any) -> None:
    names = ["ModelBackend", "AllowAllUsersModelBackend"]
    paths = [f"enfilade.contrib.auth.backends.{name}" for name in names]
    with override_settings(AUTHENTICATION_BACKENDS=paths):
        with pytest.raises(ValueError, match="multiple authentication backends"):
            login(request_with_session(), ann)
        with pytest.raises(TypeError, match="dotted import path"):
            login(request_with_session(), ann, backend=object())  # type: ignore[arg-type]
        request = request_with_session()
        login(request, ann, backend=paths[1])
        assert request.session["_auth_user_backend"] == paths[1]
        assert Client().login(username="ann", password="secret")
    with (
        override_settings(AUTHENTICATION_BACKENDS=[]),
        pytest.raises(ImproperlyConfigured, match="No authentication backends"),
    ):
        login(request_with_session(), ann)


def test_a_request_without_the_middleware_can_be_signed_in_and_out(ann: Any) -> None:
    request = request_with_session()
    login(request, ann)
    assert request.session[SESSION_KEY] == str(ann.pk)
    assert not hasattr(request, "user")
    logout(request)
    assert request.session.is_empty()
    assert not hasattr(request, "user")


# Names that the server gives ---------------------------------------------------------------------


@pytest.mark.parametrize("header", ["REMOTE_USER", "HTTP_AUTHUSER"])
@pytest.mark.parametrize("awaits", [False, True], ids=["sync", "async"])
def test_the_field_of_the_server_s_word_may_have_another_name(
    monkeypatch: pytest.MonkeyPatch, header: str, awaits: bool
) -> None:
    class Porter(RemoteUserMiddleware):
        pass

    Porter.header = header
    backend = "enfilade.contrib.auth.backends.RemoteUserBackend"
    named: dict[str, Any] = {"headers": {"Remote-User": "\xaann", "Authuser": "\xaann"}}
    if not awaits and header == "REMOTE_USER":
        named = {"REMOTE_USER": "\xaann"}
    with override_settings(MIDDLEWARE=[SESSIONS, AUTH, Porter], AUTHENTICATION_BACKENDS=[backend]):
        client: Any = AsyncClient() if awaits else Client()
        keys = []
        for _ in range(2):
            answer = client.get("/sync_who/", **named)
            assert (asyncio.run(answer) if awaits else answer).content == b"ann"
            keys.append(client.cookies["sessionid"].value)
    assert keys[0] == keys[1]
    assert not User.objects.get(username="ann").has_usable_password()


def test_under_wsgi_no_client_can_say_who_it_is(ann: Any) -> None:
    backend = "enfilade.contrib.auth.backends.RemoteUserBackend"
    chain = [SESSIONS, AUTH, "enfilade.contrib.auth.middleware.RemoteUserMiddleware"]
    with override_settings(MIDDLEWARE=chain, AUTHENTICATION_BACKENDS=[backend]):
        response = Client().get("/sync_who/", headers={"Remote-User": "ann"})
    assert response.content == b"AnonymousUser"


def test_without_users_the_server_s_word_is_for_nobody() -> None:
    chain = [SESSIONS, "enfilade.contrib.auth.middleware.RemoteUserMiddleware"]
    for client in (Client(), AsyncClient()):
        with (
            override_settings(MIDDLEWARE=chain),
            pytest.raises(ImproperlyConfigured, match=r"finds no request\.user"),
        ):
            answer: Any = client.get("/plain/")
            asyncio.run(answer)
