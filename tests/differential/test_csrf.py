"""Protection against forged requests, beside Django's: statuses, headers, and reasons in the log.

The site's own failure view answers with the reason, and a middleware of the test gives each
request a plain dict for a session.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enfilade.http.csrf import mask_secret
from oracle import DJANGO, ENFILADE, GATEWAYS, Framework, Outcome, run

SECRET = "abcdefghijklmnopqrstuvwxyzABCDEF"
OTHER = "ZYXWVUTSRQPONMLKJIHGFEDCBA987654"
FORM = "application/x-www-form-urlencoded"
NAME = "csrfmiddlewaretoken"


class Site:
    """The same site on one framework."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        package = framework.http.__name__.partition(".")[0]
        self.middleware = f"{package}.middleware.csrf.CsrfViewMiddleware"
        self.session: dict[str, Any] = {}
        self.module = ModuleType(f"csrf_site_of_{framework.name}")
        self.module.failure = lambda request, reason="": framework.http.HttpResponse(
            reason, status=403
        )
        self.module.Sessions = self.sessions()
        self.module.urlpatterns = list(self.routes(package))
        self.log = logging.getLogger(f"{package}.security.csrf")

    def sessions(self) -> type:
        site = self

        class Sessions(self.framework.MiddlewareMixin):
            def process_request(self, request: Any) -> None:
                request.session = site.session

        return Sessions

    def routes(self, package: str) -> Iterator[Any]:
        csrf = import_module(f"{package}.middleware.csrf")
        decorators = import_module(f"{package}.views.decorators.csrf")
        respond, path = self.framework.http.HttpResponse, self.framework.urls.path

        def plain(request: Any) -> Any:
            return respond(f"{request.method} {sorted(request.POST)}")

        def form(request: Any) -> Any:
            token = csrf.get_token(request)
            assert len(token) == 64
            return respond("form")

        def login(request: Any) -> Any:
            csrf.rotate_token(request)
            return respond("in")

        async def aplain(request: Any) -> Any:
            return plain(request)

        async def aform(request: Any) -> Any:
            return form(request)

        for name, view in {"plain": plain, "form": form, "login": login}.items():
            yield path(f"{name}/", view)
        for name, view in {"aplain": aplain, "aform": aform}.items():
            yield path(f"{name}/", view)
        for name in ("csrf_exempt", "csrf_protect", "ensure_csrf_cookie", "requires_csrf_token"):
            yield path(f"{name}/", getattr(decorators, name)(plain))
            yield path(f"a{name}/", getattr(decorators, name)(aplain))
            yield path(f"{name}/form/", getattr(decorators, name)(form))

    @contextmanager
    def installed(self, middleware: bool, values: dict[str, Any]) -> Iterator[None]:
        sys.modules[self.module.__name__] = self.module
        here = self.module.__name__
        chain = [f"{here}.Sessions", self.middleware] if middleware else [f"{here}.Sessions"]
        try:
            with self.framework.settings(
                MIDDLEWARE=chain,
                ROOT_URLCONF=here,
                CSRF_FAILURE_VIEW=f"{here}.failure",
                SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
                **values,
            ):
                yield
        finally:
            del sys.modules[self.module.__name__]

    def outcome(
        self, request: dict[str, Any], *, middleware: bool = True, asgi: bool = False, **values: Any
    ) -> tuple[Outcome, list[str]]:
        handler = self.framework.ASGIHandler if asgi else self.framework.WSGIHandler
        heard = _Ear()
        self.log.addHandler(heard)
        try:
            with self.installed(middleware, values):
                return _normal(run(handler, [], asgi=asgi, **request)), heard.messages
        finally:
            self.log.removeHandler(heard)


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.levelname} {record.getMessage()}")


def _normal(outcome: Outcome) -> Outcome:
    """Without what is different each time: a new secret, and the date."""

    def plain(value: str) -> str:
        value = re.sub(r"expires=[^;]+", "expires=DATE", value)
        return re.sub(rf"=(?!{SECRET}|{OTHER})[a-zA-Z0-9]{{32}};", "=NEW;", value)

    headers = tuple((name, plain(value).strip()) for name, value in outcome.headers)
    return Outcome(outcome.status, headers, outcome.body, outcome.calls)


