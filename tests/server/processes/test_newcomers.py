"""A deaf listening socket: nobody new, and nobody lost."""

import socket
import sys

import pytest

from enfilade.server.options import Options
from enfilade.server.processes.listeners import Listeners
from enfilade.server.processes.newcomers import ignore_newcomers

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="filters on sockets are Linux's"
)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener


def test_who_waits_in_the_backlog_can_still_be_accepted_and_talked_to(listener):
    with socket.create_connection(listener.getsockname()) as client:
        ignore_newcomers(listener)
        client.sendall(b"request")
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(100) == b"request"
            accepted.sendall(b"answer")
            assert client.recv(100) == b"answer"


def test_nobody_new_gets_in_and_is_refused_once_it_is_closed(listener):
    ignore_newcomers(listener)
    with socket.socket() as client:
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.connect(listener.getsockname())
    address = listener.getsockname()
    listener.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)


def test_a_socket_that_was_passed_to_the_server_is_not_made_deaf(listener):
    listeners = Listeners(Options(bind=(f"fd://{listener.fileno()}",)))
    listeners.ignore_newcomers()
    with socket.create_connection(listener.getsockname(), 5):
        pass
    listeners.sockets[0].detach()
