"""The pages of accounts on both frameworks: status, headers, where they lead, what they refuse."""

import gzip
import importlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from enfilade.contrib.auth.common_passwords import is_common
from enfilade.contrib.auth.reset_delivery import finish_deliveries
from oracle import DJANGO, ENFILADE, Framework
from oracle.people import add_user, people

CHAIN = (
    "contrib.sessions.middleware.SessionMiddleware",
    "middleware.csrf.CsrfViewMiddleware",
    "contrib.auth.middleware.AuthenticationMiddleware",
)
SEEN = ("Location", "Cache-Control", "Vary", "Allow", "Referrer-Policy")
PAGES = (
    "login", "logged_out", "password_change_form", "password_change_done", "password_reset_form",
    "password_reset_done", "password_reset_confirm", "password_reset_complete",
)  # fmt: skip
LINK = "{{ protocol }}://{{ domain }}{% url 'password_reset_confirm' uidb64=uid token=token %}"
DJANGO_TEMPLATES = {
    **{f"registration/{name}.html": "{% if form %}{% csrf_token %}{% endif %}" for name in PAGES},
    "registration/password_reset_subject.txt": "subject",
    "registration/password_reset_email.html": LINK,
}


class Site:
    """The pages of one framework, and a visitor."""

    def __init__(self, framework: Framework) -> None:
        self.framework, self.name = framework, framework.name
        self.links: list[str] = []
        views = self.load("contrib.auth.views")
        path = framework.urls.path
        self.module = ModuleType(f"accounts_of_{self.name}")
        self.module.urlpatterns = [
            path("accounts/", framework.urls.include(f"{self.name}.contrib.auth.urls")),
            path("accounts/profile/", lambda request: framework.http.HttpResponse()),
            path("again/", views.LoginView.as_view(redirect_authenticated_user=True)),
            path("field/", views.LoginView.as_view(redirect_field_name="to", next_page="/np/")),
            path("hosts/", views.LoginView.as_view(success_url_allowed_hosts={"other.example"})),
            path("out/", views.LogoutView.as_view(next_page="login")),
            path("switch/", views.logout_then_login),
        ]

    def load(self, module: str) -> Any:
        return importlib.import_module(f"{self.name}.{module}")

    @contextmanager
    def open(self, **values: Any) -> Iterator[None]:
        own: dict[str, Any]
        if self.framework is DJANGO:
            locmem = ("django.template.loaders.locmem.Loader", DJANGO_TEMPLATES)
            engine = "django.template.backends.django.DjangoTemplates"
            own = {
                "TEMPLATES": [{"BACKEND": engine, "OPTIONS": {"loaders": [locmem]}}],
                "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
            }
        else:
            own = {"TEMPLATES": [], "PASSWORD_RESET_DELIVERY": self.deliver}
        chain = [f"{self.name}.{name}" for name in CHAIN]
        with self.framework.settings(
            **{"ROOT_URLCONF": self.module, "MIDDLEWARE": chain, **own, **values}
        ):
            self.client = self.load("test").Client()
            yield

    def deliver(self, user: Any, link: str, request: Any) -> None:
        self.links.append(link)

    def delivered(self) -> list[str]:
        """Links, without those that were seen before."""
        if self.framework is DJANGO:
            from django.core import mail

            outbox = getattr(mail, "outbox", [])
            links = [message.body.strip() for message in outbox]
            outbox.clear()
            return links
        finish_deliveries()
        links, self.links = self.links, []
        return links

    def see(self, method: str, address: str, **typed: str) -> Any:
        before = self.session_key()
        response = getattr(self.client, method)(address, typed)
        for name in [name for name, each in self.client.cookies.items() if each["max-age"] == 0]:
            del self.client.cookies[name]
        names = getattr(response, "template_name", None)
        return {
            "asked": (method, re.sub(r"/[0-9a-z]{6}-[0-9a-f]{32}/", "/TOKEN/", address)),
            "status": response.status_code,
            **{name: response.headers.get(name) for name in SEEN},
            "template": names[0] if names else None,
            "codes": self.codes(response),
            "new session": self.session_key() != before,
            "cookies": sorted(response.cookies),
        }

    def codes(self, response: Any) -> Any:
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is None:
            return None
        reasons = form.errors.as_data() if self.framework is DJANGO else form.reasons
        return {name: [each.code for each in found] for name, found in reasons.items()}

    def session_key(self) -> str:
        cookie = self.client.cookies.get("sessionid")
        return cookie.value if cookie else ""

    def user(self) -> Any:
        return self.load("contrib.auth").get_user_model().objects.get(username="ann")


