import logging
import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.reactor import NOTHING, READ, Reactor


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    reactor = Reactor(patience=60)
    yield reactor
    reactor.close()


class Holder:
    def __init__(self) -> None:
        self.deadline = self.entry = NEVER
        self.expired = 0

    def expire(self, now: float) -> None:
        self.expired += 1


def test_calls_who_can_be_read(reactor):
    ours, theirs = socket.socketpair()
    heard: list[int] = []
    reactor.watch(ours, NOTHING, READ, heard.append)
    theirs.send(b"x")
    reactor.turn()
    assert heard == [READ]
    reactor.watch(ours, READ, NOTHING, heard.append)
    reactor.post(lambda: None)
    reactor.turn()
    assert heard == [READ]
    ours.close()
    theirs.close()


def test_another_thread_can_leave_a_call(reactor):
    idents: list[int] = []
    thread = threading.Thread(
        target=reactor.post, args=(lambda: idents.append(threading.get_ident()),)
    )
    thread.start()
    while not idents:
        reactor.turn()
    thread.join()
    assert idents == [threading.get_ident()]


def test_waits_no_longer_than_the_next_deadline(reactor):
    holder = Holder()
    reactor.deadlines.set(holder, monotonic() + 0.02, monotonic())
    while not holder.expired:
        reactor.turn()
    assert holder.expired == 1


def test_trouble_in_one_call_does_not_keep_the_others(reactor, caplog):
    done: list[int] = []

    def trouble() -> None:
        raise ValueError("trouble of its own")

    caplog.set_level(logging.ERROR, "enfilade.server")
    reactor.post(trouble)
    reactor.post(lambda: done.append(1))
    reactor.turn()
    assert done == [1]
    assert "trouble of its own" in caplog.text
