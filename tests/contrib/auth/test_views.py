"""The pages of accounts, end to end: with a site around them, its database and its sessions."""

import asyncio
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from enfilade.contrib.auth import reset_delivery
from enfilade.contrib.auth.decorators import login_required
from enfilade.contrib.auth.pages import PageResponse
from enfilade.contrib.auth.reset_delivery import deliver_later, finish_deliveries
from enfilade.contrib.auth.users import User
from enfilade.contrib.auth.views import LoginView, LogoutView, logout_then_login
from enfilade.exceptions import ImproperlyConfigured, ServiceUnavailable
from enfilade.http import HttpResponse
from enfilade.template import TemplateDoesNotExist
from enfilade.test import AsyncClient, Client, RequestFactory, override_settings
from enfilade.urls import NoReverseMatch, include, path
from patience import PATIENCE

CHAIN = [
    "enfilade.contrib.sessions.middleware.SessionMiddleware",
    "enfilade.middleware.csrf.CsrfViewMiddleware",
    "enfilade.contrib.auth.middleware.AuthenticationMiddleware",
]
DELIVERED: list[tuple[str, str, str]] = []


def deliver(user: Any, link: str, request: Any) -> None:
    DELIVERED.append((user.username, link, request.path))


async def adeliver(user: Any, link: str, request: Any) -> None:
    await asyncio.sleep(0)
    deliver(user, link, request)


def fail(user: Any, link: str, request: Any) -> None:
    raise OSError(f"the mail server is down for {user}")


def mine(request: Any) -> HttpResponse:
    return HttpResponse(f"the desk of {request.user}")


class URLs:
    urlpatterns = [
        path("accounts/", include("enfilade.contrib.auth.urls")),
        path("accounts/profile/", login_required(mine)),
        path("again/", LoginView.as_view(redirect_authenticated_user=True)),
        path("out/", LogoutView.as_view(next_page="login")),
        path("switch/", logout_then_login),
    ]


@pytest.fixture(autouse=True)
def site(users: None) -> Iterator[None]:
    DELIVERED.clear()
    with override_settings(
        ROOT_URLCONF=URLs, MIDDLEWARE=CHAIN, PASSWORD_RESET_DELIVERY=deliver, TEMPLATES=[]
    ):
        User.objects.create_user("ann", "ann@example.org", "a long secret")
        yield
        finish_deliveries()


class Visitor:
    """A browser that sends what the page's form has, on either chain."""

    def __init__(self, awaits: bool = False) -> None:
        self.awaits = awaits
        self.client: Any = (AsyncClient if awaits else Client)(enforce_csrf_checks=True)

    def _ask(self, method: str, *args: Any) -> Any:
        answer = getattr(self.client, method)(*args)
        return asyncio.run(answer) if self.awaits else answer

    def get(self, address: str) -> Any:
        return self._ask("get", address)

    def post(self, address: str, **typed: str) -> Any:
        return self._ask("post", address, typed)

    def send(self, address: str, **typed: str) -> Any:
        """Load the page, fill its form in and send it."""
        hidden = dict(
            re.findall(r'type="hidden" name="(\w+)"[^>]* value="([^"]*)"', text(self.get(address)))
        )
        return self.post(address, **{**hidden, **typed})

    def enter(self, password: str = "a long secret") -> Any:
        return self.send("/accounts/login/", username="ann", password=password)

    def who(self) -> str:
        answer = self.get("/accounts/profile/")
        return text(answer) if answer.status_code == 200 else ""


def text(answer: Any) -> str:
    return answer.content.decode()


def link_to_ann(visitor: Visitor) -> str:
    answer = visitor.send("/accounts/password_reset/", email="ann@example.org")
    assert answer.headers["Location"] == "/accounts/password_reset/done/"
    finish_deliveries()
    ((name, link, path),) = DELIVERED
    assert (name, path) == ("ann", "/accounts/password_reset/")
    assert link.startswith("http://testserver/accounts/reset/")
    return urlsplit(link).path


