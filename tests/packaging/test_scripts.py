"""The scripts of the repository, as somebody runs them who has just cloned it."""

import os
import shutil
import subprocess
import sys
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


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_sanitizers_find_nothing_in_the_compiled_parts():
    if not shutil.which("gcc"):
        pytest.skip("gcc is not installed")
    done = subprocess.run(
        [ROOT / "scripts/sanitize", "5"],
        env={**os.environ, "VENV": sys.prefix},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("inputs, nothing found\n")
