"""The tutorial, followed from its first step to the last: files written, commands run, pages
opened."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pages import ROOT, Block, Page
from running import enfilade_run

PAGE = Page(ROOT / "docs/tutorial.md")
HOST = "http://127.0.0.1:8000"

NOT_RUN = re.compile(r"python3 -m venv|\.venv/bin/pip|\. \.venv|mkdir|cd |enfilade (dev|run)")
"""Commands that prepare the folder, or run until they are stopped."""

OPEN = """
import sys
from app import application
from enfilade.test import Client
client = Client(application=application, headers={"Host": "127.0.0.1:8000"})
for path in sys.argv[1:]:
    assert client.get(path, follow=True).status_code == 200, path
"""


class Reader:
    """Someone who does what the page says, in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def follow(self, step: Block | str) -> None:
        if isinstance(step, str):
            self.python("-c", OPEN, step.removeprefix(HOST))
        elif step.language == "console":
            for command, claimed in commands(step.text):
                self.command(command, claimed)
        else:
            file = self.folder / name_above(step)
            file.parent.mkdir(exist_ok=True)
            file.write_text(step.text, "utf-8")

    def command(self, command: str, claimed: str) -> None:
        if NOT_RUN.match(command):
            return
        program, *arguments = shlex.split(command)
        assert program in ("enfilade", "python")
        said = self.python(*(["-m", "enfilade"] if program == "enfilade" else []), *arguments)
        pattern = re.escape(spaced(claimed)).replace(re.escape("[...]"), ".*?")
        assert re.fullmatch(pattern, spaced(said), re.DOTALL), f"{command} says\n{said}"

    def python(self, *arguments: str) -> str:
        hidden = ("ENFILADE_", "PYTEST_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**inherited, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=50,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def steps() -> list[Block | str]:
    """The blocks and the addresses to be opened, in the order of the page."""
    found: list[tuple[int, Block | str]] = [(block.line, block) for block in PAGE.blocks]
    for number, line in enumerate(PAGE.lines, start=1):
        found += [(number, address) for address in re.findall(rf"<({HOST}[^>]*)>", line)]
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def name_above(block: Block) -> str:
    """The file that a block is; the line above ends with its name and a colon."""
    above = PAGE.lines[block.line - 3]
    found = re.search(r"`([\w./]+)`:$", above)
    assert found, f"which file is the block at line {block.line}?"
    return found[1]


def commands(text: str) -> Iterator[tuple[str, str]]:
    for part in text.removeprefix("$ ").split("\n$ "):
        command, _, output = part.partition("\n")
        yield command, output


def spaced(text: str) -> str:
    """*text* but for the width of gaps."""
    return "\n".join(" ".join(line.split()) for line in text.strip("\n").splitlines())


@pytest.mark.slow
def test_whoever_follows_every_step_has_a_paper_that_prints(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "paper")
    reader.folder.mkdir()
    for step in steps():
        reader.follow(step)
    with enfilade_run("app:application", output=tmp_path / "log", cwd=reader.folder) as server:
        story = {"title": "Rain", "text": "It <rains>."}
        sent = httpx.post(f"{server.url}/write/", data=story)
        assert (sent.status_code, sent.headers["Location"]) == (302, "/stories/2/")
        page = httpx.get(f"{server.url}/stories/2/")
        assert "It &lt;rains&gt;." in page.text
        assert page.headers["Server-Timing"].startswith("paper;dur=")
        assert httpx.delete(f"{server.url}/write/").status_code == 405
