"""F9, F10 and F12: mixed requests for a long time, clients that leave midway, and thousands that
rest; what that leaves in memory, descriptors and threads."""

import argparse
import random
import resource
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hello import Hello, hello

CODE = """
def body(size):
    for _ in range(size // 1000):
        yield b"x" * 1000

def app(environ, start_response):
    received = len(environ["wsgi.input"].read())
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Received", str(received))])
    if path == "/whole":
        return [b"x" * 100_000]
    return body(100_000) if path == "/pieces" else [b"hello"]
"""
REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /whole HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /pieces HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" + b"x" * 40000,
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
]
WEIGHTS = [20, 1, 1, 3, 1, 1]
SLOPE = 1024
"""KiB that a million requests may add."""


@dataclass
class State:
    """What the workers hold; ``memory`` is in KiB."""

    memory: int
    descriptors: int
    threads: int


def state(site: Hello) -> State:
    memory = descriptors = threads = 0
    for pid in site.children():
        status = Path(f"/proc/{pid}/status").read_text()
        memory += int(status.partition("VmRSS:")[2].split()[0])
        threads += int(status.partition("Threads:")[2].split()[0])
        descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return State(memory, descriptors, threads)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_answers(sock: socket.socket, count: int) -> None:
    """Read *count* answers; their ends are told by how they are framed."""
    stream = sock.makefile("rb")
    for _ in range(count):
        status = stream.readline()
        assert status.startswith(b"HTTP/1.1 200"), status
        fields = {}
        while (line := stream.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
        if b"content-length" in fields:
            stream.read(int(fields[b"content-length"]))
        else:
            while size := int(stream.readline(), 16):
                stream.read(size + 2)
            stream.readline()


def soak(site: Hello, count: int, random_: random.Random) -> None:
    """*count* requests, some of them in one piece, on connections of a few each."""
    while count > 0:
        with connect(site.port) as sock:
            for _ in range(5):
                batch = random_.choices(REQUESTS, WEIGHTS, k=random_.choice([1, 1, 1, 8]))
                sock.sendall(b"".join(batch))
                read_answers(sock, len(batch))
                count -= len(batch)


def disconnect(site: Hello, count: int, random_: random.Random) -> None:
    """*count* clients that reset the connection midway, up or down."""
    for _ in range(count):
        sock = connect(site.port)
        request = random_.choice(REQUESTS)
        sock.sendall(request[: random_.randrange(1, len(request) + 1)])
        if random_.random() < 0.3:
            sock.sendall(random_.choice(REQUESTS[:3]))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()


def rest(site: Hello, count: int) -> float:
    """KiB that each of *count* connections costs which has had an answer and rests."""
    before = state(site).memory
    socks = [connect(site.port) for _ in range(count)]
    for sock in socks:
        sock.sendall(REQUESTS[0])
    for sock in socks:
        sock.recv(1000)
    each = (state(site).memory - before) / count
    for sock in socks:
        sock.close()
    return each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--disconnects", type=int, default=100_000)
    parser.add_argument("--idle", type=int, default=10_000)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    random_ = random.Random(9)
    with (
        tempfile.TemporaryDirectory() as folder,
        hello(Path(folder), "--limit-connections=20000", "--keep-alive=600", code=CODE) as site,
    ):
        # Warm: buffers are kept, and the heap has its size, also for connections in trouble.
        soak(site, max(10_000, options.requests // 10), random_)
        disconnect(site, 20_000, random_)
        warm = state(site)
        soak(site, options.requests, random_)
        after = state(site)
        slope = (after.memory - warm.memory) * 1_000_000 / options.requests
        print(
            f"{options.requests} requests: {slope:.0f} KiB a million; {warm} before, {after} after"
        )
        disconnect(site, options.disconnects, random_)
        time.sleep(5)
        left = state(site)
        print(f"{options.disconnects} clients that left midway: {left}")
        each = rest(site, options.idle) if options.idle else 0.0
        print(f"{options.idle} connections that rest: {each:.2f} KiB each")
    flat = left.descriptors <= warm.descriptors and left.threads <= warm.threads
    sys.exit(not flat or (options.requests >= 1_000_000 and slope > SLOPE) or each > 10)


if __name__ == "__main__":
    main()