SITES = {framework.name: Site(framework) for framework in (DJANGO, ENFILADE)}


def both(request: dict[str, Any], session: dict[str, Any] | None = None, **options: Any) -> Any:
    """What the two do; asserts that it is equal, the session included."""
    results, sessions = [], []
    for site in SITES.values():
        site.session.clear()
        site.session.update(session or {})
        results.append(site.outcome(request, **options))
        sessions.append({name: _kind(value) for name, value in site.session.items()})
    theirs, ours = results
    assert ours == theirs
    assert sessions[0] == sessions[1]
    return ours


def _kind(value: str) -> str:
    return value if value in (SECRET, OTHER) else f"new, of {len(value)}"


def ask(path: str, method: str = "POST", *, cookie: str | None = SECRET, **more: Any) -> dict:
    headers = {"Host": "testserver", **more.pop("headers", {})}
    if cookie is not None:
        headers["Cookie"] = f"csrftoken={cookie}"
    return {"path": path, "method": method, "headers": headers, **more}


def in_form(token: str) -> dict[str, Any]:
    return {"headers": {"Content-Type": FORM}, "body": f"{NAME}={token}&a=1".encode()}


def in_header(token: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "X-CSRFToken": token}
    return {"headers": headers, "body": b"{}"}


def in_multipart(token: str) -> dict[str, Any]:
    lines = ("--x", f'Content-Disposition: form-data; name="{NAME}"', "", token, "--x--", "")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    return {"headers": headers, "body": "\r\n".join(lines).encode()}


BROUGHT = {"form": in_form, "header": in_header, "multipart": in_multipart}
MODES = pytest.mark.parametrize("asgi", [False, True], ids=["wsgi", "asgi"])


def merged(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    return {**one, **two, "headers": {**one.get("headers", {}), **two.get("headers", {})}}


# Everything at once --------------------------------------------------------------------------

ORIGINS = (
    None, "null", "", "http://testserver", "https://testserver", "http://testserver:8000",
    "HTTP://TESTSERVER", "https://testserver.", "https://trusted.example", "http://trusted.example",
    "https://trusted.example:443", "https://a.sub.example", "https://sub.example",
    "http://a.sub.example", "https://notsub.example", "https://[", "trusted.example",
    "https://a.sub.example/path", "https://évil.example", "https://evil.example\\@testserver",
)  # fmt: skip
PATHS = ("", "/", "/form/?a=b", "?x", "#y")
HOSTS = ("testserver", "testserver:8000", "testserver:443", "evil.example", "test_server", "")
TRUSTED = (
    "https://trusted.example", "https://*.sub.example", "http://*.sub.example",
    "https://trusted.example:8443", "trusted.example", "*",
)  # fmt: skip
COOKIES = (
    None, SECRET, SECRET, SECRET, mask_secret(SECRET), OTHER, SECRET[1:], "", "x" * 64,
    SECRET[:-1] + "!", mask_secret(SECRET)[:-1] + "-",
)  # fmt: skip
TOKENS = (
    SECRET, mask_secret(SECRET), mask_secret(SECRET), mask_secret(OTHER), OTHER, "", SECRET + "a",
    "-" * 32, "-" * 64, mask_secret(SECRET)[::-1],
)  # fmt: skip

requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["POST", "POST", "POST", "PUT", "PATCH", "DELETE", "GET", "X"]),
        "path": st.sampled_from(["/plain/", "/aplain/", "/form/", "/aform/", "/login/"]),
        "cookie": st.sampled_from(COOKIES),
        "token": st.sampled_from(TOKENS),
        "place": st.sampled_from(["form", "header", "multipart", None]),
        "origin": st.sampled_from(ORIGINS),
        "referer": st.builds(
            lambda origin, path: origin and origin + path,
            st.sampled_from(ORIGINS),
            st.sampled_from(PATHS),
        ),
        "host": st.sampled_from(HOSTS),
        "secure": st.booleans(),
    }
)
sites = st.fixed_dictionaries(
    {
        "CSRF_TRUSTED_ORIGINS": st.lists(st.sampled_from(TRUSTED), max_size=3),
        "CSRF_COOKIE_DOMAIN": st.sampled_from([None, None, "testserver", ".sub.example"]),
        "CSRF_COOKIE_SECURE": st.booleans(),
        "CSRF_COOKIE_HTTPONLY": st.booleans(),
        "CSRF_COOKIE_SAMESITE": st.sampled_from(["Lax", "Strict", None, False]),
        "CSRF_COOKIE_AGE": st.sampled_from([31449600, None, 60]),
        "CSRF_COOKIE_PATH": st.sampled_from(["/", "/shop"]),
    }
)


