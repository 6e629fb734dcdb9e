"""Requests that were under way when their worker died are kept by the supervisor."""

import http.client
import os
import signal
import threading

import pytest

from enfilade.build import COMPILED
from enfilade.server.control import controlling

APPLICATION = """
import os, time

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/stuck":
        time.sleep(60)
    length = "10" if path == "/half" else str(len(str(os.getpid())))
    start_response("200 OK", [("Content-Length", length)])
    if path == "/half":
        yield b"half "
        time.sleep(60)
    yield str(os.getpid()).encode()
"""

ASYNCHRONOUS = """
import asyncio

async def app(scope, receive, send):
    if scope["type"] == "http":
        await asyncio.sleep(60)
"""


@pytest.fixture
def start(launch, tmp_path):
    """Start a server with one worker, in either build."""
    (tmp_path / "app.py").write_text(APPLICATION)

    def started(*arguments, build="plain", **environ):
        if build == "compiled" and not COMPILED:
            pytest.skip("this is the plain build")
        control = f"--control={tmp_path / 'control'}"
        plain = "1" * (build == "plain")
        return launch("app:app", control, *arguments, ENFILADE_PLAIN=plain).wait_until_ready()

    return started


@pytest.fixture
def ask(tmp_path):
    """Ask the server for something over its control socket."""

    def answer(command, **details):
        with controlling(str(tmp_path / "control")) as control:
            return control.ask(command, **details)

    return answer


def lost(ask):
    return ask("requests", why="lost")["requests"]


def begin(server, *targets):
    """Ask for *targets* and do not wait for the answers."""

    def get(target):
        connection = server.connect()
        try:
            connection.request("GET", target)
            connection.getresponse().read()
        except (http.client.HTTPException, OSError):
            pass  # nobody answers
        finally:
            connection.close()

    for target in targets:
        threading.Thread(target=get, args=(target,), daemon=True).start()


def wait_for(server, ask, count, phase="application"):
    def busy():
        phases = [each["phase"] for each in ask("top")["activities"]]
        return len(phases) == count and phase in phases

    server.until(busy, f"{count} are under way")


@pytest.mark.parametrize("build", ["compiled", "plain"])
def test_requests_that_die_with_their_worker_are_kept(start, ask, build):
    server = start("--workers=1", build=build)
    pid = int(server.get())
    begin(server, "/stuck?page=2&password=hunter2", "/half")
    wait_for(server, ask, 2, "sending")
    os.kill(pid, signal.SIGKILL)
    server.wait_for_log(f"2 requests were lost with worker {pid}; see enfilade requests --why lost")
    stuck, half = sorted(lost(ask), key=lambda entry: entry["path"], reverse=True)
    assert (stuck["method"], stuck["path"], stuck["status"]) == ("GET", "/stuck", 0)
    assert stuck["query"].startswith("page=2&password=")
    assert "hunter2" not in str(stuck)
    assert "hunter2" not in server.log
    assert stuck["pid"] == half["pid"] == pid
    assert stuck["error"] == "the worker was killed by SIGKILL, in the application"
    assert half["error"].endswith("with a part of the answer sent")
    assert stuck["duration"] > 0
    server.until(lambda: server.get() != str(pid), "another one serves")
    assert len(lost(ask)) == 2


def test_requests_of_a_worker_that_does_not_finish_in_time_are_kept(start, ask):
    server = start("--workers=1", "--grace=0.5")
    begin(server, "/stuck")
    wait_for(server, ask, 1)
    server.reload()
    server.wait_for_log("1 request was lost with worker")
    (entry,) = lost(ask)
    assert "SIGABRT" in entry["error"]


def test_nothing_is_lost_with_a_worker_that_finishes(start, ask):
    server = start("--workers=1")
    pid = int(server.get())
    server.reload()
    server.until(lambda: not server.alive(pid), "it has gone")
    server.until(lambda: server.get() != str(pid), "another one serves")
    assert lost(ask) == []
    assert "lost with worker" not in server.log


@pytest.mark.parametrize("build", ["compiled", "plain"])
def test_what_was_answered_with_504_is_not_told_again_as_lost(start, ask, build):
    server = start("--workers=1", "--application-timeout=0.5", build=build)
    pid = int(server.get())
    begin(server, "/half", "/stuck")
    server.until(lambda: ask("requests", status="504")["requests"], "one is answered with 504")
    activities = [each for each in ask("top")["activities"] if each["worker"] == pid]
    assert sorted(each["target"] for each in activities) == ["/half", "/stuck"]
    os.kill(pid, signal.SIGKILL)
    server.wait_for_log(f"1 request was lost with worker {pid}")
    assert [entry["path"] for entry in lost(ask)] == ["/half"]


@pytest.mark.slow
def test_requests_of_a_worker_that_hangs_are_kept(start, ask, tmp_path):
    (tmp_path / "app.py").write_text(
        "import os, signal, time\n"
        "def app(environ, start_response):\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
        "    time.sleep(60)  # the main thread gets the signal, and this one goes on till then\n"
        "    start_response('200 OK', [])\n"
        "    return []\n"
    )
    server = start("--workers=1", "--application-timeout=1")
    begin(server, "/hang?token=hunter2")
    server.wait_for_log("1 request was lost with worker")
    (entry,) = lost(ask)
    assert entry["path"] == "/hang"
    assert "hunter2" not in server.log


def test_requests_under_asgi_are_kept_too(start, ask, tmp_path):
    (tmp_path / "app.py").write_text(ASYNCHRONOUS)
    server = start("--workers=1", "--interface=asgi")
    begin(server, "/one", "/two")
    wait_for(server, ask, 2)
    (pid,) = (worker["pid"] for worker in ask("status")["workers"])
    os.kill(pid, signal.SIGKILL)
    server.wait_for_log(f"2 requests were lost with worker {pid}")
    assert sorted(entry["path"] for entry in lost(ask)) == ["/one", "/two"]


def test_without_a_recorder_the_log_says_how_many(start, ask):
    server = start("--workers=1", "--no-recorder")
    pid = int(server.get())
    begin(server, "/stuck")
    wait_for(server, ask, 1)
    os.kill(pid, signal.SIGKILL)
    server.wait_for_log(f"1 request was lost with worker {pid}\n")
