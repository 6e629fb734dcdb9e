"""The units in docs/operations/systemd.md are what systemd understands."""

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from enfilade.cli import group
from enfilade.server.options import Options
from pages import ROOT, Page

PAGE = Page(ROOT / "docs/operations/systemd.md")
SERVICE, SOCKET = (block.text for block in PAGE.blocks if block.language == "ini")


def section(text: str, name: str) -> configparser.SectionProxy:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(text)
    return unit[name]


@pytest.mark.parametrize("key", ["ExecStart", "ExecReload"])
def test_the_commands_exist(key: str) -> None:
    _, name, *arguments = shlex.split(section(SERVICE, "Service")[key])
    command = group.get_command(click.Context(group), name)
    assert command
    assert command.make_context(name, arguments)


def test_systemd_waits_longer_than_the_server_takes() -> None:
    assert int(section(SERVICE, "Service")["TimeoutStopSec"]) > Options().grace


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    folder = str(Path(sys.executable).parent)
    service = SERVICE.replace("/srv/mysite/.venv/bin", folder).replace("=/srv/mysite\n", "=/\n")
    (tmp_path / "mysite.service").write_text(service.replace("User=mysite", "User=daemon"))
    (tmp_path / "mysite.socket").write_text(SOCKET)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "mysite.service", "mysite.socket"],
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "mysite" in line]
    assert ours == []
