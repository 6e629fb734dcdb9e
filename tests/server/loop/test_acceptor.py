"""What accept(2) may say, and what is made of it."""

import errno
import logging
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from enfilade.server.loop.acceptor import AT_ONCE, Acceptor
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.reactor import Reactor


class Listener(socket.socket):
    """A real listener that says *errors* first."""

    def __init__(self, *errors: int) -> None:
        super().__init__()
        self.bind(("127.0.0.1", 0))
        self.listen(128)
        self.errors = list(errors)
        self.asked = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.asked += 1
        if self.errors:
            number = self.errors.pop(0)
            raise OSError(number, os.strerror(number))
        return super().accept()


class Door:
    """An acceptor, its listener and who has come in."""

    def __init__(self, *errors: int) -> None:
        self.reactor = Reactor(60)
        self.listener = Listener(*errors)
        self.room = 1000
        self.admitted: list[socket.socket] = []
        self.acceptor = Acceptor(self.reactor, self.listener, self.admit, self.has_room)
        self.acceptor.open()
        self.clients: list[socket.socket] = []

    def admit(self, sock: socket.socket, address: Any) -> None:
        self.admitted.append(sock)

    def has_room(self) -> bool:
        return len(self.admitted) < self.room

    def knock(self, times: int = 1) -> None:
        for _ in range(times):
            self.clients.append(socket.create_connection(self.listener.getsockname()))

    def turn(self) -> int:
        """One turn of the reactor; how often accept was asked in it."""
        asked = self.listener.asked
        self.reactor.post(lambda: None)
        self.reactor.turn()
        return self.listener.asked - asked

    def close(self) -> None:
        for sock in (*self.clients, *self.admitted, self.listener):
            sock.close()
        self.reactor.close()


@pytest.fixture
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    door = Door(*getattr(request, "param", ()))
    yield door
    door.close()


def test_admits_who_knocks_without_delay_of_small_segments(door):
    door.knock()
    door.turn()
    (sock,) = door.admitted
    assert not sock.getblocking()
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_takes_a_few_at_a_time(door):
    door.knock(AT_ONCE + 3)
    door.turn()
    assert len(door.admitted) == AT_ONCE
    door.turn()
    assert len(door.admitted) == AT_ONCE + 3


def test_asks_no_more_when_there_is_no_room_and_again_when_it_is_opened(door):
    door.room = 2
    door.knock(5)
    door.turn()
    assert len(door.admitted) == 2
    assert door.turn() == 0
    door.room = 1000
    door.acceptor.open()
    door.turn()
    assert len(door.admitted) == 5


@pytest.mark.parametrize("door", [(errno.ECONNABORTED, errno.EPROTO)], indirect=True)
def test_a_connection_that_has_gone_does_not_hold_up_the_next(door):
    door.knock()
    door.turn()
    assert len(door.admitted) == 1


@pytest.mark.parametrize(
    "door", [(number,) for number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM)], indirect=True
)
def test_rests_when_the_system_has_run_out_of_something(door, caplog):
    caplog.set_level(logging.ERROR, "enfilade.server")
    door.knock()
    assert door.turn() == 1
    assert door.turn() == 0
    assert "cannot accept connections for now" in caplog.text
    door.acceptor.expire(0)
    door.turn()
    assert len(door.admitted) == 1
    assert door.acceptor.deadline == NEVER


@pytest.mark.parametrize("door", [(errno.EMFILE,)], indirect=True)
def test_opening_does_not_end_a_rest(door, caplog):
    caplog.set_level(logging.CRITICAL, "enfilade.server")
    door.knock()
    door.turn()
    door.acceptor.open()
    assert door.turn() == 0


def test_closing_takes_what_waits_and_then_no_more(door):
    door.knock(AT_ONCE * 2)
    door.acceptor.close(backlog=128)
    assert len(door.admitted) == AT_ONCE * 2
    door.knock()
    assert door.turn() == 0
    door.acceptor.close(backlog=128)
    door.acceptor.open()
    assert door.turn() == 0
