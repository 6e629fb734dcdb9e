"""The engine when there is no memory: every request is answered or its connection ended, the next
one is served, and no descriptor is lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
SPOTS = {
    "in C": ["--parts"],
    "all of the server's threads": ["--step", "3"],
}


@pytest.fixture(scope="module")
def failing_malloc(tmp_path_factory):
    """The library that makes calls of malloc(3) fail."""
    if not sys.platform.startswith("linux") or shutil.which("cc") is None:
        pytest.skip("this needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("malloc") / "failing_malloc.so"
    source = FOLDER / "failing_malloc.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return library


@pytest.mark.slow
@pytest.mark.parametrize("spots", SPOTS)
def test_every_allocation_may_fail(spots, failing_malloc):
    if "--parts" not in SPOTS[spots] and sys.version_info >= (3, 13):
        pytest.skip("CPython 3.13 itself ends where it has no memory: 'Executing a cache'")
    environ = {**os.environ, "LD_PRELOAD": str(failing_malloc), "PYTHONMALLOC": "malloc"}
    program = [sys.executable, FOLDER / "fail_allocations.py", *SPOTS[spots]]
    done = subprocess.run(
        program, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    *lines, verdict = done.stdout.splitlines() or [""]
    assert (done.returncode, verdict) == (0, "all is well"), done.stdout + done.stderr
    assert sum(int(line.split()[-7]) for line in lines) > 20, "little was made to fail"
