"""The smallest site under ``enfilade run``, on a port of its own, with a control socket."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CODE = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\\n"]
"""


@dataclass
class Hello:
    """The running site; ``process`` is its supervisor."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def children(self) -> dict[int, str]:
        """The supervisor's children and their states; ``Z`` is a zombie."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {int(child): _state(child) for child in listed}


@contextmanager
def hello(
    folder: Path, *arguments: str, code: str = CODE, environ: Mapping[str, str] = os.environ
) -> Iterator[Hello]:
    """Start it in *folder* with *arguments*, wait for it, and end it unless it has ended. *code*
    is another site."""
    (folder / "app.py").write_text(code)
    log = folder / "log"
    argv = [sys.executable, "-m", "enfilade", "run", "app:app", "--access-log=off"]
    argv += ["--bind=127.0.0.1:0", "--control=control", *arguments]
    with log.open("wb") as output:
        env = {**environ, "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(argv, cwd=folder, stderr=output, env=env)
    try:
        yield Hello(process, folder, _port(process, log))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            print(f"drained, exit status {process.wait(40)}")


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    while process.poll() is None:
        if "  Stop" in (text := log.read_text()) and (
            found := re.search(r"http://\S+:(\d+)", text)
        ):
            return int(found[1])
        time.sleep(0.02)
    raise RuntimeError(log.read_text())


def _state(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""
