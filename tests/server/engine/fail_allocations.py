"""Serve real requests while each allocation of the server's threads fails in its turn;
test_failed_allocations.py runs this with failing_malloc.c loaded."""

import argparse
import ctypes
import logging
import os
import re
import socket
import sys
import threading
import time
from pathlib import Path

from enfilade.gateway import _environ
from enfilade.gateway.file_wrapper import FileWrapper
from enfilade.protocol import _head, _response
from enfilade.server.engine import _engine
from enfilade.server.engine.loop import CompiledLoop
from enfilade.server.options import Options
from enfilade.server.recorder import Recorder, Rings

PARTS = (_engine, _head, _response, _environ)
PATIENCE = 5.0
THREADS = 2
PIECE = b"x" * 100_000
TOKEN = "a token that is long".replace(" ", "-")
HELLO = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

memory = ctypes.CDLL(None)


# What is asked -------------------------------------------------------------------------------


def application(environ, start_response):
    path = environ["PATH_INFO"]
    body = environ["wsgi.input"].read()
    if path == "/raise":
        raise ValueError(path)
    if path == "/hang":
        let_go.wait(PATIENCE)
    start_response("200 OK", [("X-Long", "y" * 1000)])
    if path == "/large":
        return [PIECE * 10]
    if path == "/pieces":
        return (PIECE for _ in range(10))
    if path == "/file":
        return FileWrapper(open(__file__, "rb"), 8192)
    return [path.encode(), body]


def get(path, *fields):
    return b"\r\n".join((b"GET %b HTTP/1.1" % path, b"Host: a", *fields, b"", b""))


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + b"z" * 900
LAST = b"Connection: close"
VISITS = {
    "simple": [get(b"/", LAST)],
    "kept alive": [get(b"/"), BODY, get(b"/", b"X-Forwarded-For: 192.0.2.1", LAST)],
    "pipelined": [BODY + get(b"/large") + get(b"/pieces", LAST)],
    "a file": [get(b"/file", LAST)],
    "an exception": [get(b"/raise", LAST)],
    "nonsense": [b"nonsense\r\n\r\n"],
    "there and back": [CHUNKED, get(b"/"), CHUNKED, get(b"/", LAST)],
    "too slow": [get(b"/hang", LAST)],
    "asked for": [get(b"/", b"Enfilade-Trace: " + TOKEN.encode(), LAST)],
}
PLAIN = ("there and back", "too slow", "asked for")
"""What the plain loop has a part in, in Python, which needs memory for all it does."""


def visit(address, pieces):
    """Send each piece when something has come back for the one before; the status that came last,
    0 if the connection ended without any. Ends with an error if neither comes in time."""
    received = b""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sock.settimeout(PATIENCE)
        sock.connect(address)
        try:
            for piece in pieces:
                sock.sendall(piece)
                received += sock.recv(1 << 16)
            while data := sock.recv(1 << 16):
                received += data
        except ConnectionError:
            pass
    statuses = re.findall(rb"HTTP/1.1 (\d\d\d)", received)
    return int(statuses[-1]) if statuses else 0


# What is held --------------------------------------------------------------------------------


def count_held():
    """How many descriptors are open when all threads of the engine are there, which have one each;
    one that had no memory begins anew a little later."""
    deadline = time.monotonic() + PATIENCE
    while True:
        names = [name for name in map(readlink, Path("/proc/self/fd").iterdir()) if name]
        if sum(name.endswith("/stat") for name in names) == THREADS + 1:
            return len(names)
        assert time.monotonic() < deadline, "a thread is missing, or too many"
        time.sleep(0.001)


def readlink(path):
    """What a descriptor is of; nothing of one that has just been closed."""
    try:
        return os.readlink(path)
    except OSError:
        return ""


def settle(held):
    """Wait until no more descriptors than *held* are open."""
    deadline = time.monotonic() + PATIENCE
    while count_held() > held:
        assert time.monotonic() < deadline, "descriptors are left open"
        time.sleep(0.001)


def count_parts():
    """Count only what the compiled parts themselves ask of malloc(3)."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, *_, path = line.split()
        if "x" in rights and path in {part.__file__ for part in PARTS}:
            memory.count_range(*(ctypes.c_size_t(int(each, 16)) for each in addresses.split("-")))


def check(address, name, width, step):
    """Have *width* allocations fail from the first on, then from the next, and so on."""
    held = count_held()
    for number in range(1, 100_000, step):
        memory.fail_from(ctypes.c_long(number), ctypes.c_long(width))
        try:
            status = visit(address, VISITS[name])
            seen = memory.fail_none()
            assert visit(address, [HELLO]) == 200, "the next request is not served"
            settle(held)
        except (AssertionError, TimeoutError) as error:
            sys.exit(f"{name}: {width} from {number} on: {error!r}")
        finally:
            memory.fail_none()
        if seen < number:
            return number - 1, status
    return 0, 0


def check_all(address, options):
    memory.spare_this_thread()
    for pieces in VISITS.values():
        visit(address, pieces)  # what is made once is there then
    if options.parts:
        count_parts()
    for name in VISITS:
        if name not in PLAIN or options.parts:
            failed, status = check(address, name, options.width, options.step)
            print(f"{name}: {failed} failed one by one, then {status}", flush=True)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--parts", action="store_true", help="only what is asked for in C")
parser.add_argument("--width", type=int, default=1, help="so many fail together")
parser.add_argument("--step", type=int, default=1)
options = parser.parse_args()
let_go = threading.Event()
memory.spare_this_thread()
sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - to the end of the process
logging.basicConfig(stream=sys.stderr)
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
listener.setblocking(False)
terms = Options(threads=THREADS, application_timeout=0.2, trace_token=TOKEN)
recorder = Recorder(Rings(1, 8).ring(0), terms)
loop = CompiledLoop([listener], application, terms, access=lambda record: None, recorder=recorder)


def play():
    global verdict
    try:
        check_all(listener.getsockname(), options)
        verdict = 0
    except SystemExit as error:
        verdict = error.code
    except BaseException as error:
        verdict = repr(error)
    os.write(1, f"{verdict or 'all is well'}\n".encode())
    os._exit(bool(verdict))


threading.Thread(target=play, daemon=True).start()
loop.run()
