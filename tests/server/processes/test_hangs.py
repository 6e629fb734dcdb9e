"""F18, the hard case: code in C never gives the interpreter's lock back."""

import contextlib
import http.client

import pytest

HANGING = """
import ctypes, os

def app(environ, start_response):
    if environ["PATH_INFO"] == "/hang":
        ctypes.PyDLL(None).sleep(600)  # a PyDLL keeps the lock
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.mark.slow
@pytest.mark.parametrize("environ", [{}, {"ENFILADE_PLAIN": "1"}], ids=["built", "plain"])
def test_a_worker_whose_lock_is_never_released_is_ended_and_replaced(launch, tmp_path, environ):
    (tmp_path / "hanging.py").write_text(HANGING)
    server = launch("hanging:app", "--application-timeout=1", **environ).wait_until_ready()
    (hanging,) = server.workers()
    connection = server.connect()
    connection.request("GET", "/hang")
    server.wait_for_log(f"worker {hanging} hangs")
    server.until(lambda: hanging not in server.workers(), "it has gone")
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        connection.getresponse()
    assert server.get() == "ok"
    assert "GET /hang  (application, " in server.log
    assert "Fatal Python error: Aborted" in server.log  # faulthandler, below it the stacks
    assert "hanging.py" in server.log


@pytest.mark.slow
def test_a_worker_that_is_only_slow_is_left_alone(launch, tmp_path):
    (tmp_path / "busy.py").write_text(
        "import time\n"
        "def app(environ, start_response):\n"
        "    until = time.monotonic() + 8\n"
        "    while time.monotonic() < until: pass\n"
        "    start_response('200 OK', [('Content-Length', '2')])\n"
        "    return [b'ok']\n"
    )
    server = launch("busy:app", "--application-timeout=1", "--threads=2").wait_until_ready()
    connection = server.connect()
    connection.request("GET", "/")
    assert connection.getresponse().status == 504
    server.wait_for_log("is stuck and will be replaced")
    assert "hangs" not in server.log
