"""The demo newspaper under ``enfilade run``, and ``wrk`` in front of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

GAZETTE = Path(__file__).parents[2] / "examples" / "gazette"


@dataclass
class Demo:
    """The running demo; ``process`` is its supervisor."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The process ids of the workers that are there now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]


@contextmanager
def demo(*arguments: str) -> Iterator[Demo]:
    """Start the demo with *arguments* to ``enfilade run``, wait for it, drain it afterwards."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as sock:
        sock.set_inheritable(True)
        log = Path(folder) / "log"
        env = {
            **os.environ,
            "GAZETTE_DATABASE": f"{folder}/gazette.sqlite3",
            "GAZETTE_MEDIA": f"{folder}/media",
        }
        argv = [sys.executable, "-m", "enfilade", "run", "gazette.wsgi:application"]
        argv += ["--bind", f"fd://{sock.fileno()}", "--access-log", "off", *arguments]
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv, cwd=GAZETTE, env=env, pass_fds=[sock.fileno()], stdout=output, stderr=output
            )
        it = Demo(process, f"http://127.0.0.1:{sock.getsockname()[1]}", log)
        try:
            urllib.request.urlopen(it.url, timeout=30).read()
            yield it
        finally:
            process.send_signal(signal.SIGTERM)
            print(f"drained, exit status {process.wait(40)}")


@dataclass
class Load:
    """What ``wrk`` saw."""

    requests: int
    failed: int
    text: str


@contextmanager
def load(
    url: str, seconds: int, connections: int = 32, script: Path | None = None
) -> Iterator[list[Load]]:
    """Run ``wrk`` beside the block, with a Lua *script* of its requests; the list has its result
    afterwards."""
    argv = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    argv += [*(("-s", str(script)) if script else ()), url]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    result: list[Load] = []
    try:
        yield result
    finally:
        text = process.communicate(timeout=seconds + 30)[0]
        result.append(Load(_number(r"(\d+) requests in", text), _failures(text), text))


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0


def _failures(text: str) -> int:
    kinds = ("connect", "read", "write", "timeout")
    failed = sum(_number(rf"Socket errors:.*{kind} (\d+)", text) for kind in kinds)
    return failed + _number(r"Non-2xx or 3xx responses: (\d+)", text)


def until(moment: float) -> None:
    """Sleep until *moment* of :func:`time.monotonic`."""
    time.sleep(max(0.0, moment - time.monotonic()))
