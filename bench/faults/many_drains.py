"""A loop is started, asked once and drained, again and again, in several processes on few cores,
while its application takes about as long as the watchdog waits before another thread leads: the
loop ends each time. A wake-up that is lost in between shows as a loop that does not."""

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests"))

from wire import serving

BUSY = (0.0045, 0.0075)
"""Seconds that the application computes, around the watchdog's patience."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=6)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(_drain_for(options.seconds))
        return
    command = [sys.executable, __file__, "--child", f"--seconds={options.seconds}"]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for _ in range(options.processes)
    ]
    rounds = sum(int(child.communicate()[0] or 0) for child in children)
    hung = sum(child.returncode != 0 for child in children)
    print(f"{rounds} drains in {options.processes} processes; {hung} of these had one without end")
    sys.exit(bool(hung))


def _drain_for(seconds: float) -> int:
    """How many rounds there were; raises :exc:`AssertionError` when a loop does not end."""
    until, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with serving(_application_of(random.uniform(*BUSY))) as site, site.client() as client:
            client.get("/")
        rounds += 1
    return rounds


def _application_of(busy: float):
    def application(environ, start_response):
        until = time.perf_counter() + busy
        while time.perf_counter() < until:
            pass
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    return application


if __name__ == "__main__":
    main()
