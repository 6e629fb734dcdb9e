"""Each check on a site with its mistake, and all of them on a site without one."""

import re
from functools import partial, wraps
from pathlib import Path

import pytest

from enfilade.conf import settings
from enfilade.explain.checks import Severity, run_checks
from enfilade.explain.checks.finding import Finding
from enfilade.explain.checks.run import ALWAYS, DEPLOY, DEPLOY_WITH_ROUTES, WITH_ROUTES
from enfilade.http import HttpResponse
from enfilade.middleware.common import CommonMiddleware
from enfilade.middleware.security import SecurityMiddleware
from enfilade.urls import include, path, re_path
from enfilade.views import View

SECURITY = "enfilade.middleware.security.SecurityMiddleware"
COMMON = "enfilade.middleware.common.CommonMiddleware"
FRAMES = "enfilade.middleware.clickjacking.XFrameOptionsMiddleware"
KEY = "Xk3vq8-RZbnW1uCty7_LpgD5sHfJ0aEoMiTe"

SOUND = {
    "MIDDLEWARE": [SECURITY, COMMON, FRAMES],
    "ALLOWED_HOSTS": ["example.org"],
    "SECRET_KEY": KEY,
    "SECURE_HSTS_SECONDS": 3600,
    "DEBUG": False,
    "TEMPLATES": [],
}


def view(request, **kwargs):
    return HttpResponse("x")


def found(install, *routes, deploying=False, **values):
    install(*(routes or (path("", view),)), **{**SOUND, **values})
    return run_checks(deploying=deploying)


def ids(findings):
    return [finding.id for finding in findings]


def test_a_sound_site_passes_every_check(install):
    routes = (
        path("", view, name="front"),
        path("archive/", view, name="archive"),
        path("archive/<int:year>/", view, name="archive"),
        path("feed.xml", view),
        path("media/<str:name>", view),
        path("shop/", include([path("<slug:thing>/", view)])),
        re_path(r"^old/[0-9]+/$", view),
    )
    assert found(install, *routes, deploying=True) == []


@pytest.mark.parametrize(
    ("identifier", "values"),
    [
        ("settings.W001", {"ALLOWED_HOST": ["example.org"]}),
        ("settings.W002", {"SECRET_KEY": "short"}),
        ("settings.W002", {"SECRET_KEY": "ab" * 30}),
        ("settings.E003", {"DEBUG": "False"}),
        ("settings.E003", {"DEBUG": ""}),
        ("middleware.E001", {"MIDDLEWARE": [COMMON, "shop.middleware.Missing"]}),
        ("middleware.E001", {"MIDDLEWARE": [SECURITY, COMMON, f"{COMMON}X"]}),
        ("middleware.E001", {"MIDDLEWARE": [COMMON, "nodots"]}),
        ("middleware.W002", {"MIDDLEWARE": [COMMON, SECURITY]}),
        ("middleware.W003", {"MIDDLEWARE": [SECURITY, COMMON, COMMON]}),
        ("middleware.W004", {"MIDDLEWARE": [SECURITY, FRAMES]}),
        ("templates.E001", {"TEMPLATES": [{"BACKEND": "no.such.Backend"}]}),
        ("templates.E001", {"TEMPLATES": [{"DIR": ["misspelt"]}]}),
        ("templates.E001", {"TEMPLATES": [{"OPTIONS": {"environment": "no.such.thing"}}]}),
        ("templates.W002", {"TEMPLATES": [{"DIRS": ["no such folder"]}]}),
    ],
)
def test_finds_the_mistake_in_the_settings(install, identifier, values):
    # A misspelt setting is in the way of the other one, which has to be unset.
    before = settings.explicit().get("ALLOWED_HOSTS")
    findings = found(install, **values)
    if "ALLOWED_HOST" in values:
        del settings.ALLOWED_HOSTS
        findings = run_checks()
        settings.ALLOWED_HOSTS = before
    assert ids(findings) == [identifier]


@pytest.mark.parametrize(
    ("identifier", "routes"),
    [
        ("urls.W003", [path("/about/", view)]),
        ("urls.W003", [path("shop/", include([path("/cart/", view)]))]),
        ("urls.W003", [re_path(r"^/about/$", view)]),
        ("urls.W004", [path(r"^about/$", view)]),
        ("urls.W004", [path(r"(?P<year>\d+)/", view)]),
        ("urls.W005", [re_path(r"about/$", view)]),
        ("urls.W006", [path("about", view), path("archive/", view)]),
        (
            "urls.W007",
            [path("a/<int:x>/", view, name="n"), path("b/<int:x>/", view, name="n")],
        ),
        ("urls.W008", [path("<str:name>/", view), path("about/", view)]),
    ],
)
def test_finds_the_mistake_in_the_routes(install, identifier, routes):
    findings = found(install, *routes)
    assert ids(findings) == [identifier]
    file, _, line = findings[0].where.partition(":")
    assert "path(" in Path(file).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize(
    "routes",
    [
        [path("shop", include([path("/cart/", view)]))],
        [path("about", view)],
        [path("a/<int:x>/", view, name="n"), path("a/<int:y>/b/", view, name="n")],
        [re_path(r"(?i)^about/$", view)],
    ],
    ids=["slash between", "no slash anywhere", "other parameters", "flags first"],
)
def test_leaves_alone_what_only_looks_like_a_mistake(install, routes):
    assert found(install, *routes) == []


