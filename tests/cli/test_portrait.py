"""The picture at every width: its walls are straight and nothing is lost behind them."""

import io
import sys
from types import ModuleType

import pytest
from rich.console import Console

from enfilade.cli.portrait import draw_request
from enfilade.cli.terminal import THEME
from enfilade.explain import explain_request
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.test import override_settings
from enfilade.urls import path

WIDTHS = [40, 49, 50, 51, 60, 79, 80, 81, 100, 116]

TARGETS = [
    "/articles/2026/some-article/",
    "/articles/2026",
    "/a-path-that-is-longer-than-any-line-and-has-no-place-to-break/",
    "http://evil.example/",
]


def view(request, **kwargs):
    return HttpResponse("x")


@pytest.fixture
def handler():
    module = ModuleType("urlconf_of_a_portrait")
    module.urlpatterns = [path("", view), path("articles/<int:year>/<slug:slug>/", view)]
    sys.modules[module.__name__] = module
    middleware = [
        "enfilade.middleware.security.SecurityMiddleware",
        "enfilade.middleware.common.CommonMiddleware",
        "enfilade.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    with override_settings(ROOT_URLCONF=module.__name__, MIDDLEWARE=middleware):
        yield WSGIHandler()
    del sys.modules[module.__name__]


def drawn(handler, target, columns):
    text = io.StringIO()
    console = Console(file=text, width=columns, theme=THEME, highlight=False, markup=False)
    draw_request(console, explain_request(handler, "GET", target), "app:application")
    return text.getvalue()


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("target", TARGETS)
def test_the_walls_are_straight(handler, target, columns):
    lines = drawn(handler, target, columns).splitlines()
    assert max(map(len, lines)) <= columns
    rows = [line.rstrip("0123456789 ") for line in lines if line[5:6] in ("┃", "┣", "┗")]
    assert rows
    assert {len(row) for row in rows} == {columns - 5}
    assert all(row[-1] in "┃┫┛" for row in rows)


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_word_is_lost(handler, columns):
    words = set(drawn(handler, "/articles/2026/some-article/", 200).replace("┃", " ").split())
    text = "".join(drawn(handler, "/articles/2026/some-article/", columns).split())
    joined = text.replace("┃", "")
    sentences = {word for word in words if word.isalpha() and len(word) < 10}
    assert sentences
    assert [word for word in sentences if word not in joined] == []


def test_the_heading_goes_on_below_its_beginning(handler):
    lines = drawn(handler, "/articles/2026/some-article/", 40).splitlines()
    heading = lines[1 : lines.index("", 1)]
    assert len(heading) > 1
    assert all(line.startswith("     ") and line[5] != " " for line in heading)
