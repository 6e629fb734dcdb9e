"""The tutorial, followed from an empty folder to the last page: what is there then is the Gazette.

The reader of this test writes the files, runs the commands and compares what they print, opens
the addresses on a server that runs meanwhile, and makes the mistakes.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from following import PUT_BACK, Edit, Step, changed, commands, is_curl, says, steps
from pages import ROOT, Block, Page
from patience import PATIENCE
from running import Running, enfilade_run, free_port, running, surroundings

GAZETTE = ROOT / "examples" / "gazette"
STAGES = [Page(path) for path in sorted((ROOT / "docs/tutorial").glob("*.md"))]
TUTORIAL = [Page(ROOT / "docs/tutorial.md"), *STAGES]

NOT_OURS = {"README.md", "var", "__pycache__", ".pytest_cache"}
"""What the example has besides the reader's files, and what running leaves behind."""

NOT_RUN = re.compile(r"python3 -m venv|\.venv/bin/pip|\. \.venv|export |mkdir|cd ")
"""Commands that prepare the reader's folder and environment."""

ON_CI = {"CI", "BUILD_NUMBER"}
"""Where these are set, pytest prints its summary in longer lines than a reader sees."""


class Reader:
    """Someone who does what the pages say, in an empty folder."""

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        self.folder = folder
        self.servers = servers
        self.server: Running | None = None
        self.debug = "1"
        self.to_put_back: tuple[Path, str] | None = None

    def follow(self, step: Step) -> None:
        if isinstance(step, Edit):
            self.edit(step)
        elif isinstance(step, Block):
            for command, claimed in commands(step):
                self.command(command, claimed)
        elif step == PUT_BACK:
            assert self.to_put_back
            file, text = self.to_put_back
            file.write_text(text, "utf-8")
        else:
            self.open(step)

    def edit(self, edit: Edit) -> None:
        file = self.folder / edit.name
        assert file.exists() != edit.new, edit.name
        text = file.read_text("utf-8") if file.exists() else ""
        if edit.moment:
            self.to_put_back = file, text
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(edit.of(text), "utf-8")

    def command(self, command: str, claimed: str) -> None:
        if NOT_RUN.match(command):
            return
        if command == "enfilade dev":
            self.serve_while_writing()
        elif command.startswith("enfilade run "):
            self.serve(*shlex.split(command)[2:])
        else:
            said = self.say(command)
            assert says(claimed, said), f"{command} says\n{said}"

    def say(self, command: str) -> str:
        argv, env = ["bash", "-c", command], self.environment()
        if is_curl(command):
            argv = [sys.executable, str(ROOT / "tests/as_curl.py"), *shlex.split(command)[1:]]
            env["ENFILADE_DEBUG"] = self.debug
        done = subprocess.run(
            argv, cwd=self.folder, env=env, capture_output=True, text=True, timeout=50
        )
        failed_on_purpose = re.search("FAILED|error", done.stdout)
        assert done.returncode == 0 or failed_on_purpose, done.stdout + done.stderr
        return done.stdout

    def environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in surroundings().items()
            if not name.startswith(("PYTEST_", "GAZETTE_")) and name not in ON_CI
        }
        return inherited | {
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PRESS": str(GAZETTE / "gazette"),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": f"{self.folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        }

    def serve_while_writing(self) -> None:
        port = free_port()
        argv = [sys.executable, "-m", "enfilade", "dev", "--bind", f"127.0.0.1:{port}"]
        output = self.folder.with_name("dev")
        self.server = self.servers.enter_context(running(argv, port, output, cwd=self.folder))

    def serve(self, *arguments: str) -> None:
        self.servers.close()
        self.debug = "0"
        started = enfilade_run(*arguments, output=self.folder.with_name("run"), cwd=self.folder)
        self.server = self.servers.enter_context(started)

    def open(self, path: str) -> None:
        """Load the page until it is there: the server may be reloading."""
        assert self.server
        expected = 500 if "broken" in path else 200
        deadline = time.monotonic() + PATIENCE
        while (status := self.status(path)) != expected:
            assert time.monotonic() < deadline, f"{path}: {status}\n{self.server.log}"
            time.sleep(0.1)

    def status(self, path: str) -> int:
        try:
            return httpx.get(
                self.server.url + path, follow_redirects=True, timeout=PATIENCE
            ).status_code
        except httpx.TransportError:
            return 0


def files(folder: Path) -> dict[str, bytes]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        str(name): (folder / name).read_bytes() for name in found if not NOT_OURS & {*name.parts}
    }


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_whoever_follows_every_step_has_the_gazette(tmp_path: Path) -> None:
    with ExitStack() as servers:
        reader = Reader(tmp_path / "paper", servers)
        reader.folder.mkdir()
        for page in TUTORIAL:
            for step in steps(page):
                reader.follow(step)
    written, example = files(reader.folder), files(GAZETTE)
    assert written.keys() == example.keys()
    assert [name for name in example if written[name] != example[name]] == []


def test_every_stage_says_its_room_and_has_something_to_try_and_a_mistake() -> None:
    for page in STAGES:
        found = steps(page)
        assert page.lines[2].startswith(("*Room", "*Behind room", "*All rooms")), page
        assert "## A mistake" in page.lines, page
        assert any(isinstance(step, Block) and "$ curl " in step.text for step in found), page


def test_the_first_page_leads_to_every_stage_and_each_to_the_next() -> None:
    assert [f"tutorial/{page.path.name}" for page in STAGES] == list(
        dict.fromkeys(link for link in TUTORIAL[0].links if link.startswith("tutorial/"))
    )
    for page, following in pairwise(STAGES):
        assert following.path.name in page.links, page


@pytest.mark.parametrize("text", ["a\nb\n", "a\nc\nc\n"])
def test_a_change_that_fits_nowhere_or_twice_is_an_error(text: str) -> None:
    with pytest.raises(AssertionError, match="look"):
        changed(text, "-c\n+d\n")