def test_without_append_slash_no_route_lacks_one(install):
    routes = [path("about", view), path("archive/", view)]
    assert found(install, *routes, APPEND_SLASH=False) == []


@pytest.mark.parametrize("urlconf", [None, "no.such.urls", "json"])
def test_a_urlconf_that_does_not_load_is_the_only_thing_said_of_it(install, urlconf):
    findings = found(install, ROOT_URLCONF=urlconf)
    assert ids(findings) == ["urls.E001"]
    assert findings[0].hint


def test_a_urlconf_that_raises_is_found(install, tmp_path, monkeypatch):
    (tmp_path / "urls_that_raise.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    (finding,) = found(install, ROOT_URLCONF="urls_that_raise")
    assert finding.id == "urls.E001"
    assert "ZeroDivisionError" in finding.message


def test_an_error_handler_that_does_not_exist_is_found(install):
    findings = found(install, path("", view), handlers={"handler404": "no.such.view"})
    assert ids(findings) == ["urls.E002"]


@pytest.mark.parametrize(
    ("identifier", "values"),
    [
        ("deploy.E001", {"DEBUG": True}),
        ("deploy.E002", {"ALLOWED_HOSTS": []}),
        ("deploy.W002", {"ALLOWED_HOSTS": ["*"]}),
        ("deploy.W003", {"SECRET_KEY": ""}),
        ("deploy.W004", {"MIDDLEWARE": [COMMON, FRAMES]}),
        ("deploy.W005", {"SECURE_HSTS_SECONDS": 0}),
    ],
)
def test_finds_what_the_world_must_not_see(install, identifier, values):
    assert ids(found(install, deploying=True, **values)) == [identifier]
    assert run_checks() == []


class Doorman(CommonMiddleware):
    pass


class Guard(SecurityMiddleware):
    pass


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        ([], {}),
        (["deploy.W005"], {"SECURE_HSTS_SECONDS": 0}),
    ],
)
def test_a_middleware_made_from_security_counts_as_it(install, expected, values):
    chain = [Guard, COMMON, FRAMES]
    assert ids(found(install, deploying=True, MIDDLEWARE=chain, **values)) == expected


def test_a_middleware_made_from_common_adds_slashes_too(install):
    routes = [path("about", view), path("archive/", view)]
    assert ids(found(install, *routes, MIDDLEWARE=[SECURITY, Doorman])) == ["urls.W006"]


@pytest.mark.parametrize(
    "values",
    [
        {"MIDDLEWARE": [SECURITY, Doorman]},
        {"MIDDLEWARE": [SECURITY], "ALLOWED_HOSTS": ["*"]},
        {"MIDDLEWARE": [SECURITY], "ALLOWED_HOSTS": []},
    ],
    ids=["a subclass asks", "every host", "no host"],
)
def test_hosts_that_are_asked_for_or_not_restricted_are_no_mistake(install, values):
    assert found(install, **values) == []


def plain(request):
    return HttpResponse("x")


def paged(request, page, size=10):
    return HttpResponse("x")


@wraps(plain)
def generic(request, **kwargs):
    return plain(request)


class Shelf(View):
    def get(self, request, number):
        return HttpResponse("x")

    def post(self, request):
        return HttpResponse("x")


@pytest.mark.parametrize(
    ("route", "refused", "advice"),
    [
        (path("<int:number>/", plain), "unexpected keyword argument 'number'", "plain(request, n"),
        (path("", paged), "missing a required argument: 'page'", "def paged(request)"),
        (path("<int:page>/", plain, {"size": 5}), "'page'", "plain(request, page, size)"),
        (path("<int:number>/", Shelf.as_view()), "'number'", "def post(self, request, number)"),
        (path("a/<int:a>/", include([path("", plain)])), "'a'", "def plain(request, a)"),
    ],
)
def test_finds_a_view_that_cannot_take_what_its_route_gives(install, route, refused, advice):
    findings = found(install, route)
    assert ids(findings) == ["views.E001"]
    assert refused in findings[0].message
    assert advice in findings[0].hint
    assert "test_checks.py:" in findings[0].where


@pytest.mark.parametrize(
    "route",
    [
        path("<int:page>/", paged),
        path("<int:page>/", paged, {"size": 5}),
        path("", partial(paged, page=1)),
        path("<int:number>/", generic),
        re_path(r"^(\d+)/$", plain),
    ],
)
def test_leaves_a_view_alone_that_can_be_called(install, route):
    assert found(install, route) == []


def test_errors_come_first(install):
    findings = found(
        install, MIDDLEWARE=[COMMON, "nodots"], SECRET_KEY="short", deploying=True, DEBUG=True
    )
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities)
    assert severities[0] is Severity.ERROR


def test_the_letter_of_the_id_is_the_severity():
    assert Finding("urls.E001", "", "").severity is Severity.ERROR
    assert Finding("urls.W003", "", "").severity is Severity.WARNING


@pytest.mark.parametrize(
    "check", [*ALWAYS, *WITH_ROUTES, *DEPLOY, *DEPLOY_WITH_ROUTES], ids=lambda c: c.__name__
)
def test_every_check_documents_its_ids(check):
    assert re.match(r"[a-z]+\.[EW]\d{3}: ", check.__doc__)
