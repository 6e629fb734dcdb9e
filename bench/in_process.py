"""What one request costs in process, without a server: Enfilade and Django 5.2 side by side.

A walk is a request through a WSGI callable: "hello" is a view that returns five letters, "article"
one that takes two converters and returns JSON, behind no middleware, behind three, or behind the
seven of a site with sessions, users and messages, none of which it touches. "reverse" and "resolve"
are calls of these two functions, in a URLconf of three routes or of as many as it says; the route
that is asked for is the last one.

Each pair measures both frameworks, one after the other, each in a fresh process, and what they
answer must be the same: status, header fields and body, or the path, or the match. The table has
the shortest time of many short batches, which is what the work costs when nothing disturbs it.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

CHILD = Path(__file__).with_name("in_process_site.py")
FRAMEWORKS = ("enfilade", "django")
WORK = {
    "hello": "walk: hello, no middleware",
    "hello-seven": "walk: hello, seven middleware",
    "article": "walk: article, no middleware",
    "article-three": "walk: article, three middleware",
    "article-seven": "walk: article, seven middleware",
    "reverse": "reverse, no arguments",
    "reverse-args": "reverse, two positional arguments",
    "reverse-kwargs": "reverse, two named arguments",
    "resolve-10": "resolve among 10 routes",
    "resolve-10000": "resolve among 10,000 routes",
}


def measure(framework: str, work: str, seconds: float) -> tuple[object, float]:
    """What the framework answers, and microseconds."""
    argv = [sys.executable, str(CHILD), framework, work, str(seconds)]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    result = json.loads(done.stdout)
    return result["answer"], result["microseconds"]


def compare(work: str, pairs: int, seconds: float) -> None:
    """Print one line of the table; exit where the two answer differently."""
    best = dict.fromkeys(FRAMEWORKS, float("inf"))
    for _ in range(pairs):
        answers = {}
        for framework in FRAMEWORKS:
            answers[framework], microseconds = measure(framework, work, seconds)
            best[framework] = min(best[framework], microseconds)
        if answers["enfilade"] != answers["django"]:
            sys.exit(f"{WORK[work]}: the answers differ, so nothing is compared:\n{answers}")
    ours, theirs = best.values()
    print(f"| {WORK[work]} | {ours:.2f} µs | {theirs:.2f} µs | {theirs / ours:.1f} × |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "work",
        nargs="*",
        metavar="WORK",
        help=f"which lines to measure, of {', '.join(WORK)}; all without any",
    )
    parser.add_argument("--pairs", type=int, default=3, help="(default %(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="of each measurement (default %(default)s)"
    )
    options = parser.parse_args()
    if unknown := set(options.work) - WORK.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(WORK)}")
    print(
        f"CPython {sys.version.split()[0]}, best of {options.pairs} pairs of {options.seconds} s\n"
    )
    print("| work | Enfilade | Django 5.2 | Django / Enfilade |\n|---|---:|---:|---:|")
    for work in options.work or WORK:
        compare(work, options.pairs, options.seconds)


if __name__ == "__main__":
    main()
