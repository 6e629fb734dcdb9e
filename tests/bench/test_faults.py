"""Scripts of ``bench/faults`` that show in seconds what took long to find."""

import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = Path(__file__).parents[2] / "bench" / "faults"


@pytest.mark.slow
def test_a_loop_that_is_drained_while_its_leader_is_replaced_ends():
    command = [sys.executable, FAULTS / "many_drains.py", "--seconds=4"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) >= 6
