"""What a site tells a server about its collected files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enfilade.contrib.staticfiles.serving import StaticFilesMiddleware
from enfilade.handlers.wsgi import WSGIHandler

SERVING = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"

Site = Callable[..., None]


class Own(StaticFilesMiddleware):
    """A site's own."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "site.css").write_text("a {}")
    return tmp_path


@pytest.mark.parametrize(
    ("values", "prefix"),
    [
        ({}, "/static/"),
        ({"STATIC_URL": "/assets/"}, "/assets/"),
        ({"STATIC_URL": "assets/css/"}, "/assets/css/"),
        ({"STATIC_URL": "assets/", "FORCE_SCRIPT_NAME": "/shop"}, "/shop/assets/"),
        ({"STATIC_URL": "/assets/", "FORCE_SCRIPT_NAME": "/shop"}, "/assets/"),
    ],
)
def test_the_folder_stands_at_the_path_of_its_url(
    site: Site, root: Path, values: dict[str, Any], prefix: str
):
    site(STATIC_ROOT=root, **values)
    assert WSGIHandler().static_files == {prefix: str(root)}


@pytest.mark.parametrize(
    "values",
    [
        {"DEBUG": True},
        {"STATIC_ROOT": None},
        {"STATIC_URL": "https://cdn.example.org/static/"},
        {"STATIC_URL": "/"},
        {"MIDDLEWARE": [SERVING]},
        {"MIDDLEWARE": [Own]},
    ],
)
def test_what_is_served_otherwise_is_not_told(site: Site, root: Path, values: dict[str, Any]):
    site(**{"STATIC_ROOT": root} | values)
    assert WSGIHandler().static_files == {}


def test_what_is_not_collected_is_not_told(site: Site, tmp_path: Path):
    site(STATIC_ROOT=tmp_path / "missing")
    assert WSGIHandler().static_files == {}
    (tmp_path / "missing").mkdir()
    assert WSGIHandler().static_files == {}
