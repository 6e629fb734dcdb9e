"""Real servers for tests: ``launch`` starts ``python -m enfilade`` in a folder of its own."""

import http.client
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from patience import PATIENCE, until
from running import surroundings

APPLICATION = """
import os, time

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(0.5)
    body = f"{VERSION} {os.getpid()}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""


def alive(pid: int) -> bool:
    """Whether *pid* runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


class Server:
    """A started command: its process, what it wrote, and how to ask it."""

    until = staticmethod(until)
    alive = staticmethod(alive)

    def __init__(
        self,
        folder: Path,
        arguments: tuple[str, ...],
        environ: dict[str, str],
        stderr: int | None = None,
    ) -> None:
        self.folder = folder
        self.out, self.err = folder / "stdout.log", folder / "stderr.log"
        inherited = surroundings()
        # Most shells do not set it, and what is buffered may fail when Python ends.
        inherited.pop("PYTHONUNBUFFERED", None)
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                # -P, as for the installed command: the folder is not on the import path.
                [sys.executable, "-P", "-m", "enfilade", *arguments],
                cwd=folder,
                stdout=out,
                stderr=err if stderr is None else stderr,
                env=inherited | environ,
                start_new_session=True,
                pass_fds=[int(n) for a in arguments for n in re.findall(r"fd://(\d+)", a)],
            )

    @property
    def log(self) -> str:
        return self.err.read_text()

    @property
    def lines(self) -> list[str]:
        return self.out.read_text().splitlines()

    @property
    def port(self) -> int:
        match = re.search(r"http://\S+:(\d+)", self.log)
        assert match, self.log
        return int(match[1])

    def wait_until_ready(self) -> "Server":
        def ready() -> bool:
            assert self.process.poll() is None, self.log
            return "  Stop" in self.log

        until(ready, "the server is ready")
        return self

    def wait_for_log(self, text: str) -> None:
        until(lambda: text in self.log, lambda: f"{text!r} is logged in {self.log}")

    def wait(self) -> int:
        return self.process.wait(PATIENCE)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str = "/") -> str:
        """The body at *path*, over a connection of its own."""
        connection = self.connect()
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    @contextmanager
    def under_load(self, clients: int = 4) -> Iterator[list[Exception]]:
        """Have clients ask over and over, each on one connection as long as it is kept; what
        failed, which they never try again."""
        failures: list[Exception] = []
        over = threading.Event()

        def ask() -> None:
            connection = self.connect()
            try:
                while not over.is_set():
                    connection.request("GET", "/")
                    assert connection.getresponse().read()
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=ask) for _ in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield failures
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def reload(self) -> None:
        """Reload and wait until the first new worker serves."""
        before = self.log.count("reloaded in")
        self.send(signal.SIGHUP)
        until(lambda: self.log.count("reloaded in") > before, "it is reloaded")

    def workers(self) -> set[int]:
        """The pids of the supervisor's children, dead ones that nobody reaped included."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {int(child) for child in children}

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


@pytest.fixture
def write_app(tmp_path: Path) -> Callable[[str], None]:
    """Write app.py, whose answers begin with the given version."""

    def write(version: str) -> None:
        (tmp_path / "app.py").write_text(f"VERSION = {version!r}\n{APPLICATION}")

    return write


@pytest.fixture
def launch(tmp_path: Path, write_app: Callable[[str], None]) -> Iterator[Callable[..., Server]]:
    """Start ``enfilade COMMAND`` on a free port in a folder with an app.py (version one)."""
    servers: list[Server] = []
    write_app("one")

    def start(
        *arguments: str, command: str = "run", stderr: int | None = None, **environ: str
    ) -> Server:
        if not any(argument.startswith("--bind") for argument in arguments):
            arguments = ("--bind=127.0.0.1:0", *arguments)
        server = Server(tmp_path, (command, *arguments), environ, stderr)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.end()