def build(facts: dict[str, Any]) -> dict[str, Any]:
    """A request for :func:`oracle.run`."""
    named = {"Origin": facts["origin"], "Referer": facts["referer"], "Host": facts["host"]}
    named["X-Forwarded-Proto"] = "https" if facts["secure"] else "http"
    headers = {name: value for name, value in named.items() if value is not None}
    headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    brought = BROUGHT[facts["place"]](facts["token"]) if facts["place"] else {}
    request = ask(facts["path"], facts["method"], cookie=facts["cookie"], headers=headers)
    return merged(request, brought)


def is_late(facts: dict[str, Any]) -> bool:
    """Whether a malformed cookie is left alone, which Django replaces: see DIFFERENCES.md."""
    cookie = facts["cookie"]
    malformed = cookie is not None and not re.fullmatch("[a-zA-Z0-9]{32}|[a-zA-Z0-9]{64}", cookie)
    return malformed and facts["method"] == "GET" and "plain" in facts["path"]


@GATEWAYS
@settings(max_examples=150, deadline=None)
@given(facts=requests, values=sites)
@example(
    facts={
        "method": "POST", "path": "/plain/", "cookie": SECRET, "token": mask_secret(SECRET),
        "place": "form", "origin": None, "referer": "https://testserver/form/", "secure": True,
        "host": "testserver",
    },
    values={},
)  # fmt: skip
def test_decides_and_says_as_django_does(
    asgi: bool, facts: dict[str, Any], values: dict[str, Any]
) -> None:
    request = build(facts)
    if not is_late(facts):
        both(request, asgi=asgi, **values)
        return
    theirs, ours = (site.outcome(request, asgi=asgi, **values) for site in SITES.values())
    assert (ours[0].status, ours[0].body, ours[1]) == (theirs[0].status, theirs[0].body, theirs[1])
    assert "NEW" in str(theirs[0].headers)
    assert "NEW" not in str(ours[0].headers)


@settings(max_examples=40, deadline=None)
@given(
    facts=requests,
    kept=st.sampled_from([None, SECRET, mask_secret(SECRET), OTHER]),
    domain=st.sampled_from([None, "testserver"]),
)
def test_decides_likewise_with_the_secret_in_the_session(
    facts: dict[str, Any], kept: str | None, domain: str | None
) -> None:
    session = {} if kept is None else {"_csrftoken": kept}
    values = {"CSRF_USE_SESSIONS": True, "SESSION_COOKIE_DOMAIN": domain}
    both(build(facts), session, **values)


# One thing at a time -------------------------------------------------------------------------


@GATEWAYS
@pytest.mark.parametrize("middleware", [True, False], ids=["middleware", "no middleware"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "DELETE"])
@pytest.mark.parametrize("cookie", [None, SECRET])
@pytest.mark.parametrize(
    "path",
    [
        f"/{prefix}{name}/{suffix}"
        for name in ("csrf_exempt", "csrf_protect", "ensure_csrf_cookie", "requires_csrf_token")
        for prefix, suffix in (("", ""), ("a", ""), ("", "form/"))
    ],
)
def test_decorators_do_what_django_s_do(
    path: str, cookie: str | None, method: str, middleware: bool, asgi: bool
) -> None:
    request = ask(path, method, cookie=cookie)
    both(request, middleware=middleware, asgi=asgi)
    both(merged(request, in_header(mask_secret(SECRET))), middleware=middleware, asgi=asgi)


