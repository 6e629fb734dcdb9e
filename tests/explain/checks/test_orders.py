"""Orders of all our middleware: which there are, and what makes no difference."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from enfilade.contrib.sessions.middleware import SessionMiddleware
from enfilade.http import HttpResponse
from enfilade.middleware import MiddlewareMixin
from enfilade.middleware.security import SecurityMiddleware
from ordered_site import see, site, visitor
from ordering import (
    AUTHENTICATION,
    BROKEN_LINKS,
    CACHE,
    COMMON,
    COMPRESSION,
    CONDITIONAL,
    CORS,
    CSRF,
    FETCH,
    FRAMES,
    GZIP,
    LOCALE,
    LOGIN,
    MESSAGES,
    PERSISTENT,
    REMOTE,
    REQUEST_ID,
    SECURITY,
    SESSIONS,
    STATIC,
    UPDATE,
    findings,
    own_middleware,
)

FIELDS = ("Vary", "Access-Control-Allow-Origin", "Content-Language")

# What needs no rule ---------------------------------------------------------------------------


def refused() -> Any:
    return visitor().post("/plain/", headers={"origin": "https://app.example"})


def negotiated() -> Any:
    see("/language/", accept_language="en")
    return see("/language/", accept_language="de")


def prolonged() -> Any:
    see("/plain/")
    known = visitor()
    known.get("/mine/")
    known.get("/plain/")
    return known.get("/plain/")


@pytest.mark.parametrize(
    ("orders", "what", "settings"),
    [
        # A refused form comes out through the whole chain, so a script can read that it is.
        (([CORS, CSRF], [CSRF, CORS]), refused, {"CORS_ALLOWED_ORIGINS": ["https://app.example"]}),
        # The language is part of a page's key.
        (([UPDATE, LOCALE, FETCH], [LOCALE, UPDATE, FETCH]), negotiated, {}),
        # A page for one visitor varies on the cookie, and is not kept if it sets one.
        (
            ([UPDATE, SESSIONS, FETCH], [UPDATE, FETCH, SESSIONS]),
            prolonged,
            {"SESSION_SAVE_EVERY_REQUEST": True},
        ),
    ],
    ids=["refused", "negotiated", "prolonged"],
)
def test_what_comes_to_the_same_in_either_order_is_accepted(
    orders: Any, what: Callable[[], Any], settings: dict[str, Any], tmp_path: Path
) -> None:
    seen = []
    for order in orders:
        with site(order, tmp_path, **settings):
            assert findings(order) == []
            answer = what()
            cookies = {name: each["max-age"] for name, each in answer.cookies.items()}
            fields = {name: answer.headers.get(name) for name in FIELDS}
            seen.append((answer.status_code, answer.content, cookies, fields))
    assert seen[0] == seen[1]
    assert seen[0][0] in (200, 403)


# The secret of the forms ------------------------------------------------------------------------


def form_is_accepted() -> bool:
    client = visitor()
    secret = client.get("/token/").content.decode()
    return client.post("/plain/", {"csrfmiddlewaretoken": secret}).status_code == 200


def test_a_secret_in_the_session_needs_the_session_first(tmp_path: Path) -> None:
    for order, works in (([SESSIONS, CSRF], True), ([CSRF, SESSIONS], False), ([CSRF], False)):
        with site(order, tmp_path, CSRF_USE_SESSIONS=True):
            assert form_is_accepted() is works
            told = [finding.id for finding in findings(order)]
        assert told == ([] if works else ["csrf.E004"])


def test_a_secret_in_its_own_cookie_needs_no_order(tmp_path: Path) -> None:
    for order in ([SESSIONS, CSRF], [CSRF, SESSIONS]):
        with site(order, tmp_path):
            assert form_is_accepted()
        assert findings(order) == []


# That the rules can be kept --------------------------------------------------------------------

RECOMMENDED = (
    REQUEST_ID, SECURITY, CORS, STATIC, BROKEN_LINKS, UPDATE, GZIP, COMPRESSION, CONDITIONAL,
    SESSIONS, LOCALE, COMMON, CSRF, AUTHENTICATION, REMOTE, LOGIN, MESSAGES, FRAMES, FETCH,
)  # fmt: skip
"""All of them, as the pages of the rooms tell."""


def test_all_together_have_an_order_that_keeps_every_rule() -> None:
    assert findings(RECOMMENDED) == []
    named = {*RECOMMENDED, CACHE, PERSISTENT}
    assert named == {f"{each.__module__}.{each.__qualname__}" for each in own_middleware()}


def test_both_parts_of_the_cache_may_be_one() -> None:
    one = [each for each in RECOMMENDED if each not in (UPDATE, FETCH, LOCALE, COMMON)]
    place = one.index(GZIP)
    assert findings([*one[:place], LOCALE, COMMON, CACHE, *one[place:]]) == []


# Security first -------------------------------------------------------------------------------


class OwnSecurity(SecurityMiddleware):
    """A site's own."""


