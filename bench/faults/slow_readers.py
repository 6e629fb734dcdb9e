"""F15: a thousand readers take a kilobyte a second of a file of ten megabytes; what that costs in
memory, and how long others wait meanwhile."""

import argparse
import os
import resource
import socket
import sys
import tempfile
import time
from pathlib import Path

from demo import Demo, demo, until
from stalled_heads import answer_times, describe

SIZE = 10_000_000
ALLOWED = 128
"""KiB of memory for a reader."""


def memory(site: Demo) -> int:
    """KiB that are resident in all workers."""
    total = 0
    for worker in site.workers():
        status = Path(f"/proc/{worker}/status").read_text()
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total


def open_reader(port: int) -> socket.socket:
    """A client that has asked for the file and takes little of it at a time."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.sendall(b"GET /films/film HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return sock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "film").write_bytes(os.urandom(SIZE))
        with demo("--static", f"/films={folder}") as site:
            print("without:", describe(answer_times(site.url, 100)))
            before = memory(site)
            readers = [open_reader(site.port) for _ in range(options.clients)]
            start, times, received = time.monotonic(), [], 0
            for second in range(options.seconds):
                received += sum(len(sock.recv(1024)) for sock in readers)
                times += answer_times(site.url, 10)
                until(start + second + 1)
            each = (memory(site) - before) / len(readers)
            print(f"with {len(readers)} readers:", describe(times))
            print(f"they have received {received / len(readers) / 1e3:.1f} kB each,")
            print(f"and cost {each:.1f} KiB of memory each")
            for sock in readers:
                sock.close()
    sys.exit(each > ALLOWED or max(times) > 1000)


if __name__ == "__main__":
    main()
