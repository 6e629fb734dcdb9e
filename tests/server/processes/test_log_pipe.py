"""F19: whoever reads the access log has stopped, or has gone. Requests do not notice."""

import os
import signal
import socket

import pytest

from enfilade.server.access_log import MOST_WAITING
from enfilade.server.control import controlling

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
BATCH = 100


def answers(port, count):
    """How many of *count* requests on one connection, a hundred at a time, get 200."""
    good = 0
    with socket.create_connection(("127.0.0.1", port), 15) as client:
        for _ in range(count // BATCH):
            client.sendall(REQUEST * BATCH)
            heard = b""
            while heard.count(b"\r\n\r\n") < BATCH:
                data = client.recv(65536)
                assert data, "the connection was closed"
                heard += data
            good += heard.count(b"HTTP/1.1 200 ")
    return good


@pytest.fixture
def logging_into(launch, tmp_path):
    """A server whose access log goes into a pipe, the pipe's reading end, and its control."""
    pipe, control = tmp_path / "pipe", str(tmp_path / "control")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    server = launch(f"--access-log={pipe}", f"--control={control}").wait_until_ready()
    return server, reader, control


def lost(control):
    with controlling(control) as server:
        return server.ask("status")["totals"]["unlogged"]


@pytest.mark.slow
def test_a_pipe_that_nobody_empties_costs_lines_and_they_are_counted(logging_into):
    server, reader, control = logging_into
    count = MOST_WAITING + 3000
    assert answers(server.port, count) == count
    server.until(lambda: lost(control) > 0, "lines were dropped")
    server.send(signal.SIGTERM)
    assert server.wait() == 0
    os.close(reader)


def test_a_pipe_whose_reader_has_gone_costs_lines_and_they_are_counted(logging_into):
    server, reader, control = logging_into
    os.close(reader)
    assert answers(server.port, 300) == 300
    server.until(lambda: lost(control) == 300, "all lines were counted as lost")
    server.send(signal.SIGTERM)
    assert server.wait() == 0
