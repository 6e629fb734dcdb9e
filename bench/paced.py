"""An open loop: requests are due at a fixed rate, whether or not the server keeps up.

A program of its own, so that it can have a core to itself, on which it spins. It reads what to do
as JSON from standard input and prints what it saw. The latency of a request counts from when it was
due: a request that waits because all connections are busy is not forgiven, as it would be in a
closed loop (coordinated omission). An answer is recognised by its length, which has been verified.
"""

import json
import math
import select
import socket
import sys
import time
from dataclasses import dataclass, field

DEADLINE = 20.0
"""Seconds to wait for answers after the last request was due."""


@dataclass
class Plan:
    """What to do; *length* is that of a whole response, *rate* in requests a second."""

    port: int
    head: str
    length: int
    rate: float
    seconds: float
    connections: int


@dataclass
class Client:
    """A connection, when the request under way on it was due, and what is missing of its answer."""

    sock: socket.socket
    due: float = 0.0
    missing: int = 0


@dataclass
class Seen:
    """Seconds each: from due to answered, and from due to sent where a connection was free."""

    latencies: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)


def drive(plan: Plan) -> Seen:
    """Send every request of the plan when it is due, or as soon as a connection is free then.

    Raises:
        ConnectionError: the server closed a connection.
        TimeoutError: it has not answered every request in time.
    """
    poller, clients = select.epoll(), {}
    for _ in range(plan.connections):
        sock = socket.create_connection(("127.0.0.1", plan.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        poller.register(sock, select.EPOLLIN)
        clients[sock.fileno()] = Client(sock)
    return _spin(plan, poller, clients)


def _spin(plan: Plan, poller: select.epoll, clients: dict[int, Client]) -> Seen:
    seen, free, sent = Seen(), list(clients.values()), 0
    total = max(1, int(plan.rate * plan.seconds))
    head, interval, clock = plan.head.encode("ascii"), 1 / plan.rate, time.perf_counter
    start = clock()
    while len(seen.latencies) < total:
        now = clock()
        while free and sent < total and start + sent * interval <= now:
            client = free.pop()
            client.due, client.missing = start + sent * interval, plan.length
            client.sock.send(head)
            seen.lags.append(clock() - client.due)
            sent += 1
        for number, _ in poller.poll(0):
            client = clients[number]
            if _answered(client):
                seen.latencies.append(clock() - client.due)
                free.append(client)
        if now > start + plan.seconds + DEADLINE:
            raise TimeoutError(f"{total - len(seen.latencies)} of {total} were not answered")
    return seen


def _answered(client: Client) -> bool:
    received = len(client.sock.recv(65536))
    if not received:
        raise ConnectionError("the server closed a connection")
    client.missing -= received
    return client.missing == 0


def quantile(values: list[float], share: float) -> float:
    """The smallest value that *share* of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]


def main() -> None:
    plan = Plan(**json.load(sys.stdin))
    try:
        seen = drive(plan)
    except OSError as error:
        sys.exit(str(error))
    figures = {str(share): quantile(seen.latencies, share) for share in (0.5, 0.99, 0.999)}
    figures |= {"lag": quantile(seen.lags, 0.5), "answered": len(seen.latencies)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
