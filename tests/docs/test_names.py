"""The page of what is not here is true: every name is here or reasoned, and no reason is stale."""

import runpy

import pytest

from pages import ROOT

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "names"))
Name, problems, exists = SCRIPT["Name"], SCRIPT["problems"], SCRIPT["exists"]
REASON = {"title": "", "when": "never", "why": "", "names": []}


@pytest.fixture(scope="module")
def names():
    """Every documented name of Django's, with what has become of it."""
    return SCRIPT["names"]()


def test_every_name_is_here_or_has_one_reason_that_is_true(names):
    assert problems(names) == []


def test_the_page_is_what_the_script_writes(names):
    assert SCRIPT["PAGE"].read_text("utf-8") == SCRIPT["page"](names), "run scripts/names"


@pytest.mark.parametrize(
    ("where", "reasons", "said"),
    [
        ("", [], "is neither here nor reasoned"),
        ("enfilade.http", [REASON], "has a reason, but is in enfilade.http"),
        ("", [REASON, REASON], "has two reasons"),
    ],
)
def test_a_name_in_the_wrong_list_is_found(where, reasons, said, names):
    name = Name("django.http", "Novelty", where, reasons)
    assert f"django.http.Novelty {said}" in problems([*names, name])


@pytest.mark.parametrize(
    ("home", "name", "there"),
    [
        ("enfilade.http", "HttpRequest", True),
        ("enfilade.http", "HttpRequest.get_host", True),
        ("enfilade.http", "HttpRequest.META", True),  # set on the instance
        ("enfilade.http", "HttpRequest.session", True),  # promised by a middleware
        ("enfilade.http", "HttpRequest.no_such", False),
        ("enfilade.http", "NoSuch", False),
        ("enfilade.http", "NoSuch.member", False),
        ("enfilade.no_such", "name", False),
    ],
)
def test_looks_where_a_name_would_be(home, name, there):
    assert exists(home, name) is there


def test_the_oracle_s_own_names_are_asked_for(names):
    own = {name.full for name in names}
    assert {"django.http.Http404", "django.core.exceptions.TooManyFilesSent"} <= own
    assert "django.views.debug.ExceptionCycleWarning" not in own


def test_each_reason_says_when_and_why():
    for reason in SCRIPT["REASONS"]["reason"]:
        assert reason["when"] in ("later", "never")
        assert reason["title"]
        assert reason["why"].endswith(".")
