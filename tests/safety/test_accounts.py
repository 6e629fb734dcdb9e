"""Threats to those who sign in: timing, session fixation, redirects to elsewhere."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from counted import Counted
from enfilade.contrib.auth import (
    aauthenticate,
    alogin,
    alogout,
    aupdate_session_auth_hash,
    authenticate,
    login,
    logout,
    tables,
    update_session_auth_hash,
)
from enfilade.contrib.auth.decorators import login_required
from enfilade.contrib.auth.users import User
from enfilade.contrib.sessions.tables import sessions
from enfilade.database import transaction
from enfilade.http import HttpRequest, HttpResponse
from enfilade.http.destinations import url_has_allowed_host_and_scheme
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import path, re_path
from ordering import AUTHENTICATION, CSRF, SESSIONS


def cart(request: HttpRequest) -> HttpResponse:
    request.session["cart"] = ["tea"]
    return HttpResponse("tea")


def enter(request: HttpRequest, name: str) -> HttpResponse:
    login(request, User.objects.get(username=name))
    return HttpResponse(name)


async def aenter(request: HttpRequest, name: str) -> HttpResponse:
    await alogin(request, await User.objects.aget(username=name))
    return HttpResponse(name)


def change(request: HttpRequest) -> HttpResponse:
    request.user.set_password("another")
    request.user.save()
    update_session_auth_hash(request, request.user)
    return HttpResponse("changed")


async def achange(request: HttpRequest) -> HttpResponse:
    user = await request.auser()
    user.set_password("another")
    await user.asave()
    await aupdate_session_auth_hash(request, user)
    return HttpResponse("changed")


def leave(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("bye")


async def aleave(request: HttpRequest) -> HttpResponse:
    await alogout(request)
    return HttpResponse("bye")


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user} {request.session.get('cart')}")


class URLs:
    urlpatterns = [
        path("cart/", cart),
        path("who/", who),
        *(path(f"{view.__name__}/<name>/", view) for view in (enter, aenter)),
        *(path(f"{view.__name__}/", view) for view in (change, achange, leave, aleave)),
        re_path(r"^users/.*|^[/\\].*", login_required(who)),
    ]


@pytest.fixture(autouse=True)
def site(tmp_path: Path) -> Iterator[None]:
    with override_settings(
        DATABASE_URL=f"sqlite:///{tmp_path / 'site.sqlite3'}",
        PASSWORD_HASHERS=["counted.Counted"],
        ROOT_URLCONF=URLs,
        MIDDLEWARE=[SESSIONS, CSRF, AUTHENTICATION],
    ):
        with transaction() as database:
            for table in (sessions, tables.users, tables.groups, tables.user_groups):
                table.create(database)
        User.objects.create_user("ann", password="secret")
        User.objects.create_user("bob", password="secret", is_active=False)
        User.objects.create_user("cyd")
        yield


# Timing: hash for unknown user -----------------------------------------------------------------


@pytest.mark.parametrize("awaits", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "name", ["ann", "bob", "cyd", "nobody", "", "a\0", "\ud800", "x" * 200, "x" * 5000]
)
def test_timing_tells_nobody_who_has_an_account(name: str, awaits: bool) -> None:
    """Known, inactive, without a password, unknown, impossible: each refusal hashes once."""
    Counted.done = 0
    credentials = {"username": name, "password": "wrong"}
    if awaits:
        assert asyncio.run(aauthenticate(**credentials)) is None
    else:
        assert authenticate(**credentials) is None
    assert Counted.done == 1


# Session fixation ------------------------------------------------------------------------------


class Visitor:
    """A browser, on either chain."""

    def __init__(self, awaits: bool) -> None:
        self.awaits = awaits
        self.client: Any = AsyncClient() if awaits else Client()

    def get(self, name: str, *arguments: str) -> bytes:
        prefix = "a" if self.awaits and name not in ("cart", "who") else ""
        answer = self.client.get("/".join(["", prefix + name, *arguments, ""]))
        response = asyncio.run(answer) if self.awaits else answer
        assert response.status_code == 200
        content: bytes = response.content
        return content

    def key(self, name: str = "sessionid") -> str:
        cookie = self.client.cookies.get(name)
        return cookie.value if cookie else ""


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    return Visitor(request.param)


def with_key(key: str) -> bytes:
    """What somebody else sees who has the key."""
    client = Client()
    client.cookies["sessionid"] = key
    return bytes(client.get("/who/").content)


def test_session_fixation_a_login_makes_the_old_key_worthless(visitor: Visitor) -> None:
    """What the visitor had stays with them, under a key that nobody else has seen."""
    visitor.get("cart")
    planted = visitor.key()
    visitor.get("enter", "ann")
    assert visitor.key() != planted
    assert visitor.get("who") == b"ann ['tea']"
    assert with_key(planted) == b"AnonymousUser None"


def test_session_fixation_a_key_of_the_attacker_s_choice_is_not_taken(visitor: Visitor) -> None:
    chosen = "a" * 32
    visitor.client.cookies["sessionid"] = chosen
    visitor.get("enter", "ann")
    assert visitor.key() not in ("", chosen)
    assert with_key(chosen) == b"AnonymousUser None"


def test_session_fixation_signing_in_once_more_changes_the_key(visitor: Visitor) -> None:
    visitor.get("enter", "ann")
    first = visitor.key()
    visitor.get("cart")
    visitor.get("enter", "ann")
    assert visitor.key() != first
    assert visitor.get("who") == b"ann ['tea']"
    assert with_key(first) == b"AnonymousUser None"


def test_session_fixation_another_user_inherits_nothing(visitor: Visitor) -> None:
    visitor.get("enter", "ann")
    visitor.get("cart")
    first = visitor.key()
    visitor.get("enter", "cyd")
    assert visitor.get("who") == b"cyd None"
    assert with_key(first) == b"AnonymousUser None"


def test_session_fixation_a_change_of_password_changes_the_key(visitor: Visitor) -> None:
    """And ends the sessions of whoever knew the old one."""
    visitor.get("enter", "ann")
    first, thief = visitor.key(), Visitor(False)
    thief.get("enter", "ann")
    visitor.get("change")
    assert visitor.key() != first
    assert visitor.get("who") == b"ann None"
    assert with_key(first) == b"AnonymousUser None"
    assert thief.get("who") == b"AnonymousUser None"


def test_session_fixation_signing_out_makes_the_key_worthless(visitor: Visitor) -> None:
    visitor.get("enter", "ann")
    key = visitor.key()
    visitor.get("leave")
    assert with_key(key) == b"AnonymousUser None"


def test_csrf_a_login_makes_forms_of_before_worthless(visitor: Visitor) -> None:
    visitor.get("enter", "ann")
    first = visitor.key("csrftoken")
    visitor.get("enter", "cyd")
    assert "" != visitor.key("csrftoken") != first


# Open redirect -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "//evil.example\\@testserver/",
        "/users/?next=//evil.example/",
        "/users/%0d%0aLocation:%20//evil.example/",
        "/users/\t//evil.example/",
        "//user:password@evil.example/users/",
    ],
)
@pytest.mark.parametrize("login_url", ["/in/", "/in/?next=//evil.example/", "//testserver/in/"])
def test_open_redirect_the_way_back_stays_on_the_site(address: str, login_url: str) -> None:
    """What the login page is told as ``next`` is a place of this host, whatever was asked for."""
    with override_settings(LOGIN_URL=login_url):
        environ = {
            "PATH_INFO": address.partition("?")[0],
            "QUERY_STRING": address.partition("?")[2],
        }
        response = Client().request(**environ)
    assert response.status_code == 302
    target = urlsplit(response.headers["Location"])
    assert target.netloc in ("", "testserver")
    (back,) = parse_qs(target.query)["next"]
    assert url_has_allowed_host_and_scheme(back, "testserver")
    assert urlsplit(back).netloc == ""
