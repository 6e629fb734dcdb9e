"""Programs under test: started on a free loopback port, waited for, and ended by their id."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SECONDS_TO_START = 40


def surroundings() -> dict[str, str]:
    """This process's environment without Enfilade's settings, but with the build under test."""
    return {
        name: text
        for name, text in os.environ.items()
        if name == "ENFILADE_PLAIN" or not name.startswith("ENFILADE_")
    }


def listener() -> socket.socket:
    """A listening socket on a free port, for a child to inherit."""
    sock = socket.create_server(("127.0.0.1", 0), backlog=128)
    sock.set_inheritable(True)
    return sock


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def program(name: str) -> str:
    """The path of a program; skips the test without it, or fails where services are required."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if found:
        return found
    if os.environ.get("ENFILADE_REQUIRE_SERVICES"):
        pytest.fail(f"{name} is required here and not installed")
    pytest.skip(f"{name} is not installed")


@dataclass
class Running:
    """A running program and where it listens."""

    process: subprocess.Popen[str]
    port: int
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.output.read_text(errors="replace")


@contextmanager
def running(
    argv: Sequence[str],
    port: int,
    output: Path,
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> Iterator[Running]:
    """Start *argv*, wait until its port answers HTTP, and end it with SIGTERM afterwards.

    What it prints goes to the file *output*.
    """
    with output.open("w") as stream:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            pass_fds=pass_fds,
            text=True,
        )
    program = Running(process, port, output)
    try:
        _wait_until_it_answers(program)
        yield program
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(program: Running) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if program.process.poll() is not None:
            raise AssertionError(f"it ended at once, saying:\n{program.log}")
        try:
            with socket.create_connection(("127.0.0.1", program.port), 1) as sock:
                sock.settimeout(2)
                sock.sendall(
                    b"GET /-/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                if sock.recv(1):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"it did not answer within {SECONDS_TO_START} s, saying:\n{program.log}")


@contextmanager
def enfilade_run(
    *arguments: str, output: Path, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[Running]:
    """``enfilade run`` with these arguments on a socket that it inherits."""
    with listener() as sock:
        port, number = sock.getsockname()[1], sock.fileno()
        argv = [sys.executable, "-m", "enfilade", "run", *arguments, "--bind", f"fd://{number}"]
        with running(argv, port, output, cwd=cwd, env=env, pass_fds=[number]) as program:
            yield program
