"""Every example of the documentation is run, and the output shown below it is compared."""

import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from commands import python
from enfilade.cli import group
from enfilade.cli.flags import ServerCommand, given
from enfilade.server.configuration import configure
from pages import PAGES, ROOT, Block, Page
from running import surroundings

GAZETTE = ROOT / "examples" / "gazette"
_TIME = re.compile(r"\d+\.\d{3} ms|(?<=◀ )\d+%|─{9,}")
"""What is another time each time, and a rule that is as long as the longest of them."""
SLOWEST = "◀"
"""Marks the slowest path of a measured plan."""
_FILE = re.compile(r"# ([a-z_]+\.(?:py|toml))\n")
SHELL = ("", "console", "sh")

WITH_FILES = [page for page in PAGES if page.name.startswith("docs/tutorial")]
"""Pages whose blocks are files that build on each other; ``test_tutorial`` follows them."""

RUN_BLOCKS = """
import contextlib, io, json, sys
namespace, outputs = {"__name__": "__main__"}, []
for name, line, code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile("\\n" * line + code, name, "exec"), namespace)
    outputs.append(said.getvalue())
json.dump(outputs, sys.stdout)
"""
"""The Python blocks of one page share a namespace, and a process with settings of its own."""


def run(*arguments: str, folder: Path, stdin: str = "", **env: str) -> str:
    env = {**surroundings(), "NO_COLOR": "1", **env}
    done = python(*arguments, cwd=folder, input=stdin, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_output(claimed: str, actual: str) -> None:
    """Compare, but for the width of gaps and measured times; ``[...]`` stands for anything."""
    claimed, actual = (
        "\n".join(
            " ".join(line.split()) for line in _TIME.sub("1 ms", text).strip("\n").splitlines()
        )
        for text in (claimed, actual)
    )
    pattern = re.escape(claimed).replace(re.escape("[...]"), ".*?")
    assert re.fullmatch(pattern, actual, re.DOTALL), (
        f"the page claims\n{claimed}\nbut it says\n{actual}"
    )


# Python ------------------------------------------------------------------------------------

WITH_PYTHON = [
    page
    for page in PAGES
    if page not in WITH_FILES and any(block.language == "python" for block in page.blocks)
]


def output_after(page: Page, block: Block) -> str | None:
    after = page.blocks[page.blocks.index(block) + 1 :][:1]
    return after[0].text if after and after[0].language == "output" else None


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_PYTHON, ids=repr)
def test_runs_and_says_what_the_page_claims(page: Page, tmp_path: Path) -> None:
    blocks = [block for block in page.blocks if block.language == "python"]
    code = json.dumps([(page.name, block.line, block.text) for block in blocks])
    outputs = json.loads(run("-c", RUN_BLOCKS, folder=tmp_path, stdin=code))
    for block, actual in zip(blocks, outputs, strict=True):
        claimed = output_after(page, block)
        if claimed is not None or actual:
            check_output(claimed or "", actual)


@pytest.mark.parametrize("page", PAGES, ids=repr)
def test_every_output_stands_below_what_prints_it(page: Page) -> None:
    before = ""
    for block in page.blocks:
        assert block.language != "output" or before == "python", f"{page}:{block.line}"
        before = block.language


# The command line --------------------------------------------------------------------------


def commands(page: Page) -> Iterator[tuple[str, str]]:
    """Each ``enfilade …`` of the page's shell blocks and inline code, and the output claimed."""
    for block in page.blocks:
        if block.language in SHELL:
            yield from _of_block(block)
    for code in page.inline:
        if code.startswith("enfilade "):
            yield code, ""


def _of_block(block: Block) -> Iterator[tuple[str, str]]:
    command, output = "", ""
    for line in block.text.splitlines():
        if line.startswith(("$ ", "enfilade ")):
            yield command, output
            command, output = line.removeprefix("$ "), ""
        else:
            output += line + "\n"
    yield command, output


COMMANDS = [
    (page, command, output)
    for page in PAGES
    for command, output in commands(page)
    if command.startswith("enfilade ")
]
VALID = sorted({(page.name, command) for page, command, _ in COMMANDS})
SHOWN = [each for each in COMMANDS if each[2].strip() and each[0] not in WITH_FILES]


@pytest.mark.parametrize(("page", "command"), VALID, ids=" ".join)
def test_is_a_command_with_options_that_exist(page: str, command: str) -> None:
    name, *arguments = shlex.split(command, comments=True)[1:]
    if name == "--help":
        return
    known = group.get_command(click.Context(group), name)
    assert known, f"{page}: there is no command {name}"
    if not arguments or "--help" in arguments:
        return
    context = known.make_context(name, list(arguments), resilient_parsing=False)
    if isinstance(known, ServerCommand):
        context.params.pop("config")
        configure(given(context.params), {}, command=name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "command", "output"), SHOWN, ids=[f"{page} {command}" for page, command, _ in SHOWN]
)
def test_prints_what_the_page_shows(page: Page, command: str, output: str, tmp_path: Path) -> None:
    argv = shlex.split(command, comments=True)
    env = {"COLUMNS": "100", "GAZETTE_DATABASE": str(tmp_path / "gazette.sqlite3")}
    folder = _folder_of(page, tmp_path)
    for _ in range(2 if SLOWEST in output else 0):  # on a busy machine another way may be slower
        with contextlib.suppress(AssertionError):
            check_output(output, run("-m", *argv, folder=folder, **env))
            return
    check_output(output, run("-m", *argv, folder=folder, **env))


def _folder_of(page: Page, tmp_path: Path) -> Path:
    """Where the page's commands are given: beside the files that it shows, which begin with their
    name in a comment, or in the Gazette."""
    files = [block for block in page.blocks if _FILE.match(block.text)]
    for block in files:
        (tmp_path / _FILE.match(block.text)[1]).write_text(block.text)
    return tmp_path if files else GAZETTE
