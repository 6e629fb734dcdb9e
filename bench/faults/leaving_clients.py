"""F10: a hundred thousand clients leave at a random point of a request or of its answer. Every
iterable that the application has returned is closed exactly once, and nothing is left open."""

import argparse
import json
import os
import random
import socket
import struct
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from hello import Hello, hello
from soak import state

CODE = """
import io, json, threading

LOCK = threading.Lock()
COUNTS = {"returned": 0, "closed": 0, "closed again": 0, "unread": 0}

def count(name):
    with LOCK:
        COUNTS[name] += 1

class Closed:
    times = 0

    def close(self):
        self.times += 1
        count("closed" if self.times == 1 else "closed again")

class Pieces(Closed):
    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        return iter(self.pieces)

class File(Closed):
    def __init__(self):
        self.file = open(__file__, "rb")
        self.read = self.file.read
        self.fileno = self.file.fileno

    def close(self):
        self.file.close()
        super().close()

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/counts":
        with LOCK:
            body = json.dumps(COUNTS).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]
    try:
        while environ["wsgi.input"].read(65536):
            pass
    except OSError:
        count("unread")
    start_response("200 OK", [("Content-Type", "text/plain")])
    count("returned")
    if path == "/file":
        return environ["wsgi.file_wrapper"](File())
    return Pieces(*{"/": [b"hello"], "/none": []}.get(path, [b"x" * 20_000] * 20))
"""
GET = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /pieces HTTP/1.1\r\nHost: a\r\n"
REQUESTS = [
    *(GET % path for path in (b"/", b"/none", b"/file", b"/pieces")),
    GET % b"/pieces" + GET % b"/" + GET % b"/pieces",
    POST + b"Content-Length: 40000\r\n\r\n" + b"x" * 40_000,
    POST + b"Content-Length: 150000\r\n\r\n" + b"x" * 150_000,  # beyond the spool: read as it comes
    POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"x" * 4096 + b"\r\n0\r\n\r\n",
]
OPTIONS = ("--buffer-body=20000", "--spool-body=60000", "--threads=8")
RESET = struct.pack("ii", 1, 0)
THREADS = 4


def leave(port: int, random_: random.Random) -> None:
    """One client: it sends a part, or all, reads some, and leaves with a FIN or a reset."""
    source = f"127.0.0.{random_.randrange(2, 250)}"  # so that ports do not run out
    request = random_.choice(REQUESTS)
    with socket.create_connection(("127.0.0.1", port), 30, (source, 0)) as sock:
        if random_.random() < 0.5:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if random_.random() < 0.4:
            sock.sendall(request[: random_.randrange(1, len(request))])
            return
        sock.sendall(request)
        most = 390_000 if b"/pieces" in request else 100  # no more than comes on any of these
        wanted = min(most, random_.choice([0, 0, 1, 100, 5_000, 100_000, 390_000]))
        while wanted > 0 and (received := sock.recv(min(wanted, 65_536))):
            wanted -= len(received)


def leave_many(port: int, count: int, seed: int, failures: list[str]) -> None:
    random_ = random.Random(seed)
    for _ in range(count):
        try:
            leave(port, random_)
        except OSError as error:
            failures.append(str(error))


def counts(site: Hello) -> dict[str, int]:
    """What the application has counted, once it is at rest."""
    deadline = time.monotonic() + 40
    while True:
        with urllib.request.urlopen(site.url + "counts", timeout=30) as answer:
            result: dict[str, int] = json.load(answer)
        if result["closed"] >= result["returned"] or time.monotonic() > deadline:
            return result
        time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--plain", action="store_true", help="the plain build")
    options = parser.parse_args()
    if options.plain:
        os.environ["ENFILADE_PLAIN"] = "1"
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with hello(folder, *OPTIONS, code=CODE) as site:
            leave_many(site.port, 2_000, 0, failures)  # warm
            counts(site)
            time.sleep(1)
            before = state(site)
            share = options.clients // THREADS
            threads = [
                threading.Thread(target=leave_many, args=(site.port, share, seed, failures))
                for seed in range(1, THREADS + 1)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found = counts(site)
            time.sleep(1)
            after = state(site)
        complaints = (folder / "log").read_text().count("Traceback")
    print(f"{share * THREADS} clients left; {found}; {complaints} tracebacks")
    print(f"{before} before, {after} after; clients that could not leave: {failures[:3]}")
    once = found["returned"] == found["closed"] and not found["closed again"]
    flat = after.descriptors <= before.descriptors and after.threads <= before.threads
    sys.exit(not (once and flat) or bool(complaints or failures))


if __name__ == "__main__":
    main()
