"""The pages that scripts/reference makes are those that are committed."""

import runpy
from pathlib import Path

import pytest

from pages import ROOT

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "reference"))
MADE: dict[Path, str] = SCRIPT["pages"]()


@pytest.mark.parametrize("path", list(MADE), ids=lambda path: path.name)
def test_the_page_is_what_the_script_writes(path: Path) -> None:
    assert path.read_text("utf-8") == MADE[path], "run scripts/reference"


def test_a_pipe_in_a_text_does_not_break_the_table() -> None:
    assert SCRIPT["table"](("a", "b"), [("x|y", "z")]).endswith("| x\\|y | z |\n")