@MODES
@pytest.mark.parametrize("place", BROUGHT)
def test_the_token_is_taken_from_a_form_or_a_header(place: str, asgi: bool) -> None:
    outcome, log = both(merged(ask("/plain/"), BROUGHT[place](mask_secret(SECRET))), asgi=asgi)
    assert (outcome.status, log) == (200, [])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_form_counts_for_post_only(method: str) -> None:
    outcome, log = both(merged(ask("/plain/", method), in_form(SECRET)))
    assert (outcome.status, outcome.body) == (403, b"CSRF token missing.")
    assert log == ["WARNING Forbidden (CSRF token missing.): /plain/"]


def test_a_header_of_another_name() -> None:
    request = ask("/plain/", headers={"X-Proof": mask_secret(OTHER)})
    outcome, _ = both(request, CSRF_HEADER_NAME="HTTP_X_PROOF")
    assert outcome.body == b"CSRF token from the 'X-Proof' HTTP header incorrect."


@MODES
@pytest.mark.parametrize(
    ("limits", "request_", "status"),
    [
        ({"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1}, in_form(SECRET), 400),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 5}, in_form(SECRET), 400),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 5}, in_multipart(SECRET), 400),
        ({}, {**in_multipart(SECRET), "headers": {"Content-Type": "multipart/form-data"}}, 400),
    ],
    ids=["fields", "form too big", "multipart too big", "no boundary"],
)
def test_a_form_that_cannot_be_read_is_the_handler_s_business(
    limits: dict[str, Any], request_: dict[str, Any], status: int, asgi: bool
) -> None:
    request = merged(ask("/plain/"), request_)
    statuses = [
        site.outcome(request, asgi=asgi, DEBUG=False, **limits)[0].status for site in SITES.values()
    ]
    assert statuses == [status, status]


@MODES
def test_a_malformed_cookie_is_replaced_and_refused_all_the_same(asgi: bool) -> None:
    request = merged(ask("/plain/", cookie="short"), in_form("short"))
    outcome, _ = both(request, asgi=asgi)
    assert outcome.body == b"CSRF cookie has incorrect length."
    assert any(value.startswith("csrftoken=NEW;") for _, value in outcome.headers)


@MODES
def test_a_secret_that_was_stored_masked_is_stored_plainly(asgi: bool) -> None:
    outcome, _ = both(ask("/form/", "GET", cookie=mask_secret(SECRET)), asgi=asgi)
    assert any(value.startswith(f"csrftoken={SECRET};") for _, value in outcome.headers)


def without_sessions(site: Site, instead: type, request: dict[str, Any], **values: Any) -> Any:
    """The outcome with another middleware in the place of the sessions."""
    site.module.Sessions, before = instead, site.module.Sessions
    try:
        return site.outcome(request, **values)
    finally:
        site.module.Sessions = before


def test_the_check_asks_for_the_secret_that_came_although_a_login_has_replaced_it() -> None:
    # As RemoteUserMiddleware does, which signs in on the way in.
    request = merged(ask("/plain/"), in_form(mask_secret(SECRET)))
    for site in SITES.values():

        class SignsIn(site.framework.MiddlewareMixin):
            csrf = import_module(site.middleware.rpartition(".")[0])

            def process_request(self, request: Any) -> None:
                self.csrf.rotate_token(request)

        outcome, log = without_sessions(site, SignsIn, request)
        assert (outcome.status, log) == (200, [])


def test_sessions_are_asked_for_where_there_are_none() -> None:
    errors = []
    for site in SITES.values():
        values = {"CSRF_USE_SESSIONS": True, "DEBUG_PROPAGATE_EXCEPTIONS": True}
        with pytest.raises(site.framework.exceptions.ImproperlyConfigured) as caught:
            without_sessions(site, site.framework.MiddlewareMixin, ask("/form/"), **values)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
