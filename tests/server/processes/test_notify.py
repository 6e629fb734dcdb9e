"""systemd's side of the conversation, played by a socket."""

import os
import re
import signal
import socket
import time
from types import SimpleNamespace

import pytest

from enfilade.server.processes.notify import Notifier, take_notifier


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(15)
        yield sock


def heard(manager, line):
    """The lines of the next message that has one that begins with *line*."""
    while True:
        lines = manager.recv(4096).decode().splitlines()
        if any(each.startswith(line) for each in lines):
            return lines


def test_tells_that_the_server_is_ready_reloads_and_stops(launch, manager, write_app):
    server = launch(NOTIFY_SOCKET=manager.getsockname())
    ready = heard(manager, "READY=1")
    assert f"MAINPID={server.process.pid}" in ready
    assert "STATUS=0 requests answered; 1 worker, generation 0" in ready
    assert server.wait_until_ready().get().startswith("one ")

    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    server.send(signal.SIGHUP)
    reloading = heard(manager, "RELOADING=1")
    moment = int(re.search(r"MONOTONIC_USEC=(\d+)", "\n".join(reloading))[1])
    assert before <= moment <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert "generation 1" in heard(manager, "READY=1")[-1]

    server.send(signal.SIGTERM)
    assert "STATUS=Finishing what is under way" in heard(manager, "STOPPING=1")
    assert server.wait() == 0


@pytest.mark.slow
def test_is_ready_again_when_a_reload_has_failed_and_says_so(launch, manager, tmp_path):
    server = launch(NOTIFY_SOCKET=manager.getsockname())
    heard(manager, "READY=1")
    (tmp_path / "app.py").write_text("1 / 0\n")
    server.send(signal.SIGHUP)
    heard(manager, "RELOADING=1")
    status = heard(manager, "READY=1")[-1]
    assert status.startswith("STATUS=Not reloaded: The new code does not start: worker ")


def test_says_that_it_stops_during_the_drain_delay(launch, manager):
    server = launch("--drain-delay=0.2", NOTIFY_SOCKET=manager.getsockname())
    heard(manager, "READY=1")
    server.send(signal.SIGTERM)
    assert heard(manager, "STOPPING=1")[1].startswith("STATUS=Serving on")
    assert heard(manager, "STOPPING=1")[1].startswith("STATUS=Finishing")
    assert server.wait() == 0


@pytest.mark.slow
def test_feeds_the_watchdog_at_twice_the_pace_it_asks_for(launch, manager):
    launch(NOTIFY_SOCKET=manager.getsockname(), WATCHDOG_USEC="200000")
    heard(manager, "READY=1")
    for _ in range(4):
        manager.settimeout(5)
        heard(manager, "WATCHDOG=1")


def test_keeps_what_is_meant_for_it_from_what_the_application_starts():
    environ = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1", "A": "b"}
    notifier = take_notifier(None, environ)
    assert environ == {"A": "b"}
    assert notifier.on_turn(time.monotonic()) == float("inf")  # another process is watched
    notifier.on_forked()
    assert take_notifier(None, {}) is None
    assert take_notifier(None, {"NOTIFY_SOCKET": "vsock:2:1234"}) is None


def test_an_abstract_address_and_a_manager_that_has_gone_are_fine():
    name = f"enfilade-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        sock.settimeout(5)
        notifier = Notifier(SimpleNamespace(), f"@{name}", 0)
        notifier.on_stopping()
        assert sock.recv(100).startswith(b"STOPPING=1")
    notifier.on_stopping()
    notifier.on_forked()