@pytest.mark.parametrize("security", [SECURITY, OwnSecurity], ids=["ours", "own"])
def test_answers_from_outside_of_security_lack_its_fields(security: Any, tmp_path: Path) -> None:
    def has_fields(*order: Any) -> bool:
        with site(order, tmp_path, PREPEND_WWW=True):
            redirect = see("/plain/")
        assert redirect.status_code == 301
        return "X-Content-Type-Options" in redirect.headers

    assert has_fields(security, COMMON)
    assert not has_fields(COMMON, security)
    assert findings([security, COMMON]) == []
    [finding] = findings([COMMON, security])
    assert finding.id == "middleware.W002"
    assert "comes after CommonMiddleware, whose own answers lack its headers" in finding.message


def test_what_only_looks_may_stand_outside_of_security(tmp_path: Path) -> None:
    """So that redirects to HTTPS have an id."""

    def clock(get_response: Any) -> Any:
        return get_response

    order = [REQUEST_ID, SECURITY]
    assert findings(order) == []
    with site(order, tmp_path, SECURE_SSL_REDIRECT=True):
        redirect = see("/plain/")
    assert redirect.status_code == 301
    assert {"X-Request-ID", "X-Content-Type-Options"} <= set(redirect.headers)

    assert [finding.id for finding in findings([clock, SECURITY])] == ["middleware.W002"]
    clock.answers = False  # type: ignore[attr-defined]
    assert findings([clock, SECURITY]) == []
    assert [finding.id for finding in findings([clock, COMMON, SECURITY])] == ["middleware.W002"]


@pytest.mark.parametrize(
    "outer", [(SESSIONS,), (SESSIONS, AUTHENTICATION), (SESSIONS, MESSAGES), (CSRF,)]
)
def test_what_only_promises_may_stand_outside_of_security(outer: Any, tmp_path: Path) -> None:
    order = [*outer, SECURITY, COMMON]
    assert findings(order) == []
    with site(order, tmp_path, SECURE_SSL_REDIRECT=True):
        redirect = see("/plain/")
    assert redirect.status_code == 301
    assert "X-Content-Type-Options" in redirect.headers


class Closing(SessionMiddleware):
    """Answers, though its parent does not."""

    def process_request(self, request: Any) -> Any:
        return HttpResponse(status=503)


def test_a_hook_of_the_site_may_answer_though_its_parent_does_not(tmp_path: Path) -> None:
    [finding] = findings([Closing, SECURITY])
    assert finding.id == "middleware.W002"
    with site([Closing, SECURITY], tmp_path):
        assert "X-Content-Type-Options" not in see("/plain/").headers


class Refusing(MiddlewareMixin):
    """Answers from the innermost place."""

    def process_view(self, request: Any, *called: Any) -> HttpResponse:
        return HttpResponse(status=403)


class Calling(MiddlewareMixin):
    """Answers without a hook."""

    def __call__(self, request: Any) -> HttpResponse:
        return HttpResponse(status=403)


@pytest.mark.parametrize("outer", [GZIP, UPDATE, CONDITIONAL, FRAMES, Refusing])
def test_what_has_no_answers_of_its_own_may_stand_outside_of_security(
    outer: Any, tmp_path: Path
) -> None:
    order = [outer, SECURITY]
    assert findings(order) == []
    with site(order, tmp_path):
        assert "X-Content-Type-Options" in see("/plain/").headers


def test_a_middleware_that_is_one_callable_may_answer(tmp_path: Path) -> None:
    order = [Calling, SECURITY]
    assert [finding.id for finding in findings(order)] == ["middleware.W002"]
    with site(order, tmp_path):
        assert "X-Content-Type-Options" not in see("/plain/").headers


# Who may see the site ---------------------------------------------------------------------------


class Porter(MiddlewareMixin):
    """Knows everybody, and comes last."""

    def process_request(self, request: Any) -> None:
        request.user = SimpleNamespace(is_authenticated=True)


@pytest.mark.parametrize("order", [[AUTHENTICATION, LOGIN], [LOGIN, AUTHENTICATION]])
def test_who_may_see_the_site_is_asked_when_all_middleware_have_had_the_request(
    order: list[str], tmp_path: Path
) -> None:
    assert findings([SESSIONS, *order]) == []
    with site([SESSIONS, *order], tmp_path, LOGIN_URL="/language/"):
        assert see("/plain/").headers["Location"] == "/language/?next=/plain/"
    with site([SESSIONS, *order, Porter], tmp_path, LOGIN_URL="/language/"):
        assert see("/plain/").status_code == 200