@pytest.fixture(scope="module", autouse=True)
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with people(tmp_path_factory.mktemp("accounts")):
        for framework in (DJANGO, ENFILADE):
            add_user(framework, "ann", email="ann@example.org")
            add_user(framework, "cyd", email="cyd@example.org", is_active=False)
        yield


def assert_same(story: Callable[[Site], Any], **values: Any) -> Any:
    """What *story* has to tell, when it tells the same of both."""
    told = []
    for framework in (DJANGO, ENFILADE):
        site = Site(framework)
        with site.open(**values):
            told.append(story(site))
            user = site.user()
            user.set_password("secret")
            user.save()
    theirs, ours = told
    for one, other in zip(ours, theirs, strict=True):
        assert one == other
    return ours


def steps(*asked: tuple[Any, ...]) -> Callable[[Site], Any]:
    def story(site: Site) -> Any:
        return [site.see(method, address, **dict(*typed)) for method, address, *typed in asked]

    return story


ANN = {"username": "ann", "password": "secret"}
ENTER = ("post", "/accounts/login/", ANN)
LEAVE = ("post", "/accounts/logout/")
CHANGE = "/accounts/password_change/"
NEW = {"old_password": "secret", "new_password1": "another", "new_password2": "another"}
STORIES = {
    "login": [("get", "/accounts/login/"), ENTER, ("get", "/accounts/login/")],
    "head": [("head", "/accounts/login/"), ("head", "/accounts/logout/")],
    "wrong password": [("post", "/accounts/login/", {**ANN, "password": "x"})],
    "unknown": [("post", "/accounts/login/", {**ANN, "username": "nobody"})],
    "inactive": [("post", "/accounts/login/", {**ANN, "username": "cyd"})],
    "empty": [("post", "/accounts/login/")],
    "blanks": [("post", "/accounts/login/", {"username": " ann ", "password": "secret "})],
    "blank name": [("post", "/accounts/login/", {"username": " ann ", "password": "secret"})],
    "nul": [("post", "/accounts/login/", {"username": "a\0", "password": "\0"})],
    "wanted": [("get", "/accounts/login/?next=/x/"), ("post", "/accounts/login/?next=/x/", ANN)],
    "posted": [("post", "/accounts/login/?next=/x/", {**ANN, "next": "/y/"})],
    "posted badly": [("post", "/accounts/login/?next=/x/", {**ANN, "next": "//evil.example"})],
    "again": [("get", "/again/"), ENTER, ("get", "/again/"), ("get", "/again/?next=/x/")],
    "field": [("post", "/field/?next=/x/", ANN), LEAVE, ("post", "/field/?to=/x/", ANN)],
    "hosts": [
        ("post", "/hosts/?next=https://other.example/a", ANN),
        LEAVE,
        ("post", "/hosts/?next=https://evil.example/a", ANN),
    ],
    "logout": [ENTER, ("get", "/accounts/logout/"), ("post", "/accounts/logout/"),
               ("post", "/accounts/logout/")],
    "logout and on": [ENTER, ("post", "/accounts/logout/?next=/x/"), ("post", "/out/"),
                      ("post", "/out/?next=//evil.example"), ("post", "/switch/")],
    "change": [("get", CHANGE), ENTER, ("get", CHANGE), ("post", CHANGE, NEW),
               ("get", f"{CHANGE}done/"), ENTER],
    "change badly": [
        ENTER,
        ("post", CHANGE),
        ("post", CHANGE, {**NEW, "old_password": "x"}),
        ("post", CHANGE, {**NEW, "new_password2": "x"}),
        ("post", CHANGE, {**NEW, "old_password": "x", "new_password2": ""}),
    ],
    "change by nobody": [("post", CHANGE, NEW), ("get", f"{CHANGE}done/")],
    "reset": [
        ("get", "/accounts/password_reset/"),
        ("post", "/accounts/password_reset/", {"email": "nobody@example.org"}),
        ("post", "/accounts/password_reset/", {"email": "cyd@example.org"}),
        ("post", "/accounts/password_reset/", {"email": "nobody"}),
        ("post", "/accounts/password_reset/"),
        ("get", "/accounts/password_reset/done/"),
        ("get", "/accounts/reset/done/"),
        ("get", "/accounts/reset/MQ/set-password/"),
        ("post", "/accounts/reset/MQ/set-password/", NEW),
        ("get", "/accounts/reset/%C3%A4/x/"),
        ("get", "/accounts/reset/MQ/abc-def/"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_is_the_same(story: Any) -> None:
    assert_same(steps(*story))


@pytest.mark.parametrize("logout_url", [None, "/bye/", "login"])
@pytest.mark.parametrize("login_url", ["/in/", "login"])
def test_the_settings_lead_to_the_same_pages(login_url: str, logout_url: str | None) -> None:
    story = steps(
        ("get", CHANGE), ENTER, ("post", "/accounts/logout/"), ("post", "/switch/"),
        ("get", "/accounts/reset/done/"),
    )  # fmt: skip
    assert_same(
        story, LOGIN_URL=login_url, LOGOUT_REDIRECT_URL=logout_url, LOGIN_REDIRECT_URL="login"
    )


@pytest.mark.parametrize("email", ["ann@example.org", "ANN@EXAMPLE.ORG", "ann@exämple.org"])
def test_a_link_works_once_and_in_the_same_steps(email: str) -> None:
    def story(site: Site) -> Any:
        seen = [site.see("post", "/accounts/password_reset/", email=email)]
        for link in site.delivered():
            path = link.removeprefix("http://testserver")
            inside = re.sub(r"[^/]+/$", "set-password/", path)
            typed = {"new_password1": "another", "new_password2": "another"}
            seen += [
                site.see("post", path, **typed),
                site.see("get", path),
                site.see("get", inside),
                site.see("post", inside, **{**typed, "new_password2": "x"}),
                site.see("post", inside, **typed),
                site.see("get", inside),
                site.see("get", path),
                site.see("post", "/accounts/login/", username="ann", password="another"),
            ]
        return seen

    assert len(assert_same(story)) == (1 if "ä" in email else 9)


@pytest.mark.parametrize("address", ["login/", "logout/", "password_change/", "password_reset/"])
def test_a_form_from_elsewhere_is_refused(address: str) -> None:
    def story(site: Site) -> Any:
        site.client = site.load("test").Client(enforce_csrf_checks=True)
        return [site.client.post(f"/accounts/{address}", ANN).status_code]

    assert assert_same(story) == [403]


PIECES = (
    "/", "//", "\\", "\\\\", "http:", "https:", "javascript:", "ftp:", "evil.example",
    "testserver", "other.example", "@", ":80", ":", "?", "#", "a", "..", "%2F", "%5C", "\t", "\n",
    "\r", "\0", " ", "\u2028", "ä", "\ud800", "[", "]", "[::1]", "///", "next=", "&",
)  # fmt: skip
ADDRESSES = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@given(next_page=ADDRESSES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("/\t//evil.example")
def test_next_leads_to_the_same_places(next_page: str) -> None:
    """In the class that both pages share; a login for each would take too long. Ours reads an
    address as browsers do, without tabs and line breaks."""
    places = []
    read = re.sub("[\t\n\r]", "", next_page.strip())
    for framework in (DJANGO, ENFILADE):
        load = importlib.import_module
        views = load(f"{framework.name}.contrib.auth.views")
        factory = load(f"{framework.name}.test").RequestFactory()
        for secure in (False, True):
            view = views.LoginView(success_url_allowed_hosts={"other.example"})
            view.setup(factory.get("/", secure=secure))
            view.request.GET = view.request.GET.copy()
            view.request.GET["next"] = read if framework is DJANGO else next_page
            places.append(view.get_redirect_url())
    theirs, ours = places[:2], places[2:]
    assert ours == [place and next_page for place in theirs]


WORDS = ("ann", "Ann.Archer", "archer", "gazette", "12345678", "0", "ä", "x" * 300, " ", "@", "١٢")


@given(
    password=st.one_of(st.lists(st.sampled_from(WORDS), max_size=4).map("".join), st.text()),
    known=st.tuples(*[st.sampled_from(["", "ann", "archer", "A. Archer-Ann", "x" * 40])] * 4),
    most=st.sampled_from([0.1, 0.5, 0.7, 1]),
    least=st.integers(0, 12),
)
@settings(max_examples=200, deadline=None)
def test_validators_have_the_same_verdict(
    password: str, known: tuple[str, ...], most: float, least: int
) -> None:
    fields = dict(zip(("username", "first_name", "last_name", "email"), known, strict=True))
    verdicts = []
    for framework in (DJANGO, ENFILADE):
        room = importlib.import_module(f"{framework.name}.contrib.auth.password_validation")
        auth = importlib.import_module(f"{framework.name}.contrib.auth")
        validators = [
            room.UserAttributeSimilarityValidator(max_similarity=most),
            room.MinimumLengthValidator(least),
            room.NumericPasswordValidator(),
        ]
        try:
            room.validate_password(password, auth.get_user_model()(**fields), validators)
            verdicts.append([])
        except framework.exceptions.ValidationError as error:
            verdicts.append([(each.code, each.params) for each in error.error_list])
    assert verdicts[1] == verdicts[0]


def test_a_list_of_common_passwords_is_read_the_same(tmp_path: Any) -> None:
    (path := tmp_path / "list").write_text("gazette\nzürich \n\n")
    for password in ("gazette", " GAZETTE", "Zürich", "gazettes", "", "x"):
        verdicts = []
        for framework in (DJANGO, ENFILADE):
            room = importlib.import_module(f"{framework.name}.contrib.auth.password_validation")
            try:
                room.CommonPasswordValidator(path).validate(password)
                verdicts.append(None)
            except framework.exceptions.ValidationError as error:
                verdicts.append(error.code)
        assert verdicts[0] == verdicts[1]


def test_rules_find_most_of_what_a_list_begins_with() -> None:
    theirs = importlib.import_module("django.contrib.auth.password_validation")
    path = theirs.CommonPasswordValidator().DEFAULT_PASSWORD_LIST_PATH
    first = gzip.decompress(path.read_bytes()).decode().split()[:1000]
    left = [each for each in first if not is_common(each)]
    assert len(left) < 500
    assert len([each for each in left if len(each) < 8]) > len(left) / 2


def test_tokens_follow_the_same_rules() -> None:
    """Which changes of a user end a token, how old it may be, and how it looks."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def story(site: Site) -> Any:
        tokens = site.load("contrib.auth.tokens").PasswordResetTokenGenerator()
        model = site.load("contrib.auth").get_user_model()
        known = {"id": 7, "username": "ann", "password": "hash", "email": "ann@example.org"}
        token = tokens.make_token(model(**known))
        assert re.fullmatch(r"[0-9a-z]{6}-[0-9a-f]{32}", token)
        changes: list[dict[str, Any]] = [
            {}, {"id": 8}, {"username": "bob"}, {"password": "other"}, {"email": ""},
            {"last_login": noon}, {"last_login": noon.replace(microsecond=5)}, {"is_active": False},
        ]  # fmt: skip
        verdicts = [tokens.check_token(model(**{**known, **each}), token) for each in changes]
        wrong = ["", "x", token[:-1], f"{token}0", token.upper(), f"{token}-", f"-{token}", None]
        verdicts += [tokens.check_token(model(**known), each) for each in wrong]
        for timeout in (-1, 0, 60):
            with site.framework.settings(PASSWORD_RESET_TIMEOUT=timeout):
                fresh = tokens.make_token(model(**known))
                verdicts.append(timeout and tokens.check_token(model(**known), fresh))
        with site.framework.settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
            verdicts.append(tokens.check_token(model(**known), token))
        keys = ["old", "a key for the tests only"]
        with site.framework.settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=keys):
            verdicts.append(tokens.check_token(model(**known), token))
        return verdicts

    assert True in assert_same(story)
