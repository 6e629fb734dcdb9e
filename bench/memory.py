"""What connections and uploads cost in memory, of the server and its workers together.

Kernel buffers are not in it; they are the same for every server.
"""

import resource
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from bench.contest import Ask, Contestant, Figures, NotMeasured, Run
from bench.serving import Serving, serving
from bench.verify import answer, check, connected

IDLE = 10_000
SPARE_DESCRIPTORS = 500
UPLOAD = 100 * 1024 * 1024
PIECE = bytes(65536)
MEGABYTE = 1024 * 1024


def idle_connections(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """Bytes for each connection that was answered once and is kept.

    Raises:
        NotMeasured: the process may not open as many files.
    """
    _allow_descriptors(IDLE + SPARE_DESCRIPTORS)
    with serving(contestant, run) as server, ExitStack() as open_sockets:
        check(server.port, ask)
        before = _memory(server)
        kept = [open_sockets.enter_context(connected(server.port)) for _ in range(IDLE)]
        for sock in kept:
            answer(sock, ask)
        time.sleep(0.5)  # what is freed late is freed
        after = _memory(server)
        closed = sum(_is_closed(sock) for sock in kept)
        if closed:
            raise NotMeasured(f"{closed} of {IDLE} idle connections were closed")
        return {"bytes a connection": (after - before) / IDLE, "idle MB": before / MEGABYTE}


def upload(contestant: Contestant, ask: Ask, run: Run) -> Figures:
    """The peak of resident memory while 100 MB are uploaded, in MB above that of an idle server."""
    with serving(contestant, run) as server:
        check(server.port, ask)
        _forget_peaks(server)
        idle = server.bytes_of("VmRSS")
        began = time.perf_counter()
        _send_upload(server.port)
        seconds = time.perf_counter() - began
        return {
            "peak MB over idle": (server.bytes_of("VmHWM") - idle) / MEGABYTE,
            "idle MB": idle / MEGABYTE,
            "seconds": seconds,
        }


def _allow_descriptors(number: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        raise NotMeasured(f"the limit of open files is {hard} (ulimit -Hn); {number} are needed")
    if soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


def _memory(server: Serving) -> int:
    """Resident bytes, of which shared pages count once (proc_pid_smaps_rollup)."""
    return server.bytes_of("Pss", "smaps_rollup")


def _is_closed(sock: socket.socket) -> bool:
    sock.setblocking(False)
    try:
        return sock.recv(1) == b""
    except BlockingIOError:
        return False


def _forget_peaks(server: Serving) -> None:
    for pid in server.pids():
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # resets VmHWM


def _send_upload(port: int) -> None:
    head = f"POST /upload HTTP/1.1\r\nHost: example.org\r\nContent-Length: {UPLOAD}\r\n"
    head += "Content-Type: application/octet-stream\r\nConnection: close\r\n\r\n"
    with connected(port) as sock:
        sock.sendall(head.encode("ascii"))
        for _ in range(UPLOAD // len(PIECE)):
            sock.sendall(PIECE)
        received = b"".join(iter(lambda: sock.recv(65536), b""))
    if not received.startswith(b"HTTP/1.1 200 ") or not received.endswith(b"%d" % UPLOAD):
        raise NotMeasured(f"the upload was answered with {received[:80]!r}")
