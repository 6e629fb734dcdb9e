"""The compiled parts when there is no memory: MemoryError, and nothing is lost or broken."""

import subprocess
import sys
from pathlib import Path

import pytest

_testcapi = pytest.importorskip("_testcapi", reason="this Python has no _testcapi")

PROGRAM = Path(__file__).with_name("fail_allocations.py")


def test_every_allocation_may_fail() -> None:
    pytest.importorskip("enfilade.protocol._head", reason="the compiled parts are not installed")
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 6
