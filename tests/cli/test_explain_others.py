"""``enfilade explain`` for sites of other frameworks: Django's, and those that stay closed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from commands import enfilade
from unchanged_django import SITES

pytestmark = pytest.mark.slow
DJANGO = "django_site.wsgi:application"
SEVEN = ("SecurityMiddleware", "SessionMiddleware", "CommonMiddleware", "CsrfViewMiddleware",
         "AuthenticationMiddleware", "MessageMiddleware", "XFrameOptionsMiddleware")  # fmt: skip


def explain(folder: Path, *arguments: str, succeeds: bool = True) -> str:
    environ = {**os.environ, "SITE_FOLDER": str(folder), "COLUMNS": "120"}
    done = enfilade("explain", *arguments, cwd=SITES, env=environ)
    assert succeeds is (done.returncode == 0), done.stderr
    return done.stdout if succeeds else done.stderr


def known(folder: Path, *arguments: str) -> Any:
    return json.loads(explain(folder, "--json", *arguments))


def test_the_plan_of_an_unchanged_project_is_drawn_as_ours_are(tmp_path: Path) -> None:
    said = explain(tmp_path, "GET", "/echo/room", DJANGO)
    for name in SEVEN:
        assert name in said
    assert "echo/<path:rest>" in said
    assert "with rest = 'room'  str" in said
    assert "views.py:17" in said


def test_a_project_whose_routes_cannot_be_imported_is_told_in_its_own_lines(tmp_path: Path) -> None:
    project = tmp_path / "broken.py"
    project.write_text(
        "from django.conf import settings\n"
        "settings.configure(ROOT_URLCONF='routes_of_it')\n"
        "from django.core.wsgi import get_wsgi_application\n"
        "application = get_wsgi_application()\n"
    )
    (tmp_path / "routes_of_it.py").write_text("from django.urls import nopath\n")
    said = enfilade("explain", "GET", "/", "broken:application", cwd=tmp_path, env={**os.environ})
    assert said.returncode == 1
    assert said.stderr.startswith("Error: broken:application does not load.")
    assert "cannot import name 'nopath'" in said.stderr
    assert "enfilade/explain" not in said.stderr


@pytest.mark.parametrize("command", ["plan", "explain GET /", "walk", "routes", "check"])
def test_what_a_site_complains_of_itself_is_told_with_its_place_and_without_secrets(
    tmp_path: Path, command: str
) -> None:
    (tmp_path / "broken.py").write_text(
        "from enfilade.exceptions import ImproperlyConfigured as Wrong\n"
        "secret = 'hunter' + '2'\n"
        "raise Wrong(f'bad password={secret}')\n",
    )
    said = enfilade(*command.split(), "broken:application", cwd=tmp_path, env={**os.environ})
    told = said.stdout + said.stderr
    assert said.returncode == 1
    assert "broken:application does not load." in told
    assert "ImproperlyConfigured: bad password=••••••••" in " ".join(told.split())
    assert "broken.py" in told
    assert "hunter2" not in told


def test_a_measured_plan_has_the_times_of_the_thirteen_steps(tmp_path: Path) -> None:
    plan = known(tmp_path, "--analyze", "GET", "/", DJANGO)
    assert plan["measured"]["status"] == 200
    nodes = plan["nodes"]
    assert [node["label"] for node in nodes if node["event"] == "middleware.in"] == list(SEVEN)
    assert all(node["executed"] and node["total_ns"] > 0 for node in nodes if node["step"] == 9)
    assert all(node["file"] and node["line"] for node in nodes if "middleware" in node["event"])


def test_what_a_short_circuit_skips_was_never_executed(tmp_path: Path) -> None:
    plan = known(tmp_path, "--analyze", "POST", "/", DJANGO)
    assert plan["measured"]["status"] == 403
    skipped = [node["label"] for node in plan["nodes"] if not node["executed"]]
    assert skipped == ["index", "response"]


def test_a_project_is_asked_through_its_asgi_door_too(tmp_path: Path) -> None:
    plan = known(tmp_path, "--asgi", "GET", "/", DJANGO)
    assert plan["interface"] == "ASGI"
    assert len(plan["hops"]) == 14
    measured = known(tmp_path, "--asgi", "--analyze", "GET", "/", DJANGO)
    hops = [node for node in measured["nodes"] if node["event"] == "hop"]
    assert len(hops) == 14


def test_a_page_and_a_comparison_are_made_of_it(tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    explain(tmp_path, "--analyze", "--html", str(page), "GET", "/", DJANGO)
    assert "CsrfViewMiddleware" in page.read_text()
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(explain(tmp_path, "--json", "GET", "/", DJANGO))
    after.write_text(explain(tmp_path, "--json", "GET", "/stream/", DJANGO))
    difference = json.loads(explain(tmp_path, "--json", "--diff", str(before), str(after)))
    changed = {each["label"] for each in difference["changes"] if each["kind"] != "same"}
    assert {"index", "stream"} <= changed


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("flask_site", "flask.app.Flask"),
        ("falcon_site", "falcon.app.App"),
        ("fastapi_site", "fastapi.applications.FastAPI"),
    ],
)
def test_of_other_frameworks_the_server_s_part_and_one_node_are_shown(
    tmp_path: Path, site: str, name: str
) -> None:
    said = explain(tmp_path, "GET", "/", f"{site}:application")
    assert name in said
    assert "only sites of Enfilade and Django are looked into" in said
    plan = known(tmp_path, "--analyze", "GET", "/", f"{site}:application")
    (node,) = [node for node in plan["nodes"] if node["event"] == "handler"]
    assert (node["node"], node["executed"]) == (name, True)
    assert plan["measured"]["status"] == 200


def test_a_project_that_does_not_load_shows_its_own_traceback(tmp_path: Path) -> None:
    (tmp_path / "wsgi.py").write_text(
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    )
    environ = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = enfilade("explain", "GET", "/", cwd=tmp_path, env=environ)
    assert done.returncode == 1
    assert "ImproperlyConfigured" in done.stderr
    assert "enfilade/foreign" not in done.stderr


def test_the_routes_and_the_plan_of_a_project_are_shown(tmp_path: Path) -> None:
    environ = {**os.environ, "SITE_FOLDER": str(tmp_path), "COLUMNS": "120"}
    for command, told in (("routes", "/echo/<path:rest>"), ("plan", "CsrfViewMiddleware")):
        done = enfilade(command, DJANGO, cwd=SITES, env=environ)
        assert done.returncode == 0, done.stderr
        assert told in done.stdout


ROUTED = {
    "/rooms/{number}": (
        "from fastapi import FastAPI\n"
        "app = FastAPI()\n"
        "@app.get('/rooms/{number}')\n"
        "async def room(number: int): return number\n"
    ),
    "/rooms/<int:number>": (
        "from flask import Flask\n"
        "app = Flask(__name__)\n"
        "@app.get('/rooms/<int:number>')\n"
        "def room(number): return str(number)\n"
    ),
}


@pytest.mark.parametrize("route", ROUTED)
def test_the_route_of_another_framework_is_told_once_it_has_won(tmp_path: Path, route: str) -> None:
    (tmp_path / "app.py").write_text(ROUTED[route])
    command = ("explain", "--analyze", "--json", "GET", "/rooms/7", "app:app")
    (handler,) = (
        node
        for node in json.loads(enfilade(*command, cwd=tmp_path).stdout)["nodes"]
        if node["event"] == "handler"
    )
    assert handler["detail"] == route
