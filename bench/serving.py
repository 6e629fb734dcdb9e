"""A server under measurement: pinned to its core, waited for, looked at, and ended by its id."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.contest import Contestant, NotMeasured, Place, Run
from bench.environments import programs

SITES = Path(__file__).parent / "sites"
SECONDS_TO_START = 60.0
SECONDS_TO_END = 15.0
TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Serving:
    """A running server; with its workers where it has any."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def pids(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:  # grows while it is walked
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        return found

    def cpu_seconds(self) -> float:
        """User and system time that the processes have taken so far (proc_pid_stat(5))."""
        ticks = 0
        for pid in self.pids():
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
        return ticks * TICK

    def bytes_of(self, entry: str, file: str = "status") -> int:
        """The sum of one line such as ``VmHWM`` of ``/proc/PID/status`` over the processes."""
        total = 0
        for pid in self.pids():
            for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
                if line.startswith(f"{entry}:"):
                    total += int(line.split()[1]) * 1024
        return total


def pinned(core: int, argv: list[str]) -> list[str]:
    return ["taskset", "-c", str(core), *argv]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextmanager
def serving(contestant: Contestant, run: Run, wrapper: tuple[str, ...] = ()) -> Iterator[Serving]:
    """Start the contestant, wait until it answers, and end it with SIGTERM afterwards.

    *wrapper* is a program that is given its command line, such as valgrind.

    Raises:
        NotMeasured: it cannot be installed, or ended instead of answering.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, port = Path(name), free_port()
        argv = [*wrapper, *command(contestant, run, folder, port)]
        server = Serving(start(pinned(run.server_core, argv), folder), port, folder / "log")
        try:
            _wait_until_it_answers(server, SECONDS_TO_START * (10 if wrapper else 1))
            yield server
        finally:
            end(server.process)


def command(contestant: Contestant, run: Run, folder: Path, port: int) -> list[str]:
    """The command line of the contestant; what it writes goes to *folder*."""
    return contestant.server.command(
        Place(
            programs=programs_of(contestant, run),
            port=port,
            folder=folder,
            application=contestant.application,
            threads=contestant.threads,
            more=contestant.more,
        )
    )


def programs_of(contestant: Contestant, run: Run) -> Path:
    """Where the contestant's interpreter and programs are; nothing for one of the system."""
    environment = contestant.server.environment
    if environment == "enfilade" and run.python:
        return run.python.parent
    return programs(environment) if environment else Path()


def start(argv: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a server in *folder*; what it prints goes to the file ``log`` there."""
    # The hash seed decides how dictionaries collide, which is worth some per cent.
    env = {**os.environ, "PYTHONPATH": str(SITES), "PYTHONHASHSEED": "0"}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL for who does not hear it."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_it_answers(server: Serving, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise NotMeasured(f"it ended at once, saying: {_last_line(server.log)}")
        if answers(server.port, seconds):
            return
        time.sleep(0.02)
    raise NotMeasured(f"it did not answer within {seconds:g} s")


def answers(port: int, timeout: float) -> bool:
    """Whether a server on *port* answers a request, whatever it says."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
            return sock.recv(1) != b""
    except OSError:
        return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