@pytest.fixture(params=[False, True], ids=["wsgi", "asgi"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    return Visitor(request.param)


# In and out ----------------------------------------------------------------------------------


def test_a_login_leads_to_the_page_that_was_wanted(visitor: Visitor) -> None:
    wanted = visitor.get("/accounts/profile/?x=1").headers["Location"]
    assert wanted == "/accounts/login/?next=/accounts/profile/%3Fx%3D1"
    answer = visitor.send(wanted, username="ann", password="a long secret")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/profile/?x=1")
    assert visitor.who() == "the desk of ann"


def test_without_one_it_leads_to_the_settings_page(visitor: Visitor) -> None:
    assert visitor.enter().headers["Location"] == "/accounts/profile/"


def test_a_wrong_password_shows_the_form_again(visitor: Visitor) -> None:
    answer = visitor.enter("wrong <secret>")
    page = text(answer)
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert "There is no such name with this password" in page
    assert 'value="ann"' in page
    assert "wrong" not in page
    assert visitor.who() == ""


def test_an_empty_form_says_which_fields_are_missing(visitor: Visitor) -> None:
    page = text(visitor.send("/accounts/login/"))
    for name in ("username", "password"):
        field = re.search(rf'<input [^>]*name="{name}"[^>]*>', page)
        assert field is not None
        assert 'aria-invalid="true"' in field[0]
        assert f'aria-describedby="id_{name}_error"' in field[0]
        assert f'<ul id="id_{name}_error">\n<li>Please fill this in.</li>' in page
        assert f'<label for="id_{name}">' in page


def test_what_was_typed_is_escaped(visitor: Visitor) -> None:
    page = text(visitor.send("/accounts/login/", username='"><script>', password="x"))
    assert 'value="&#34;&gt;&lt;script&gt;"' in page


def test_without_the_token_of_the_form_nothing_happens(visitor: Visitor) -> None:
    visitor.get("/accounts/login/")
    for address in ("login/", "logout/", "password_change/", "password_reset/", "reset/MQ/x-y/"):
        typed = {"username": "ann", "password": "a long secret", "email": "ann@example.org"}
        assert visitor.post(f"/accounts/{address}", **typed).status_code == 403
    assert DELIVERED == []
    assert visitor.who() == ""


def test_a_logout_is_a_post_and_ends_the_session(visitor: Visitor) -> None:
    visitor.enter()
    assert visitor.get("/accounts/logout/").status_code == 405
    assert visitor.who() == "the desk of ann"
    token = re.search(r'token" value="(\w+)"', text(visitor.get("/accounts/password_change/")))
    assert token is not None
    answer = visitor.post("/accounts/logout/", csrfmiddlewaretoken=token[1])
    assert answer.status_code == 200
    assert "You are logged out of testserver." in text(answer)
    assert visitor.who() == ""


@pytest.mark.parametrize(
    ("address", "setting", "expected"),
    [
        ("/accounts/logout/", "/bye/", "/bye/"),
        ("/accounts/logout/?next=/there/", "/bye/", "/there/"),
        ("/accounts/logout/?next=https://evil.example/", None, None),
        ("/out/", None, "/accounts/login/"),
        ("/switch/", None, "/accounts/login/"),
    ],
)
def test_a_logout_leads_somewhere(address: str, setting: str | None, expected: str | None) -> None:
    with override_settings(LOGOUT_REDIRECT_URL=setting):
        assert Client().post(address).headers.get("Location") == expected


def test_who_has_signed_in_is_sent_on_if_the_site_wants_it(visitor: Visitor) -> None:
    assert visitor.get("/again/").status_code == 200
    visitor.enter()
    assert visitor.get("/accounts/login/").status_code == 200
    assert visitor.get("/again/?next=/x/").headers["Location"] == "/x/"
    with override_settings(LOGIN_REDIRECT_URL="/again/"), pytest.raises(ValueError, match="loop"):
        visitor.get("/again/")


def test_nobody_keeps_the_page_of_the_login() -> None:
    answer = Client().get("/accounts/login/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]


# Another password ----------------------------------------------------------------------------


def test_another_password_keeps_this_session_and_ends_the_others(visitor: Visitor) -> None:
    other = Visitor()
    other.enter()
    visitor.enter()
    change = "/accounts/password_change/"
    wrong = visitor.send(change, old_password="x", new_password1="new one", new_password2="newer")
    assert "This is not your password." in text(wrong)
    assert "These are two different passwords." in text(wrong)
    answer = visitor.send(
        change, old_password="a long secret", new_password1=" new one ", new_password2=" new one "
    )
    assert answer.headers["Location"] == "/accounts/password_change/done/"
    assert "You have another password now." in text(visitor.get(answer.headers["Location"]))
    assert visitor.who() == "the desk of ann"
    assert other.who() == ""
    assert Visitor().enter("new one").status_code == 200
    assert Visitor().enter(" new one ").status_code == 302


def test_only_users_change_their_password(visitor: Visitor) -> None:
    for name in ("", "done/"):
        address = f"/accounts/password_change/{name}"
        assert visitor.get(address).headers["Location"] == f"/accounts/login/?next={address}"


SHORT = {
    "NAME": "enfilade.contrib.auth.password_validation.MinimumLengthValidator",
    "OPTIONS": {"min_length": 12},
}


def test_the_validators_have_their_say_and_help(visitor: Visitor) -> None:
    visitor.enter()
    with override_settings(AUTH_PASSWORD_VALIDATORS=[SHORT]):
        page = text(visitor.get("/accounts/password_change/"))
        assert 'aria-describedby="id_new_password1_help"' in page
        assert "Take at least 12 characters." in page
        answer = visitor.send(
            "/accounts/password_change/",
            old_password="a long secret",
            new_password1="shorter",
            new_password2="shorter",
        )
    assert "This password has less than 12 characters." in text(answer)


# A forgotten one -----------------------------------------------------------------------------


def test_a_link_gives_another_password_once(visitor: Visitor) -> None:
    path = link_to_ann(visitor)
    visitor = Visitor(visitor.awaits)  # the link may be opened elsewhere
    answer = visitor.get(path)
    inside = answer.headers["Location"]
    assert inside == re.sub(r"[^/]+/$", "set-password/", path)
    answer = visitor.send(inside, new_password1="another one", new_password2="another one")
    assert answer.headers["Location"] == "/accounts/reset/done/"
    assert 'href="/accounts/login/"' in text(visitor.get(answer.headers["Location"]))
    assert visitor.who() == ""
    assert Visitor().enter("another one").status_code == 302
    for address in (path, inside):
        again = visitor.get(address)
        assert again.status_code == 200
        assert "The link is too old" in text(again)
        assert "new_password1" not in text(again)


def test_the_page_behind_the_link_is_protected_without_the_middleware() -> None:
    chain = [name for name in CHAIN if "csrf" not in name]
    with override_settings(MIDDLEWARE=chain):
        visitor = Visitor()
        inside = visitor.get(link_to_ann(visitor)).headers["Location"]
        typed = {"new_password1": "another one", "new_password2": "another one"}
        assert visitor.post(inside, **typed).status_code == 403
        assert visitor.send(inside, **typed).status_code == 302


def test_the_form_behind_the_link_is_checked(visitor: Visitor) -> None:
    inside = visitor.get(link_to_ann(visitor)).headers["Location"]
    with override_settings(AUTH_PASSWORD_VALIDATORS=[SHORT]):
        answer = visitor.send(inside, new_password1="short", new_password2="short")
    assert "less than 12" in text(answer)
    assert Visitor().enter().status_code == 302


@pytest.mark.parametrize("uid", ["", "!", "MQ=", "MTAw", "Zm9v", "_w", "4pi6", "A" * 3000, "AA"])
def test_a_link_that_was_tampered_with_is_told_so(uid: str) -> None:
    path = link_to_ann(visitor := Visitor())
    *_, token, _ = path.split("/")
    for address in (f"/accounts/reset/{uid or 'x'}/{token}/", f"/accounts/reset/MQ/{uid}-{token}/"):
        answer = visitor.get(address)
        assert (answer.status_code, "The link is too old" in text(answer)) == (200, True)


def test_a_login_makes_an_older_link_worthless(visitor: Visitor) -> None:
    path = link_to_ann(visitor)
    Visitor().enter()
    assert "The link is too old" in text(visitor.get(path))


def test_a_coroutine_function_may_deliver(visitor: Visitor) -> None:
    with override_settings(PASSWORD_RESET_DELIVERY=adeliver):
        assert link_to_ann(visitor).startswith("/accounts/reset/")


def test_the_link_is_delivered_by_another_thread() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(user: Any, link: str, request: Any) -> None:
        begun.set()
        assert go_on.wait(10)
        deliver(user, link, request)

    with override_settings(PASSWORD_RESET_DELIVERY=slow):
        answer = Visitor().send("/accounts/password_reset/", email="ANN@example.org")
        assert answer.status_code == 302
        assert begun.wait(10)
        assert DELIVERED == []
        go_on.set()
        finish_deliveries()
    assert len(DELIVERED) == 1


@pytest.mark.parametrize("end", ["sys.exit(0)", "end_process(lambda: 0)"])
def test_a_process_that_ends_delivers_before(end: str) -> None:
    """Also a worker, which does not unwind what a fork has copied."""
    code = (
        "import sys, time\n"
        "from enfilade.contrib.auth.reset_delivery import deliver_later\n"
        "from enfilade.server.processes.signals import end_process\n"
        "deliver_later(lambda: (time.sleep(0.2), print('delivered', flush=True)))\n"
        f"{end}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, "delivered\n"), done.stderr


def test_a_flood_of_deliveries_is_refused_and_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reset_delivery, "MOST_WAITING", 3)
    finish_deliveries()
    go_on, done = threading.Event(), []

    def slow() -> None:
        assert go_on.wait(10)
        done.append(1)

    for _ in range(3):
        deliver_later(slow)
    with pytest.raises(ServiceUnavailable, match="Too many links"):
        deliver_later(slow)
    go_on.set()
    deadline = time.monotonic() + PATIENCE
    while True:  # there is room again as soon as the first are delivered
        try:
            deliver_later(slow)
        except ServiceUnavailable:
            assert time.monotonic() < deadline
        else:
            break
    finish_deliveries()
    assert len(done) == 4


def test_a_forked_child_delivers_by_threads_of_its_own() -> None:
    deliver_later(lambda: None)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            deliver_later(lambda: os.write(write, b"delivered"))
            finish_deliveries()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"delivered"
    os.waitpid(child, 0)


def test_a_delivery_that_fails_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(PASSWORD_RESET_DELIVERY=fail):
        answer = Visitor().send("/accounts/password_reset/", email="ann@example.org")
        finish_deliveries()
    assert answer.status_code == 302
    (record,) = [each for each in caplog.records if each.name == "enfilade.contrib.auth"]
    assert record.levelno == logging.ERROR
    assert "the mail server is down" in str(record.exc_info)


def test_one_that_fails_does_not_stop_the_next() -> None:
    User.objects.create_user("ann2", "ann@example.org", "x")

    def fails_for_ann(user: Any, link: str, request: Any) -> None:
        if user.username == "ann":
            raise OSError
        deliver(user, link, request)

    with override_settings(PASSWORD_RESET_DELIVERY=fails_for_ann):
        Visitor().send("/accounts/password_reset/", email="ann@example.org")
        finish_deliveries()
    assert [name for name, *_ in DELIVERED] == ["ann2"]


def test_in_development_the_link_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(PASSWORD_RESET_DELIVERY="", DEBUG=True):
        Visitor().send("/accounts/password_reset/", email="ann@example.org")
        finish_deliveries()
    assert "http://testserver/accounts/reset/" in caplog.text


@pytest.mark.parametrize("target", ["", "nowhere.at.all", "json:nothing"])
@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
def test_without_a_delivery_everybody_is_told(target: str, email: str) -> None:
    with (
        override_settings(PASSWORD_RESET_DELIVERY=target),
        pytest.raises(ImproperlyConfigured, match=r"PASSWORD_RESET_DELIVERY|nothing that brings"),
    ):
        Visitor().send("/accounts/password_reset/", email=email)


@pytest.mark.parametrize(
    "email", ["ann", "ann@", "@x", "a b@x", "a@b@c", "a@x\0", "a" * 251 + "@x.y"]
)
def test_what_is_no_address_is_not_looked_for(email: str) -> None:
    answer = Visitor().send("/accounts/password_reset/", email=email)
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in text(answer)


def test_a_route_without_the_parameters_is_a_mistake() -> None:
    from enfilade.contrib.auth.views import PasswordResetConfirmView

    class Bare:
        urlpatterns = [path("<token>/", PasswordResetConfirmView.as_view())]

    with override_settings(ROOT_URLCONF=Bare), pytest.raises(ImproperlyConfigured, match="uidb64"):
        Client().get("/x/")


def test_a_missing_route_is_a_mistake_whoever_asks() -> None:
    from enfilade.contrib.auth.views import PasswordResetView

    class Bare:
        urlpatterns = [path("", PasswordResetView.as_view())]

    with override_settings(ROOT_URLCONF=Bare), pytest.raises(NoReverseMatch):
        Client().post("/", {"email": "nobody@example.org"})


def test_the_user_may_be_signed_in_at_once() -> None:
    from enfilade.contrib.auth.views import PasswordResetConfirmView

    class Quick(URLs):
        urlpatterns = [
            path(
                "accounts/reset/<uidb64>/<token>/",
                PasswordResetConfirmView.as_view(post_reset_login=True, success_url="/"),
            ),
            *URLs.urlpatterns,
        ]

    with override_settings(ROOT_URLCONF=Quick):
        visitor = Visitor()
        inside = visitor.get(link_to_ann(visitor)).headers["Location"]
        answer = visitor.send(inside, new_password1="another one", new_password2="another one")
        assert answer.headers["Location"] == "/"
        assert visitor.who() == "the desk of ann"


# A site of which nothing else is public ------------------------------------------------------


def test_the_pages_for_strangers_are_open_on_a_site_for_users_only() -> None:
    guard = "enfilade.contrib.auth.middleware.LoginRequiredMiddleware"
    with override_settings(MIDDLEWARE=[*CHAIN, guard]):
        client = Client()
        for name in (
            "login",
            "password_reset",
            "password_reset/done",
            "reset/MQ/x-y",
            "reset/done",
        ):
            assert client.get(f"/accounts/{name}/").status_code == 200
        assert client.get("/accounts/password_change/done/").status_code == 302


# Templates -----------------------------------------------------------------------------------


def written(folder: Path, **templates: str) -> list[dict[str, Any]]:
    (folder / "registration").mkdir(exist_ok=True)
    for name, source in templates.items():
        (folder / "registration" / f"{name}.html").write_text(source)
    return [{"NAME": folder.name, "DIRS": [folder]}]


def test_a_template_of_the_site_s_own_comes_first(tmp_path: Path) -> None:
    own = written(tmp_path, login="mine: {{ form['username'].label }} {{ next }} {{ site_name }}")
    with override_settings(TEMPLATES=own):
        client = Client()
        assert text(client.get("/accounts/login/?next=/a/")) == "mine: Username /a/ testserver"
        assert "<h1>Forgotten" in text(client.get("/accounts/password_reset/"))


def test_the_site_s_base_is_around_the_pages_here(tmp_path: Path) -> None:
    own = written(tmp_path, base="<b>Gazette</b>{% block content %}{% endblock %}")
    with override_settings(TEMPLATES=own):
        page = text(Client().get("/accounts/login/"))
    assert page.startswith("<b>Gazette</b>")
    assert 'name="username"' in page


def test_a_template_of_the_site_extends_one_of_these(tmp_path: Path) -> None:
    own = written(
        tmp_path,
        login='{% extends "registration/base.html" %}{% block title %}Gazette{% endblock %}',
    )
    with override_settings(TEMPLATES=own):
        assert "<title>Gazette</title>" in text(Client().get("/accounts/login/"))


def test_any_engine_of_the_site_may_have_the_template(tmp_path: Path) -> None:
    (one := tmp_path / "one").mkdir()
    (two := tmp_path / "two").mkdir()
    with override_settings(TEMPLATES=written(one) + written(two, login="from the second")):
        assert text(Client().get("/accounts/login/")) == "from the second"
        assert "<h1>Forgotten" in text(Client().get("/accounts/password_reset/"))


def test_context_processors_add_to_the_pages(tmp_path: Path) -> None:
    own = written(tmp_path, base="{{ user }} {{ request.path }}")
    own[0]["OPTIONS"] = {"context_processors": ["enfilade.contrib.auth.context_processors.auth"]}
    with override_settings(TEMPLATES=own):
        assert text(Client().get("/accounts/login/")) == "AnonymousUser /accounts/login/"


def test_a_template_that_is_nowhere_is_told() -> None:
    response = PageResponse(RequestFactory().get("/"), ["nowhere.html"])
    with pytest.raises(TemplateDoesNotExist, match="nowhere"):
        response.render()


def test_a_template_object_is_taken_as_it_is() -> None:
    from enfilade.template import engines

    template = engines()["jinja2"].from_string("as it is")
    assert PageResponse(RequestFactory().get("/"), template).render().content == b"as it is"
