"""F18: one view hangs, first so that other threads can go on, then in C code that keeps the
interpreter's lock. Who asked for it is told or cut off in time, neighbours are answered, the
stacks are in the log, and the worker is replaced."""

import argparse
import http.client
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from hello import Hello, hello

HANGING = """
import ctypes, select

def app(environ, start_response):
    if environ["PATH_INFO"] == "/waits":
        select.select([], [], [], 600)
    if environ["PATH_INFO"] == "/keeps":
        ctypes.PyDLL(None).sleep(600)  # a PyDLL keeps the lock
    if environ["PATH_INFO"] == "/neighbour":
        select.select([], [], [], 1.5)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "6")])
    return [b"hello\\n"]
"""

DEADLINE = 2.0


def ask(port: int, path: str) -> tuple[int, float]:
    """The status, 0 if there was none, and after how many seconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status, time.monotonic() - began
    except (OSError, http.client.HTTPException):
        return 0, time.monotonic() - began
    finally:
        connection.close()


def hang(site: Hello, path: str) -> tuple[int, float, int]:
    """What who asks for *path* gets, when, and how many neighbours of that time failed."""
    failed: list[int] = []
    neighbours = [
        threading.Thread(target=lambda: failed.append(ask(site.port, "/neighbour")[0] != 200))
        for _ in range(4)
    ]
    for neighbour in neighbours:
        neighbour.start()
    time.sleep(0.3)
    status, seconds = ask(site.port, path)
    for neighbour in neighbours:
        neighbour.join()
    return status, seconds, sum(failed)


def replaced(site: Hello, before: set[int]) -> bool:
    """Whether none of the workers of *before* is left, within 20 seconds."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        now = {pid for pid, state in site.children().items() if state not in ("", "Z")}
        if now and not now & before:
            return True
        time.sleep(0.05)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain", action="store_true", help="the plain build")
    if parser.parse_args().plain:
        os.environ["ENFILADE_PLAIN"] = "1"
    good = True
    for path, expected in (("/waits", 504), ("/keeps", 0)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            options = (f"--application-timeout={DEADLINE}", "--grace=10")
            with hello(folder, *options, code=HANGING) as site:
                before = set(site.children())
                status, seconds, failed = hang(site, path)
                gone = replaced(site, before)
                answered = ask(site.port, "/")[0]
            log = (folder / "log").read_text()
        print(f"{path}: {status or 'cut off'} after {seconds:.1f} s, {failed} neighbours failed,")
        print(f"  worker replaced: {gone}, and then {answered}; in the stacks: {'app.py' in log}")
        good &= status == expected and gone and answered == 200 and "app.py" in log
        good &= path == "/keeps" or not failed  # who shares a process that is ended is lost with it
    sys.exit(not good)


if __name__ == "__main__":
    main()
