"""Threats to the pages on which people sign in and change passwords, over HTTP."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counted import Counted
from enfilade.contrib.auth import tables
from enfilade.contrib.auth.reset_delivery import finish_deliveries
from enfilade.contrib.auth.users import User
from enfilade.contrib.sessions.tables import sessions
from enfilade.database import transaction
from enfilade.http import HttpResponse
from enfilade.test import AsyncClient, Client, override_settings
from enfilade.urls import include, path
from ordering import AUTHENTICATION, CSRF, SESSIONS


def cart(request: Any) -> HttpResponse:
    request.session["cart"] = "tea"
    return HttpResponse("tea")


class URLs:
    urlpatterns = [
        path("cart/", cart),
        path("accounts/", include("enfilade.contrib.auth.urls")),
    ]


DELIVERED: list[tuple[str, str]] = []


def deliver(user: Any, link: str, request: Any) -> None:
    DELIVERED.append((user.email, link))


@pytest.fixture(autouse=True)
def site(tmp_path: Path) -> Iterator[None]:
    DELIVERED.clear()
    with override_settings(
        DATABASE_URL=f"sqlite:///{tmp_path / 'site.sqlite3'}",
        PASSWORD_HASHERS=["counted.Counted"],
        PASSWORD_RESET_DELIVERY=deliver,
        ROOT_URLCONF=URLs,
        MIDDLEWARE=[SESSIONS, CSRF, AUTHENTICATION],
        TEMPLATES=[],
        ALLOWED_HOSTS=["testserver"],
    ):
        with transaction() as database:
            for table in (sessions, tables.users, tables.groups, tables.user_groups):
                table.create(database)
        User.objects.create_user("ann", "ann@example.org", "secret")
        User.objects.create_user("bob", "bob@example.org", "secret", is_active=False)
        User.objects.create_user("cyd", "cyd@example.org")
        yield
        finish_deliveries()


class Visitor:
    """A browser, on either chain."""

    def __init__(self, awaits: bool = False) -> None:
        self.awaits = awaits
        self.client: Any = AsyncClient() if awaits else Client()

    def ask(self, method: str, address: str, typed: Any = None, **headers: str) -> Any:
        answer = getattr(self.client, method)(address, typed, headers=headers or None)
        return asyncio.run(answer) if self.awaits else answer

    def enter(self, username: str = "ann", password: str = "secret", query: str = "") -> Any:
        typed = {"username": username, "password": password}
        return self.ask("post", f"/accounts/login/{query}", typed)

    @property
    def key(self) -> str:
        return str(self.client.cookies["sessionid"].value)


@pytest.fixture(params=[False, True], ids=["wsgi", "asgi"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    return Visitor(request.param)


# Open redirect -------------------------------------------------------------------------------

HOSTILE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "\\\\evil.example",
    "/\\evil.example", "\\/evil.example", "http:///evil.example", "http:evil.example",
    "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", " //evil.example",
    "\t//evil.example", "/\t/evil.example", "\x01//evil.example", "http://testserver@evil.example",
    "http://evil.example\\@testserver", "http://testserver:80@evil.example", "//[evil.example]",
    "https:evil.example", "ftp://testserver/", "//", "// ", "//evil.example/?next=//testserver",
]  # fmt: skip


@pytest.mark.parametrize("wanted", HOSTILE)
@pytest.mark.parametrize("page", ["login", "logout"])
def test_open_redirect_next_is_not_followed_to_another_host(page: str, wanted: str) -> None:
    typed = {"username": "ann", "password": "secret", "next": wanted}
    with override_settings(LOGOUT_REDIRECT_URL="/bye/"):
        answer = Client().post(f"/accounts/{page}/", typed)
    assert answer.headers["Location"] == {"login": "/accounts/profile/", "logout": "/bye/"}[page]


@given(wanted=st.text(st.sampled_from("/\\:.@?#[]%a1 \t\n\r\x00ä\u3002"), max_size=12))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_open_redirect_whatever_next_is_a_browser_stays(wanted: str) -> None:
    answer = Client().post("/accounts/logout/", {"next": wanted})
    target = answer.headers.get("Location", "/")
    for read in (target, target.replace("\\", "/")):  # browsers take one for the other
        gone = urlsplit(urljoin("http://testserver/accounts/logout/", read))
        assert (gone.scheme, gone.netloc) == ("http", "testserver")


@pytest.mark.parametrize("wanted", HOSTILE)
def test_open_redirect_the_form_does_not_pass_it_on(wanted: str) -> None:
    page = Client().get("/accounts/login/", {"next": wanted}).content.decode()
    assert 'name="next"' not in page


def test_open_redirect_over_https_next_does_not_lead_back_to_http() -> None:
    typed = {"username": "ann", "password": "secret", "next": "http://testserver/x/"}
    answer = Client().post("/accounts/login/", typed, secure=True)
    assert answer.headers["Location"] == "/accounts/profile/"


# User enumeration ----------------------------------------------------------------------------


def without_secrets(answer: Any, *typed: str) -> tuple[Any, ...]:
    """What can be told from an answer, but for tokens and what the visitor typed."""
    page = re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", answer.content.decode())
    for each in typed:
        page = page.replace(each, "…")
    headers = {k: v for k, v in answer.headers.items() if k not in ("Expires", "Content-Length")}
    return answer.status_code, page, headers, sorted(answer.cookies)


@pytest.mark.parametrize("awaits", [False, True], ids=["wsgi", "asgi"])
def test_user_enumeration_a_refused_login_looks_and_costs_the_same(awaits: bool) -> None:
    """A wrong password, a user who is not active or has no password, and nobody."""
    seen = []
    for name in ("ann", "bob", "cyd", "dan"):
        Counted.done = 0
        answer = Visitor(awaits).enter(name, "wrong")
        seen.append((without_secrets(answer, f'"{name}"'), Counted.done))
    assert seen == [seen[0]] * 4
    assert seen[0][1] == 1


@pytest.mark.parametrize("awaits", [False, True], ids=["wsgi", "asgi"])
def test_user_enumeration_a_forgotten_password_is_answered_the_same(awaits: bool) -> None:
    """Known, not active, without a password, unknown; and no work is done before the answer."""
    seen = []
    for name in ("ann", "bob", "cyd", "dan"):
        Counted.done = 0
        answer = Visitor(awaits).ask(
            "post", "/accounts/password_reset/", {"email": f"{name}@example.org"}
        )
        finish_deliveries()
        seen.append((without_secrets(answer), Counted.done))
    assert seen == [seen[0]] * 4
    assert [email for email, _ in DELIVERED] == ["ann@example.org"]


def test_user_enumeration_no_question_to_the_database_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from threading import get_ident

    from enfilade.contrib.auth.database import DatabaseUserStore

    asked: list[int] = []
    filter_ = DatabaseUserStore.filter
    monkeypatch.setattr(
        DatabaseUserStore, "filter",
        lambda self, **fields: asked.append(get_ident()) or filter_(self, **fields),
    )  # fmt: skip
    for name in ("ann", "dan"):
        Client().post("/accounts/password_reset/", {"email": f"{name}@example.org"})
        finish_deliveries()
    assert len(asked) == 2
    assert get_ident() not in asked


def test_user_enumeration_a_broken_link_does_not_tell_whose_it_was() -> None:
    seen = [
        without_secrets(Client().get(f"/accounts/reset/{uid}/abc123-{'0' * 32}/"))
        for uid in ("MQ", "Mg", "OTk5", "!", "w6Q")
    ]
    assert seen == [seen[0]] * 5


# Links for a new password --------------------------------------------------------------------


def test_reset_poisoning_the_link_has_no_host_of_the_client_s_choice() -> None:
    client = Client()
    for headers in ({"Host": "evil.example"}, {"Host": "evil.example:80"}):
        answer = client.post(
            "/accounts/password_reset/", {"email": "ann@example.org"}, headers=headers
        )
        assert answer.status_code == 400
    forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    client.post("/accounts/password_reset/", {"email": "ann@example.org"}, headers=forwarded)
    finish_deliveries()
    ((_, link),) = DELIVERED
    assert link.startswith("http://testserver/accounts/reset/")


def test_reset_the_link_goes_to_the_address_that_is_kept() -> None:
    """Not to one that a database takes for equal: ı.example and i.example, say."""
    User.objects.create_user("mia", "mia@mia.example", "secret")
    typed = ("mıa@mia.example", "mia@mıa.example", "MIA@mia.example", "mia@mia.example\n")
    for email in typed:
        Client().post("/accounts/password_reset/", {"email": email})
    finish_deliveries()
    assert {email for email, _ in DELIVERED} == {"mia@mia.example"}
    assert len(DELIVERED) == 2


def link_to_ann() -> str:
    Client().post("/accounts/password_reset/", {"email": "ann@example.org"})
    finish_deliveries()
    return urlsplit(DELIVERED[-1][1]).path


def test_referer_the_token_is_in_no_address_of_a_page(visitor: Visitor) -> None:
    link = link_to_ann()
    token = link.split("/")[-2]
    answer = visitor.ask("get", link)
    assert answer.status_code == 302
    assert token not in answer.headers["Location"]
    page = visitor.ask("get", answer.headers["Location"])
    assert page.status_code == 200
    assert token not in page.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert "no-store" in page.headers["Cache-Control"]


def test_a_link_belongs_to_the_visitor_who_opened_it(visitor: Visitor) -> None:
    inside = visitor.ask("get", link_to_ann()).headers["Location"]
    typed = {"new_password1": "mine now", "new_password2": "mine now"}
    assert "new_password1" not in Visitor().ask("get", inside).content.decode()
    Visitor().ask("post", inside, typed)
    assert Visitor().enter().status_code == 302


def test_a_link_for_one_user_does_not_change_another(visitor: Visitor) -> None:
    _, _, _, _, token, _ = link_to_ann().split("/")
    assert visitor.ask("get", f"/accounts/reset/Mg/{token}/").status_code == 200
    visitor.ask("get", f"/accounts/reset/MQ/{token}/")
    page = visitor.ask("get", "/accounts/reset/Mg/set-password/").content.decode()
    assert "new_password1" not in page


def test_another_password_ends_every_session_and_link(visitor: Visitor) -> None:
    visitor.enter()
    older, link = link_to_ann(), link_to_ann()
    other = Visitor()
    inside = other.ask("get", link).headers["Location"]
    other.ask("post", inside, {"new_password1": "mine now", "new_password2": "mine now"})
    assert visitor.ask("get", "/accounts/password_change/").status_code == 302
    assert "new_password1" not in Visitor().ask("get", older).content.decode()


# Session fixation ----------------------------------------------------------------------------


def test_session_fixation_a_login_takes_another_key(visitor: Visitor) -> None:
    visitor.ask("get", "/cart/")
    given = visitor.key
    csrf = visitor.ask("get", "/accounts/login/").cookies["csrftoken"].value
    answer = visitor.enter()
    assert visitor.key != given
    assert answer.cookies["csrftoken"].value != csrf
    attacker = Client()
    attacker.cookies["sessionid"] = given
    assert attacker.get("/accounts/password_change/").status_code == 302


def test_session_fixation_a_changed_password_takes_another_key(visitor: Visitor) -> None:
    visitor.enter()
    given = visitor.key
    typed = {"old_password": "secret", "new_password1": "mine now", "new_password2": "mine now"}
    assert visitor.ask("post", "/accounts/password_change/", typed).status_code == 302
    assert visitor.key != given


# What is seen of a failure -------------------------------------------------------------------


def test_a_password_is_in_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("enfilade.contrib.auth.forms.authenticate", broken)
    client = Client(raise_request_exception=False)
    password = "-".join(("hunter", "two"))  # the lines of this test stand in the report
    typed = {"username": "ann", "password": password}
    with override_settings(DEBUG=True):
        answer = client.post("/accounts/login/", typed)
    assert answer.status_code == 500
    assert b"RuntimeError" in answer.content
    assert password.encode() not in answer.content
