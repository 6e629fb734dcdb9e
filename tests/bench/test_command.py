"""``scripts/bench`` as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from running import program

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [ROOT / "scripts" / "bench", *arguments]
    env = {**os.environ, "PYTHON": sys.executable}
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=50)


def alone(row: str) -> subprocess.CompletedProcess[str]:
    return bench(row, "--quick", "--alone", "--python", sys.executable)


def test_lists_the_rows() -> None:
    listed = bench("--list")
    assert listed.returncode == 0
    assert "hello-minimal" in listed.stdout
    assert "newspaper-instructions" in listed.stdout


def test_knows_no_other_rows() -> None:
    refused = bench("hello", "--quick")
    assert refused.returncode == 2
    assert "there is no hello; --list names the rows" in refused.stderr


@pytest.mark.slow
def test_measures_how_long_people_wait() -> None:
    done = alone("start-up")
    assert done.returncode == 0, done.stderr
    assert "| Enfilade |" in done.stdout
    assert "≤ 400 |" in done.stdout


@pytest.mark.service
@pytest.mark.slow
def test_measures_requests_under_load() -> None:
    program("wrk")
    done = alone("hello-minimal")
    assert done.returncode == 0, done.stderr
    assert "requests/s" in done.stdout
    assert "Written:" not in done.stderr
