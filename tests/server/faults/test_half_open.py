"""F11: clients that vanish without a word leave nothing behind once their deadlines have passed."""

import contextlib
import os
import socket
import time

import pytest

from patience import eventually, until
from wire import serving

TCP_REPAIR = 19  # tcp(7) of the kernel's own headers: a socket closed in this mode says nothing

IDLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
STAGES = {
    "nothing sent": b"",
    "in the head": b"GET / HTTP/1.1\r\nHos",
    "in the body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc",
    "between requests": IDLE,
    "in the answer": b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
}


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return (b"x" * 100_000 for _ in range(1000))
    return [b"hello"]


def vanish(sock: socket.socket) -> None:
    """Close *sock* so that the other end is told nothing, as when a cable is cut."""
    try:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    except PermissionError:
        pytest.skip("needs CAP_NET_ADMIN")
    sock.close()


def held_for_clients() -> int:
    """How many sockets and spooled bodies this process has; threads have files of their own."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return sum(link.startswith("socket:") or link.endswith(" (deleted)") for link in links)


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_who_vanishes_is_forgotten_by_the_deadline(stage):
    limits = {"head_timeout": 0.5, "keep_alive": 0.5, "write_timeout": 0.5, "body_rate": 1_000_000}
    with serving(application, **limits) as site:
        with site.client() as client:
            client.get("/")
        eventually(lambda: site.tally.total().open, 0)
        before = held_for_clients()
        clients = [socket.create_connection(site.address) for _ in range(20)]
        for client in clients:
            client.sendall(STAGES[stage])
        time.sleep(0.2)  # the server has come as far as it can
        for client in clients:
            vanish(client)
        until(lambda: held_for_clients() <= before, "they are forgotten")
        with site.client() as client:
            assert client.get("/").body == b"hello"
