"""The page of the checks tells of every finding, and its examples cause what they are told for."""

import re
import runpy
import sys
from types import ModuleType

import pytest

from enfilade.explain.checks import Finding, run_checks
from enfilade.explain.checks.pages import pages
from enfilade.explain.checks.run import ALWAYS, ASGI, DEPLOY, DEPLOY_WITH_ROUTES, WITH_ROUTES
from enfilade.http import HttpResponse
from enfilade.test import override_settings
from enfilade.urls import path, re_path
from pages import ROOT, Page

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "reference"))
CAUSES: dict[str, str] = SCRIPT["checks"].CAUSES
OF_A_SITE = sorted(CAUSES.keys() - {"site.E001"})

SOUND = {
    "MIDDLEWARE": [
        "enfilade.middleware.security.SecurityMiddleware",
        "enfilade.middleware.common.CommonMiddleware",
        "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "ALLOWED_HOSTS": ["example.org"],
    "SECRET_KEY": "Xk3vq8-RZbnW1uCty7_LpgD5sHfJ0aEoMiTe",
    "SECURE_HSTS_SECONDS": 3600,
    "DEBUG": False,
    "TEMPLATES": [],
}


def view(request, **kwargs):
    return HttpResponse("x")


@pytest.fixture(scope="module")
def known():
    """Every finding, from the source of the checks."""
    return SCRIPT["checks"].findings()


@pytest.fixture(scope="module")
def ids(known):
    return {finding.id for finding in known}


@pytest.fixture
def findings_of(monkeypatch):
    """Run an example as the settings and the URLconf of a site, and check that."""

    def check(code: str) -> set[str]:
        urlconf = ModuleType("urlconf_of_an_example")
        names = {"path": path, "re_path": re_path, "view": view, "HttpResponse": HttpResponse}
        vars(urlconf).update(names, urlpatterns=[path("", view)])
        exec(code, vars(urlconf))
        monkeypatch.setitem(sys.modules, urlconf.__name__, urlconf)
        values = {name: value for name, value in vars(urlconf).items() if name.isupper()}
        with override_settings(**{**SOUND, "ROOT_URLCONF": urlconf.__name__, **values}):
            return {finding.id for finding in run_checks(deploying=True, asgi=True)}

    return check


def test_a_site_that_sets_nothing_else_passes(findings_of):
    assert findings_of("") == set()


@pytest.mark.parametrize("identifier", OF_A_SITE)
def test_the_example_causes_the_finding(identifier, findings_of):
    assert identifier in findings_of(CAUSES[identifier])


def test_every_finding_has_an_example_and_a_hint(known, ids):
    assert ids == set(CAUSES)
    assert all(finding.hints for finding in known)


def test_every_finding_of_a_docstring_is_known(ids):
    told = " ".join(
        check.__doc__ or ""
        for check in (*ALWAYS, *WITH_ROUTES, *DEPLOY, *DEPLOY_WITH_ROUTES, *ASGI)
    )
    told_of = set(re.findall(r"\b\w+\.[EW]\d{3}(?=:)", told))
    assert told_of == ids - {"site.E001"}


def test_every_finding_of_the_page_can_be_explained_on_the_command_line(ids):
    titles = re.findall(r"^### (.+)$", Page(ROOT / "docs/reference/checks.md").text, re.M)
    assert set(pages()) == set(titles) == ids
    assert all(text.startswith(("Error: ", "Warning: ")) for text in pages().values())
    assert Finding(titles[0], "", "").explanation == f"enfilade check --explain {titles[0]}"
