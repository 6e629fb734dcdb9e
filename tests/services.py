"""PostgreSQL and Redis, each on a free loopback port with its files in a temporary folder."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from running import free_port, program

SECONDS_TO_START = 40
POSTGRESQL_FOLDERS = "/usr/lib/postgresql/*/bin"


@dataclass
class Service:
    """A server that a test may stop and start again on the same port."""

    argv: list[str]
    port: int
    url: str
    folder: Path
    user: str | None = None
    ready: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **_as(self.user)
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.argv[0]} said:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether it would answer a question now."""
        if self.ready:
            return subprocess.run(self.ready, capture_output=True).returncode == 0
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End it at once, as a crash would."""
        if self.process is not None:
            self.process.kill() if self.user is None else self.process.send_signal(3)
            self.process.wait()
            self.process = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep it, and the processes it has started, from running; their sockets stay open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)  # first, so that no child is born meanwhile
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        pids = [*map(int, children.split()), self.process.pid]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


def _as(user: str | None) -> dict[str, Any]:
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


@contextmanager
def _folder(user: str | None = None) -> Iterator[Path]:
    # Not pytest's folder, which nobody but its owner may enter: PostgreSQL never runs as root.
    folder = Path(tempfile.mkdtemp(prefix="enfilade-"))
    try:
        if user is not None:
            shutil.chown(folder, user, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server() -> Iterator[Service]:
    """A Redis without persistence; ``url`` is that of its database 0."""
    executable = program("redis-server")
    with _folder() as folder:
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        service = Service([executable, *options], port, f"redis://127.0.0.1:{port}/0", folder)
        service.start()
        try:
            yield service
        finally:
            service.stop()


@contextmanager
def postgresql_server() -> Iterator[Service]:
    """A PostgreSQL with an empty database; ``url`` is what ``DATABASE_URL`` takes."""
    path = os.pathsep.join(map(str, sorted(Path("/").glob(POSTGRESQL_FOLDERS[1:]), reverse=True)))
    found = shutil.which("initdb", path=path or None)
    executable = str(Path(found).parent / "postgres") if found else program("postgres")
    initdb = found or program("initdb")
    user = "postgres" if os.geteuid() == 0 else None
    with _folder(user) as folder:
        data, port = folder / "data", free_port()
        subprocess.run(
            [initdb, "-D", data, "-U", "enfilade", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            **_as(user),
        )
        options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
        url = f"postgresql://enfilade@127.0.0.1:{port}/postgres"
        ready = [str(Path(initdb).parent / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        argv = [executable, "-D", str(data), *options]
        service = Service(argv, port, url, folder, user, ready)
        service.start()
        try:
            yield service
        finally:
            service.stop()
