"""F22: workers that were forked from one process are not each other's twins."""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

DRAWING = """
import json, os, random, secrets, uuid

def app(environ, start_response):
    drawn = {
        "pid": os.getpid(),
        "keys": [secrets.token_hex(16) for _ in range(100)],
        "random": random.random(),
        "uuid": str(uuid.uuid4()),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(drawn).encode()]
"""


def test_no_two_workers_draw_the_same(launch, tmp_path):
    (tmp_path / "drawing.py").write_text(DRAWING)
    server = launch("drawing:app", "--workers=4").wait_until_ready()
    answers = []
    for _ in range(4):  # the kernel would rather wake the same one again
        answers += [json.loads(server.get()) for _ in range(5)]
        last = answers[-1]["pid"]
        os.kill(last, signal.SIGKILL)
        server.until(lambda: last not in server.workers(), "it is dead")  # noqa: B023
    assert len({answer["pid"] for answer in answers}) >= 4
    keys = [key for answer in answers for key in answer["keys"]]
    assert len(set(keys)) == len(keys)
    for what in ("random", "uuid"):
        assert len({answer[what] for answer in answers}) == len(answers)


def sockets_of(pid):
    """The sockets that the process has, by the kernel's numbers."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(entry.readlink()))
    return {link for link in links if link.startswith("socket:")}


def test_workers_share_the_listener_and_no_other_socket(launch):
    server = launch("--workers=2").wait_until_ready()
    server.until(lambda: len(server.workers()) == 2, "both are there")
    first, second = server.workers()
    server.until(lambda: len(sockets_of(first) & sockets_of(second)) == 1, "they share one")
    assert sockets_of(first) & sockets_of(second) <= sockets_of(server.process.pid)
