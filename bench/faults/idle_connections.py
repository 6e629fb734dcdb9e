"""F12: ten thousand connections that were answered once and are kept; what each costs in memory,
and how long others wait meanwhile."""

import argparse
import resource
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hello import Hello, hello

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
ALLOWED = 2048
"""Bytes of memory for a connection."""

LONGEST_WAIT = 100
"""Milliseconds for 99 of 100 requests of others."""


def memory(site: Hello) -> int:
    """Resident bytes of the server and its workers, of which shared pages count once."""
    pids = [site.process.pid, *site.children()]
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return sum(int(text.partition("Pss:")[2].split()[0]) * 1024 for text in texts)


def asked(port: int) -> socket.socket:
    """A connection with one answer behind it."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    ask(sock)
    return sock


def ask(sock: socket.socket) -> float:
    """Milliseconds to the answer."""
    began = time.perf_counter()
    sock.sendall(REQUEST)
    received = sock.recv(4096)
    assert received.startswith(b"HTTP/1.1 200 "), received
    return (time.perf_counter() - began) * 1e3


def waits(port: int, seconds: float) -> list[float]:
    """How long one client waits that asks all the while, on a new connection each tenth time."""
    until, times = time.monotonic() + seconds, []
    while time.monotonic() < until:
        with asked(port) as sock:
            times += [ask(sock) for _ in range(10)]
    return times


def describe(times: list[float]) -> str:
    late = statistics.quantiles(times, n=100)[-1]
    return f"median {statistics.median(times):.2f}, p99 {late:.2f}, slowest {max(times):.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    room = ("--keep-alive=60", f"--limit-connections={options.clients + 100}")
    with tempfile.TemporaryDirectory() as folder, hello(Path(folder), *room) as site:
        print("without:", describe(waits(site.port, options.seconds)))
        before = memory(site)
        idle = [asked(site.port) for _ in range(options.clients)]
        each = (memory(site) - before) / len(idle)
        times = waits(site.port, options.seconds)
        print(f"with {len(idle)} idle ones:", describe(times))
        print(f"they cost {each:.0f} bytes each, and are all answered: {ask_all(idle)}")
        for sock in idle:
            sock.close()
    sys.exit(each > ALLOWED or statistics.quantiles(times, n=100)[-1] > LONGEST_WAIT)


def ask_all(sockets: list[socket.socket]) -> str:
    """Ask on each once more, which fails if one was closed."""
    return describe([ask(sock) for sock in sockets])


if __name__ == "__main__":
    main()
