"""F4: the server is told to stop while clients connect as fast as they can. Whoever was accepted,
or waits in the backlog, gets a whole answer; then connections are refused, and it exits with 0."""

import argparse
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from hello import Hello, hello

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Client(threading.Thread):
    """Asks on one connection after the other until it is refused."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self.answered = 0
        self.failures: list[str] = []

    def run(self) -> None:
        while True:
            try:
                sock = socket.create_connection(("127.0.0.1", self._port), 10)
            except ConnectionRefusedError:
                return
            except OSError as error:  # the kernel resets who it had not told of the end yet
                self.failures.append(f"connecting: {error}")
                return
            with sock:
                self._ask(sock)

    def _ask(self, sock: socket.socket) -> None:
        try:
            sock.sendall(REQUEST)
            answer = sock.makefile("rb").read()
        except OSError as error:
            self.failures.append(str(error))
            return
        if answer.endswith(b"\r\n\r\nhello\n"):
            self.answered += 1
        else:
            self.failures.append(f"the answer was {answer[:60]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    answered, failures, statuses = 0, [], []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder, hello(Path(folder), "--workers=2") as site:
            clients = [Client(site.port) for _ in range(options.clients)]
            statuses.append(_stop_under(site, clients))
        answered += sum(client.answered for client in clients)
        failures += [failure for client in clients for failure in client.failures]
    print(f"{answered} answers in {options.rounds} rounds, {len(failures)} failed: {failures[:5]}")
    print(f"exit statuses: {sorted(set(statuses))}")
    sys.exit(bool(failures) or any(statuses))


def _stop_under(site: Hello, clients: list[Client]) -> int:
    """The exit status of *site*, which is stopped while *clients* ask."""
    for client in clients:
        client.start()
    time.sleep(0.5)
    site.process.send_signal(signal.SIGTERM)
    status = site.process.wait(40)
    for client in clients:
        client.join()
    return status


if __name__ == "__main__":
    main()
