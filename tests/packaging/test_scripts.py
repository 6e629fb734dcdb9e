"""The scripts of the repository, as somebody runs them who has just cloned it."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("script", ["bench", "demo", "test"])
def test_an_interpreter_that_is_not_there_is_told_in_a_sentence(script):
    environ = {**os.environ, "PYTHON": "/nowhere/python"}
    done = subprocess.run(
        [ROOT / "scripts" / script], env=environ, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert done.stderr.startswith("There is no /nowhere/python here. Say which Python to use: ")
    assert len(done.stderr.splitlines()) == 1


def test_asking_the_demo_for_help_makes_nothing_and_shows_no_password():
    environ = {**os.environ, "PYTHON": "/nowhere/python"}
    done = subprocess.run(
        [ROOT / "scripts/demo", "--help"], env=environ, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Serves the example newspaper")
    assert "docs/reference/options.md" in done.stdout
    assert "password" not in done.stdout
