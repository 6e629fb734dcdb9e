"""On what machine, with what versions, and how busy it was: without it no figure says anything."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.contest import Run
from bench.environments import FOLDER, versions
from bench.rivals import ROOT, SHOWN

QUIET = 0.3
"""The load average of a machine on which nothing else runs, in processes."""


def describe() -> dict[str, Any]:
    """The machine, without its name."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def occasion() -> dict[str, Any]:
    """When it is, which commit is measured, and what else the machine has to do."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _first_line(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
        "load before": round(os.getloadavg()[0], 2),
    }


def cores() -> tuple[int, int]:
    """One core for the server and one for the client; the same where there is one only."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def rival_versions(run: Run) -> dict[str, str]:
    """Whatever of the rivals and tools is installed."""
    found: dict[str, str] = {}
    for environment, names in SHOWN.items():
        python = FOLDER / environment / "bin" / "python"
        if environment == "enfilade" and run.python:
            python = run.python
        if python.exists():
            found |= versions(python, names)
            found |= {"Enfilade": _build(python)} if environment == "enfilade" else {}
    return {**found, **_programs()}


def _build(python: Path) -> str:
    code = "from enfilade.build import describe_build; print(describe_build())"
    return _first_line([str(python), "-c", code])


def _programs() -> dict[str, str]:
    found = {
        "nginx": _first_line(["nginx", "-v"]),
        "wrk": _first_line(["wrk", "--version"]),
    }
    numbers = {name: re.search(r"\d+(\.\d+)+", line) for name, line in found.items()}
    return {name: number[0] for name, number in numbers.items() if number}


def _first_line(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError:
        return ""
    return done.stdout.partition("\n")[0]


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
