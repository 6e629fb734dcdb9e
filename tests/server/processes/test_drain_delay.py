"""With a drain delay the balancers have time to notice before anybody is turned away."""

import http.client
import os
import signal
import socket
import time

import pytest

from enfilade.server.control import controlling


def readiness(server):
    connection = server.connect()
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.slow
def test_serves_on_and_is_not_ready_until_the_delay_is_over(launch):
    server = launch("--health", "--drain-delay=1").wait_until_ready()
    assert readiness(server) == (200, "ok\n")
    began = time.monotonic()
    server.send(signal.SIGTERM)
    server.wait_for_log("stopping in 1 s")
    assert readiness(server) == (503, "not ready: draining\n")
    assert server.get().startswith("one ")
    assert server.wait() == 0
    assert time.monotonic() - began >= 1


@pytest.mark.slow
def test_a_worker_that_dies_during_the_delay_is_replaced(launch):
    server = launch("--drain-delay=2").wait_until_ready()
    (victim,) = server.workers()
    server.send(signal.SIGTERM)
    server.wait_for_log("stopping in 2 s")
    os.kill(victim, signal.SIGKILL)
    server.wait_for_log(f"worker {victim} was killed by SIGKILL")
    assert server.get().startswith("one ")
    assert server.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_ctrl_c_does_not_wait_for_balancers(launch, number):
    server = launch("--drain-delay=60").wait_until_ready()
    server.send(number)
    assert server.wait() == 0


def test_ctrl_c_ends_a_delay_that_has_begun(launch):
    server = launch("--drain-delay=60").wait_until_ready()
    server.send(signal.SIGTERM)
    server.wait_for_log("stopping in 60 s")
    server.send(signal.SIGTERM)
    server.send(signal.SIGINT)
    assert server.wait() == 0


@pytest.mark.slow
def test_stop_over_the_control_socket_keeps_to_the_delay(launch, tmp_path):
    path = str(tmp_path / "control")
    server = launch(f"--control={path}", "--health", "--drain-delay=0.5").wait_until_ready()
    with controlling(path) as control:
        assert control.ask("stop", wait=False)["stopped"] is False
        assert readiness(server)[0] == 503
        assert control.ask("stop", waits=True)["stopped"] is True
    assert server.wait() == 0


@pytest.mark.slow
def test_what_waits_in_the_backlog_at_the_end_is_answered(launch):
    server = launch("--threads=1", "--drain-delay=0.3").wait_until_ready()
    clients = [socket.create_connection(("127.0.0.1", server.port), 15) for _ in range(8)]
    server.send(signal.SIGTERM)
    server.wait_for_log("stopping in")
    time.sleep(0.25)
    late = [socket.create_connection(("127.0.0.1", server.port), 15) for _ in range(8)]
    for client in clients + late:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    for client in clients + late:
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert (answer.status, answer.read()[:4]) == (200, b"one ")
        client.close()
    assert server.wait() == 0
