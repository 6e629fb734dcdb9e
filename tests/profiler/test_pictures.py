"""The pictures of the documentation can be made anew, and are small."""

import subprocess
import sys
from pathlib import Path

import pytest

from running import program, surroundings

ROOT = Path(__file__).parents[2]


@pytest.mark.service
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_script_makes_each_picture_that_is_shown(tmp_path: Path) -> None:
    program("chromium")
    pytest.importorskip("playwright")
    argv = [sys.executable, str(ROOT / "scripts/pictures"), str(tmp_path)]
    done = subprocess.run(argv, env=surroundings(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = {path.name: path for path in tmp_path.iterdir()}
    shown = {path.name for path in (ROOT / "docs/pictures").glob("profiler-*.png")}
    assert set(made) == shown
    for path in [*made.values(), *(ROOT / "docs/pictures").glob("profiler-*.png")]:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < 120 * 1024, path
