import select
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from enfilade.server.loop.wakeup import Wakeup


@pytest.fixture
def wakeup() -> Iterator[Wakeup]:
    wakeup = Wakeup()
    yield wakeup
    wakeup.close()


def is_awake(wakeup: Wakeup) -> bool:
    return bool(select.select([wakeup], [], [], 0)[0])


def test_sleeps_until_it_is_woken(wakeup):
    assert not is_awake(wakeup)
    wakeup.wake()
    assert is_awake(wakeup)
    wakeup.clear()
    assert not is_awake(wakeup)


def test_many_calls_are_one_wake_up(wakeup):
    for _ in range(1_000_000 // 4):
        wakeup.wake()
    wakeup.clear()
    assert not is_awake(wakeup)


def test_clearing_what_is_clear_does_nothing(wakeup):
    wakeup.clear()
    wakeup.wake()
    assert is_awake(wakeup)


class Interrupted:
    """A socket during whose ``recv`` somebody else gets a turn, before or after."""

    def __init__(self, sock: socket.socket, before: Callable[[], None], after: Callable[[], None]):
        self._socket, self._before, self._after = sock, before, after

    def recv(self, size: int) -> bytes:
        self._before()
        data = self._socket.recv(size)
        self._after()
        return data

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_call_while_it_is_cleared_does_not_silence_later_ones(wakeup, moment):
    moments = {"before": lambda: None, "after": lambda: None} | {moment: wakeup.wake}
    wakeup._reader = Interrupted(wakeup._reader, **moments)
    wakeup.wake()
    wakeup.clear()
    wakeup.wake()
    assert is_awake(wakeup)


def test_every_piece_of_work_is_found_however_the_threads_interleave(wakeup):
    work: list[int] = []
    found = 0

    def produce() -> None:
        for number in range(2000):
            work.append(number)
            wakeup.wake()

    threads = [threading.Thread(target=produce) for _ in range(4)]
    for thread in threads:
        thread.start()
    while found < 8000:
        assert select.select([wakeup], [], [], 5)[0], "asleep with work to do"
        wakeup.clear()
        while work:
            work.pop()
            found += 1
    for thread in threads:
        thread.join()


def test_waking_what_is_closed_does_nothing():
    wakeup = Wakeup()
    wakeup.close()
    wakeup.wake()
