"""The configurations in docs/deploying.md work: for nginx, systemd and Enfilade itself."""

import configparser
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import httpx
import pytest

from enfilade.cli import group
from enfilade.server.configuration import configure
from enfilade.server.options import Options
from nginx import nginx
from pages import ROOT, Page
from running import enfilade_run, free_port

PAGE = Page(ROOT / "docs/deploying.md")
GAZETTE = ROOT / "examples" / "gazette"

PATIENCE = 30
"""Seconds to wait for a page on a machine that is busy with other tests."""


def block(language: str) -> str:
    (found,) = (block for block in PAGE.blocks if block.language == language)
    return found.text


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Gazette behind nginx as the page configures it, its places moved."""
    port = free_port()
    folder = tmp_path_factory.mktemp("deploying")
    site = block("nginx").replace("/run/mysite", str(folder)).replace("80;", f"127.0.0.1:{port};")
    site = site.replace("/srv/mysite/static", str(GAZETTE / "gazette" / "static"))
    env = {"GAZETTE_DATABASE": str(folder / "db"), "GAZETTE_MEDIA": str(folder / "media")}
    # Beforehand, or the first visitor would wait for the first edition to be printed.
    seed = [sys.executable, "-m", "gazette.seed"]
    subprocess.run(seed, cwd=GAZETTE, env={**os.environ, **env}, check=True, timeout=60)
    bind = ["--bind", f"unix:{folder}/site.sock"]
    with (
        enfilade_run(
            "gazette.wsgi:application", *bind, output=folder / "enfilade", cwd=GAZETTE, env=env
        ),
        nginx(folder, port, f"types {{ text/css css; }} access_log off; {site}"),
    ):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.slow
def test_nginx_passes_requests_on(url: str) -> None:
    assert "Gazette" in httpx.get(url, timeout=PATIENCE).text
    article = httpx.get(f"{url}/2026/some-article", timeout=PATIENCE)
    assert article.headers["Location"] == "/2026/some-article/"


@pytest.mark.slow
def test_nginx_serves_the_static_files(url: str) -> None:
    response = httpx.get(f"{url}/static/style.css", timeout=PATIENCE)
    assert response.status_code == 200
    assert "X-Frame-Options" not in response.headers


def test_the_file_of_options_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "enfilade.toml"
    file.write_text(block("toml"))
    running = configure({}, {}, file=str(file)).options
    assert (running.application, running.keep_alive) == ("wsgi:application", 75)
    assert configure({}, {}, file=str(file), command="dev").options.bind == ("127.0.0.1:8000",)


def test_the_unit_of_systemd_starts_and_stops_as_the_options_say() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(block("ini"))
    service = unit["Service"]
    _, name, *arguments = shlex.split(service["ExecStart"])
    command = group.get_command(click.Context(group), name)
    assert command
    assert command.make_context(name, arguments)
    assert int(service["TimeoutStopSec"]) > Options().grace


def test_the_defaults_in_the_table_are_those_of_the_options() -> None:
    options = {"--" + entry.name.replace("_", "-"): entry for entry in fields(Options)}
    for flag, default, _ in PAGE.rows("Limits and deadlines"):
        number = default.split()[0]
        value = options[flag.strip("`")].default
        assert float(number) in (value, value / 1024**3), flag
