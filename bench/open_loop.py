"""Latency at a rate that the client sets: 30, 50, 70 and 90 % of what the server can do."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.contest import Ask, Contestant, Figures, NotMeasured, Run
from bench.load import capacity, wrk
from bench.serving import Serving, pinned, serving
from bench.verify import check

CLIENT = Path(__file__).with_name("paced.py")
CONNECTIONS = 64
SHARES = (30, 50, 70, 90)


def open_loop(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """p99.9 in ms at each share of the capacity, from when a request was due.

    "client lag" is the largest median time by which the client itself was late: where it comes
    near the latencies, the client was measured, not the server.
    """
    with serving(contestant, run) as server:
        length = check(server.port, ask)
        most = capacity(server, ask, run)
        figures, lags = {"closed loop requests/s": most}, []
        for share in SHARES:
            seen = paced(server, ask, length, most * share / 100, run)
            figures[f"p99.9 ms at {share} %"] = seen["0.999"] * 1000
            lags.append(seen["lag"] * 1000)
        return {**figures, "client lag ms": max(lags)}


def at_rate(rate: float) -> Callable[[Contestant, Ask, Run], Figures]:
    """Latencies in ms at *rate* requests a second, the same for all contestants, from when a
    request was due."""

    def measure(contestant: Contestant, ask: Ask, run: Run) -> Figures:
        with serving(contestant, run) as server:
            length = check(server.port, ask)
            wrk(server.port, ask, run, seconds=1)  # to warm up
            before = server.cpu_seconds()
            seen = paced(server, ask, length, rate, run)
            return {
                "p50 ms": seen["0.5"] * 1000,
                "p99 ms": seen["0.99"] * 1000,
                "p99.9 ms": seen["0.999"] * 1000,
                "client lag ms": seen["lag"] * 1000,
                "CPU µs": (server.cpu_seconds() - before) / (rate * run.seconds) * 1e6,
            }

    return measure


def paced(server: Serving, ask: Ask, length: int, rate: float, run: Run) -> dict[str, float]:
    """Seconds at the quantiles "0.5", "0.99" and "0.999", the client's "lag", and how many.

    *length* is that of a whole response, *rate* in requests a second.

    Raises:
        NotMeasured: a connection was closed, or an answer did not come.
    """
    plan = {
        "port": server.port,
        "head": ask.head.decode("ascii"),
        "length": length,
        "rate": rate,
        "seconds": run.seconds,
        "connections": CONNECTIONS,
    }
    argv = pinned(run.client_core, [sys.executable, str(CLIENT)])
    done = subprocess.run(argv, input=json.dumps(plan), capture_output=True, text=True)
    if done.returncode:
        raise NotMeasured(f"at {rate:.0f} requests/s: {done.stderr.strip()}")
    seen: dict[str, float] = json.loads(done.stdout)
    return seen
