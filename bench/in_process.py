"""What one request costs in process, without a server: Enfilade and Django 5.2 side by side.

    .venv/bin/python bench/in_process.py [--pairs 7] [--requests 20000]

Both run the same view behind the same three middleware, through a route with two converters,
driven as a WSGI callable. The responses are compared before anything is timed. Each pair times
both, one after the other, in a fresh process each; the table gives medians.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

CHILD = Path(__file__).with_name("in_process_site.py")


def measure(framework: str, middleware: str, requests: int) -> dict[str, object]:
    argv = [sys.executable, str(CHILD), framework, middleware, str(requests)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def compare(middleware: str, pairs: int, requests: int) -> None:
    times: dict[str, list[float]] = {"enfilade": [], "django": []}
    for _ in range(pairs):
        results = {name: measure(name, middleware, requests) for name in times}
        ours, theirs = (results[name]["response"] for name in times)
        if ours != theirs:
            sys.exit(f"The responses differ:\n  enfilade {ours}\n  django   {theirs}")
        for name, result in results.items():
            times[name].append(result["microseconds"])  # type: ignore[arg-type]
    ours, theirs = (statistics.median(times[name]) for name in times)
    spread = max(times["enfilade"]) - min(times["enfilade"])
    print(
        f"| {middleware} middleware | {ours:.1f} µs (spread {spread:.1f}) | {theirs:.1f} µs "
        f"| {theirs / ours:.1f} × |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--requests", type=int, default=20000)
    options = parser.parse_args()
    print(f"CPython {sys.version.split()[0]}, {options.pairs} pairs of {options.requests} requests")
    print("| walk | Enfilade | Django 5.2 | Django / Enfilade |\n|---|---|---|---|")
    for middleware in ("no", "three"):
        compare(middleware, options.pairs, options.requests)


if __name__ == "__main__":
    main()
