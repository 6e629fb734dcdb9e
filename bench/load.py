"""The closed loop: ``wrk`` with 32 connections that each ask again as soon as they are answered."""

import json
import math
import subprocess
from pathlib import Path
from typing import Any

from bench.contest import Ask, Contestant, Figures, NotMeasured, Run
from bench.serving import Serving, pinned, serving
from bench.verify import check

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 32


def under_load(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """Requests a second, latencies in ms, and what they cost the server in µs of CPU time."""
    with serving(contestant, run) as server:
        check(server.port, ask)
        wrk(server.port, ask, run, seconds=1)  # to warm up
        before = server.cpu_seconds()
        seen = wrk(server.port, ask, run, seconds=run.seconds)
        return closed_loop_figures(seen, server.cpu_seconds() - before)


def closed_loop_figures(seen: dict[str, Any], cpu_seconds: float) -> Figures:
    """The figures out of what wrk saw."""
    return {
        "requests/s": seen["requests"] / seen["seconds"],
        "p50 ms": seen["p50"] / 1000,
        "p99 ms": seen["p99"] / 1000,
        "p99.9 ms": seen["p99.9"] / 1000,
        "CPU µs": cpu_seconds / seen["requests"] * 1e6,
        "busy %": cpu_seconds / seen["seconds"] * 100,
    }


def capacity(server: Serving, ask: Ask, run: Run) -> float:
    """Requests a second in a closed loop of a second."""
    seen = wrk(server.port, ask, run, seconds=1)
    return float(seen["requests"] / seen["seconds"])


def wrk(port: int, ask: Ask, run: Run, seconds: float) -> dict[str, Any]:
    """What wrk saw in *seconds*, rounded up to whole ones.

    Raises:
        NotMeasured: there is no wrk, or a request failed.
    """
    argv = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, math.ceil(seconds))}s"]
    argv += ["--timeout", "10s", "-s", str(SCRIPT)]
    for name, value in ask.all_fields:
        argv += ["-H", f"{name}: {value}"]
    argv.append(f"http://127.0.0.1:{port}{ask.path}")
    done = subprocess.run(pinned(run.client_core, argv), capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(f"wrk: {done.stderr.strip()}")
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if seen["failed"] or not seen["requests"]:
        raise NotMeasured(f"{seen['failed']} of {seen['requests']} requests failed")
    return seen
