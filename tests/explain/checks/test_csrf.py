"""The checks of the protection against forged requests."""

import pytest

from enfilade.contrib.sessions.middleware import SessionMiddleware
from enfilade.explain.checks import csrf as checks
from enfilade.http import HttpResponse
from enfilade.middleware.csrf import CsrfViewMiddleware
from enfilade.test import override_settings
from enfilade.urls import path
from enfilade.views import View
from enfilade.views.decorators.csrf import csrf_exempt, csrf_protect
from enfilade.views.decorators.http import require_GET, require_POST

HERE = checks.CSRF
HOST = {"CSRF_COOKIE_NAME": "__Host-csrftoken"}


class Own(CsrfViewMiddleware):
    pass


class OwnSessions(SessionMiddleware):
    pass


def view(request):
    return HttpResponse("x")


class Form(View):
    def post(self, request):
        return HttpResponse("x")


def failure(request):
    return HttpResponse("x")


def ids(check, **values):
    with override_settings(**values):
        return [finding.id for finding in check()]


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (["https://example.org", "http://*.example.org:8000"], []),
        (["example.org", "https://a.example", "*.example"], ["csrf.E001", "csrf.E001"]),
    ],
)
def test_a_trusted_origin_needs_a_scheme(origins, expected):
    assert ids(checks.check_trusted_origins, CSRF_TRUSTED_ORIGINS=origins) == expected


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("enfilade.views.csrf.csrf_failure", []),
        (lambda request, reason: None, []),
        ("enfilade.views.csrf.missing", ["csrf.E002"]),
        ("nodots", ["csrf.E002"]),
        (failure, ["csrf.E002"]),
    ],
    ids=["built in", "a callable", "missing", "no module", "no reason"],
)
def test_the_failure_view_can_be_called(named, expected):
    assert ids(checks.check_failure_view, CSRF_FAILURE_VIEW=named) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({**HOST, "CSRF_COOKIE_SECURE": True}, []),
        (HOST, ["csrf.E003"]),
        ({**HOST, "CSRF_COOKIE_SECURE": True, "CSRF_COOKIE_PATH": "/shop"}, ["csrf.E003"]),
        ({**HOST, "CSRF_COOKIE_SECURE": True, "CSRF_COOKIE_DOMAIN": "x.example"}, ["csrf.E003"]),
        ({"SESSION_COOKIE_NAME": "__Secure-id"}, ["csrf.E003"]),
        ({"LANGUAGE_COOKIE_NAME": "__Host-language"}, ["csrf.E003"]),
    ],
)
def test_a_cookie_keeps_the_rules_of_its_name(values, expected):
    assert ids(checks.check_cookie_prefixes, **values) == expected


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        ([checks.SESSIONS, HERE], []),
        ([OwnSessions, HERE], []),
        ([HERE, checks.SESSIONS], ["csrf.E004"]),
        ([Own], ["csrf.E004"]),
        ([], []),
    ],
)
def test_the_session_comes_before_who_keeps_the_secret_in_it(middleware, expected):
    assert ids(checks.check_sessions, CSRF_USE_SESSIONS=True, MIDDLEWARE=middleware) == expected
    assert ids(checks.check_sessions, CSRF_USE_SESSIONS=False, MIDDLEWARE=middleware) == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (require_POST(view), ["csrf.W005"]),
        (Form.as_view(), ["csrf.W005"]),
        (csrf_exempt(require_POST(view)), []),
        (csrf_protect(Form.as_view()), []),
        (require_GET(view), []),
        (view, []),
    ],
    ids=["function", "class", "exempt", "protected", "safe", "unknown"],
)
def test_a_view_that_any_site_may_post_to_is_told_where_cookies_sign_in(install, target, expected):
    signs_in = [checks.SESSIONS, checks.SIGNS_IN]
    install(path("", target))
    assert ids(checks.check_unprotected_views, MIDDLEWARE=signs_in) == expected
    assert ids(checks.check_unprotected_views, MIDDLEWARE=[*signs_in, HERE]) == []
    assert ids(checks.check_unprotected_views, MIDDLEWARE=[*signs_in, Own]) == []
    assert ids(checks.check_unprotected_views, MIDDLEWARE=[checks.SESSIONS]) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"MIDDLEWARE": [HERE]}, ["deploy.W010"]),
        ({"MIDDLEWARE": [HERE], "CSRF_COOKIE_SECURE": True}, []),
        ({"MIDDLEWARE": [HERE], "CSRF_USE_SESSIONS": True}, []),
        ({"MIDDLEWARE": []}, []),
    ],
)
def test_the_secret_travels_over_https_only(values, expected):
    assert ids(checks.check_cookie_is_secure, **values) == expected


@pytest.mark.parametrize("cookies", [checks.SESSIONS, checks.SIGNS_IN, checks.MESSAGES])
def test_a_site_that_knows_visitors_by_cookies_protects_its_forms(cookies):
    check = checks.check_forms_are_protected
    assert ids(check, MIDDLEWARE=[cookies]) == ["deploy.W011"]
    assert ids(check, MIDDLEWARE=[cookies, HERE]) == []
    assert ids(check, MIDDLEWARE=[cookies, Own]) == []


def test_without_cookies_there_is_nothing_to_forge():
    assert ids(checks.check_forms_are_protected, MIDDLEWARE=["enfilade.middleware.gzip.GZip"]) == []


@pytest.mark.parametrize("kind", ["CSRF", "SESSION", "LANGUAGE"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Lax", []),
        ("strict", []),
        ("None", []),
        (None, []),
        (False, []),
        ("Laxs", ["csrf.E006"]),
        (True, ["csrf.E006"]),
    ],
)
def test_a_cookie_has_a_samesite_with_which_it_can_be_set(kind, value, expected):
    assert ids(checks.check_samesite, **{f"{kind}_COOKIE_SAMESITE": value}) == expected
