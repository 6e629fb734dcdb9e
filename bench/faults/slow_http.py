"""F13, F14 and F15 as the world tests them: slowhttptest with slow heads, slow bodies and slow
readers against both builds, while somebody asks on new connections whether the service is there."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hello import Hello, hello
from stalled_heads import answer_times, describe

CODE = """
BODY = b"x" * 200_000

def app(environ, start_response):
    environ["wsgi.input"].read()
    body = BODY if environ["PATH_INFO"] == "/large" else b"hello"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""
MODES = {
    "slow heads": ("/", "-H", "-i", "5"),
    "slow bodies": ("/", "-B", "-i", "5", "-s", "8192", "-x", "10"),
    "slow readers": ("/large", "-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"),
}
BUILDS = {"compiled": "", "plain": "1"}
"""By their names: the value of ``ENFILADE_PLAIN``."""

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LONGEST_WAIT = 3000
"""Milliseconds that somebody else may have to wait for an answer; slowhttptest allows as many."""


@dataclass
class Verdict:
    """What slowhttptest said, and what others saw meanwhile."""

    available: list[str]
    connected: int
    end: str
    times: list[float]
    kib_each: float

    @property
    def passed(self) -> bool:
        return set(self.available) == {"YES"} and max(self.times) < LONGEST_WAIT

    def __str__(self) -> str:
        said = f"service available {self.available.count('YES')} of {len(self.available)} times"
        cost = f"{self.kib_each:.1f} KiB each"
        return f"{said}; {self.connected} held at most, {cost}; {self.end}; others {_slow(self)}"


def _slow(verdict: Verdict) -> str:
    late = statistics.quantiles(verdict.times, n=100)[-1]
    return f"{describe(verdict.times)}, p99 {late:.1f} ms of {len(verdict.times)}"


def attack(site: Hello, mode: str, options: argparse.Namespace) -> Verdict:
    """Run slowhttptest in *mode*, and ask all the while how the service is."""
    path, *arguments = MODES[mode]
    argv = [
        "slowhttptest",
        *arguments,
        "-c",
        str(options.clients),
        "-r",
        "500",
        "-p",
        str(LONGEST_WAIT // 1000),
    ]
    argv += ["-l", str(options.seconds), "-u", f"http://127.0.0.1:{site.port}{path}"]
    before = most = _memory(site)
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    times: list[float] = []
    while process.poll() is None:
        times += answer_times(site.url.rstrip("/"), 20)
        most = max(most, _memory(site))
    assert process.stdout is not None
    text = COLOURS.sub("", process.stdout.read())
    held = max(int(number) for number in re.findall(r"connected:\s+(\d+)", text))
    return Verdict(
        available=re.findall(r"service available:\s+(\w+)", text),
        connected=held,
        end=" ".join(re.findall(r"Test ended on \w+ second|(?<=Exit status: ).+", text)).lower(),
        times=times,
        kib_each=(most - before) / max(held, 1),
    )


def _memory(site: Hello) -> int:
    """KiB that are resident in all workers."""
    total = 0
    for pid in site.children():
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--build", choices=BUILDS, action="append")
    parser.add_argument("--mode", choices=MODES, action="append")
    options = parser.parse_args()
    verdicts = []
    for build in options.build or BUILDS:
        for mode in options.mode or MODES:
            with (
                tempfile.TemporaryDirectory() as folder,
                hello(
                    Path(folder), code=CODE, environ=os.environ | {"ENFILADE_PLAIN": BUILDS[build]}
                ) as site,
            ):
                print("without:", describe(answer_times(site.url.rstrip("/"), 100)))
                verdicts.append(attack(site, mode, options))
                print(f"{build}, {mode}: {verdicts[-1]}")
    sys.exit(not all(verdict.passed for verdict in verdicts))


if __name__ == "__main__":
    main()
