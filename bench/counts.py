"""What noise cannot touch: system calls and instructions a request."""

import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.contest import Ask, Contestant, Figures, NotMeasured, Run
from bench.load import wrk
from bench.serving import SECONDS_TO_START, Serving, serving
from bench.verify import answer, check, connected

REQUESTS = 1000
"""N of (Ir(2N) - Ir(N)) / N."""

PART = "of which "
"""How the name of a figure begins that is a part of the first."""


def system_calls(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """Calls a request of all processes and threads, with 32 connections busy (strace -c -f)."""
    with serving(contestant, run) as server, tempfile.TemporaryDirectory() as folder:
        check(server.port, ask)
        wrk(server.port, ask, run, seconds=1)  # so that what happens once has happened
        summary = Path(folder) / "calls"
        tracer = _attach(server, summary)
        try:
            seen = wrk(server.port, ask, run, seconds=run.seconds)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        calls = dict(_calls(summary.read_text()))
    most = sorted(calls.items(), key=lambda item: -item[1])[:4]
    return {
        "system calls": sum(calls.values()) / seen["requests"],
        **{f"{PART}{name}": count / seen["requests"] for name, count in most},
    }


def instructions(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """Instructions a request of one kept connection, of all processes, counted by callgrind."""
    few, many = (_instructions(contestant, ask, run, n) for n in (REQUESTS, 2 * REQUESTS))
    return {"instructions": (many - few) / REQUESTS}


def _attach(server: Serving, summary: Path) -> subprocess.Popen[bytes]:
    pids = server.pids()
    argv = ["strace", "-c", "-f", "-U", "calls,name", "-o", str(summary)]
    argv += [part for pid in pids for part in ("-p", str(pid))]
    tracer = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + SECONDS_TO_START
    while not all(map(_is_traced, pids)):
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise NotMeasured("strace may not attach (kernel.yama.ptrace_scope)")
        time.sleep(0.01)
    return tracer


def _is_traced(pid: int) -> bool:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return all("TracerPid:\t0\n" not in (task / "status").read_text() for task in tasks)


def _calls(summary: str) -> list[tuple[str, int]]:
    rows = (line.split() for line in summary.splitlines())
    return [(row[1], int(row[0])) for row in rows if len(row) == 2 and row[0].isdigit()][:-1]


def _instructions(contestant: Contestant, ask: Ask, run: Run, requests: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        files = f"--callgrind-out-file={folder}/%p"
        wrapper = ("valgrind", "--tool=callgrind", "--trace-children=yes", files)
        with serving(contestant, run, wrapper) as server, connected(server.port) as sock:
            for _ in range(requests):
                answer(sock, ask)
        counted = [_total(file) for file in Path(folder).iterdir()]
    if not any(counted):
        raise NotMeasured("callgrind has counted nothing")
    return sum(counted)


def _total(file: Path) -> int:
    lines = file.read_text(errors="replace").splitlines()
    return next((int(line.split()[1]) for line in reversed(lines) if line.startswith("totals:")), 0)
