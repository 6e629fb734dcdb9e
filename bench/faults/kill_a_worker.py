"""F1: a worker is killed with SIGKILL a hundred times under load. Only the requests it had in
flight may fail, and another one serves in its place within a second."""

import argparse
import http.client
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from hello import Hello, hello

CODE = """
import os, time

def app(environ, start_response):
    body = b"%d" % os.getpid()
    time.sleep(0.001)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""
LONGEST = 1.0
"""Seconds until another worker answers."""


ON_ONE_CONNECTION = 200
"""Requests, after which a client connects anew, so that all workers have some."""


class Client(threading.Thread):
    """Asks again and again on a connection that it keeps; it never tries a request again."""

    def __init__(self, port: int, killed: dict[int, float]) -> None:
        super().__init__()
        self._port = port
        self._killed = killed
        self.over = False
        self.answered = self.lost = 0
        self.unexplained: list[str] = []

    def run(self) -> None:
        while not self.over:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            connected, worker = time.monotonic(), 0
            try:
                connection.connect()
                for _ in range(ON_ONE_CONNECTION):
                    if self.over:
                        break
                    connection.request("GET", "/")
                    worker = int(connection.getresponse().read())
                    self.answered += 1
            except (OSError, http.client.HTTPException) as error:
                self._judge(worker, connected, error)
            finally:
                connection.close()

    def _judge(self, worker: int, connected: float, error: Exception) -> None:
        """A connection is lost with its worker; before the first answer it may be any that was
        killed since."""
        if worker in self._killed or (not worker and connected < max(self._killed.values())):
            self.lost += 1
        else:
            self.unexplained.append(f"worker {worker}: {error!r}")


def kill(site: Hello, killed: dict[int, float]) -> float:
    """Kill the oldest worker; the seconds until one answers that was not there before."""
    before = [pid for pid, state in site.children().items() if state not in ("", "Z")]
    killed[before[0]] = began = time.monotonic()
    os.kill(before[0], signal.SIGKILL)
    while time.monotonic() < began + 10:
        with suppress(OSError, http.client.HTTPException):
            if who_answers(site.port) not in before:
                return time.monotonic() - began
        time.sleep(0.005)
    return 10.0


def who_answers(port: int) -> int:
    """The worker that answers on a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        return int(connection.getresponse().read())
    finally:
        connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between them")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--plain", action="store_true", help="the plain build")
    options = parser.parse_args()
    if options.plain:
        os.environ["ENFILADE_PLAIN"] = "1"
    killed: dict[int, float] = {}
    waits = []
    with (
        tempfile.TemporaryDirectory() as folder,
        hello(Path(folder), "--workers=2", code=CODE) as site,
    ):
        clients = [Client(site.port, killed) for _ in range(options.clients)]
        for client in clients:
            client.start()
        for _ in range(options.kills):
            time.sleep(options.pause)
            waits.append(kill(site, killed))
        for client in clients:
            client.over = True
        for client in clients:
            client.join()
        left = site.children()
    answered, lost = (
        sum(getattr(client, name) for client in clients) for name in ("answered", "lost")
    )
    unexplained = [text for client in clients for text in client.unexplained]
    print(f"{answered} answers, {len(killed)} kills, {lost} requests lost with their worker,")
    print(f"{len(unexplained)} others: {unexplained[:5]}")
    print(
        f"another one answered after {statistics.median(waits):.2f} s (median),"
        f" {max(waits):.2f} s at most; workers at the end: {left}"
    )
    whole = len(left) == 2 and "Z" not in left.values()
    sys.exit(
        bool(unexplained)
        or lost > options.kills * options.clients
        or not whole
        or max(waits) > LONGEST
    )


if __name__ == "__main__":
    main()
