"""Sockets that a service manager has opened before it starts the server."""

import http.client
import os
import signal
import socket
import subprocess
import sys

import pytest

from enfilade.server.options import Options
from enfilade.server.processes.activation import Passed, take_passed, with_passed

# As systemd does: the sockets from 3 on, and the process id of who gets them.
LAUNCHER = """
import os, sys
descriptors, names, argv = sys.argv[1].split(","), sys.argv[2], sys.argv[3:]
copies = [os.dup(int(number)) for number in descriptors]
for target, copy in enumerate(copies, 3):
    os.dup2(copy, target)
    os.set_inheritable(target, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(copies)), LISTEN_FDNAMES=names)
os.execv(argv[0], argv)
"""


def test_serves_on_the_sockets_and_answers_metrics_on_the_one_of_that_name(tmp_path, write_app):
    write_app("one")
    with (
        socket.create_server(("127.0.0.1", 0)) as web,
        socket.create_server(("127.0.0.1", 0)) as metrics,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, f"{web.fileno()},{metrics.fileno()}", "web:metrics",
             sys.executable, "-P", "-m", "enfilade", "run", "app:app", "--bind=127.0.0.1:1"],
            cwd=tmp_path,
            pass_fds=[web.fileno(), metrics.fileno()],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert ask(web, "/").startswith("one ")  # which waits until it is served
            assert "enfilade_ready 1" in ask(metrics, "/metrics")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def ask(listener, path):
    connection = http.client.HTTPConnection(*listener.getsockname(), timeout=15)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_takes_only_what_is_meant_for_this_process():
    mine = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web", "A": "b"}
    assert take_passed(mine) == [Passed(3, "web"), Passed(4, "")]
    assert mine == {"A": "b"}
    assert take_passed({"LISTEN_PID": "1", "LISTEN_FDS": "2"}) == []
    assert take_passed({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "many"}) == []
    assert take_passed({}) == []


@pytest.mark.parametrize(
    ("bind", "passed", "expected"),
    [
        (("127.0.0.1:8000",), [], ("127.0.0.1:8000",)),
        (("127.0.0.1:8000",), [Passed(3, ""), Passed(4, "")], ("fd://3", "fd://4")),
        (("127.0.0.1:8000",), [Passed(3, "metrics")], ("127.0.0.1:8000",)),
        (("fd://3", ":8001"), [Passed(3, ""), Passed(4, "")], ("fd://3", ":8001")),
    ],
)
def test_passed_sockets_take_the_place_of_bind_unless_bind_names_them(bind, passed, expected):
    assert with_passed(Options(bind=bind), passed).bind == expected
