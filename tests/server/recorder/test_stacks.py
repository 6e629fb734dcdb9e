"""Where slow requests stand: real threads that wait in real functions."""

import threading
import time

import pytest

from enfilade.server.access import AccessRecord
from enfilade.server.recorder.stacks import MOST, Stacks, find_threads
from enfilade.server.scoreboard import private_block
from patience import until


class Busy:
    """A thread that serves a request for as long as it is told, in one function or another."""

    def __init__(self, text: str = "GET /slow?x=1") -> None:
        self.text = text
        self.slots = {}
        self.over, self.further = threading.Event(), threading.Event()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        _, slot = private_block(1).take_slot()
        self.slots[threading.get_ident()] = slot
        slot.begin(self.text, 0.0)
        self.began = time.monotonic()
        self.ready.set()
        self.wait_here()
        self.wait_there()
        slot.end(200, 0, 0.0)

    def wait_here(self) -> None:
        self.further.wait(30)

    def wait_there(self) -> None:
        self.over.wait(30)

    def end(self) -> None:
        self.further.set()
        self.over.set()
        self.thread.join()


@pytest.fixture
def busy():
    busy = Busy()
    busy.thread.start()
    busy.ready.wait(30)
    yield busy
    busy.end()


def record(busy: Busy, target: str = "/slow?x=1") -> AccessRecord:
    return AccessRecord(0.0, "", "GET", target, "HTTP/1.1", 200, 0, began=busy.began)


def functions(stacks) -> list[str]:
    """The innermost function of each that belongs to this file."""
    own = [[f for f in stack.frames if f.split()[0].startswith(__file__)] for stack in stacks]
    return [frames[0].rpartition(".")[2] for frames in own]


def test_finds_where_a_late_request_stands(busy):
    watch = Stacks(busy.slots, 0.0, find_threads)
    watch.look()
    (found,) = watch.take(record(busy))
    assert functions([found]) == ["wait_here"]
    assert found.count == 1
    assert 0 < found.first == found.last


def test_counts_how_often_it_is_found_there(busy):
    watch = Stacks(busy.slots, 0.0, find_threads)
    for _ in range(5):
        watch.look()
    (found,) = watch.take(record(busy))
    assert found.count == 5
    assert found.first < found.last


def test_tells_of_each_place(busy):
    watch = Stacks(busy.slots, 0.0, find_threads)
    watch.look()
    busy.further.set()
    until(lambda: watch.look() or len(watch.take(record(busy))) >= 2, "it is elsewhere")
    found = functions(watch.take(record(busy)))
    assert (found[0], found[-1]) == ("wait_here", "wait_there")
    assert len(found) <= MOST


def test_knows_a_request_that_has_ended_since(busy):
    watch = Stacks(busy.slots, 0.0, find_threads)
    watch.look()
    busy.end()
    watch.look()
    assert functions(watch.take(record(busy))) == ["wait_here"]


def test_says_nothing_of_other_requests(busy):
    watch = Stacks(busy.slots, 0.0, find_threads)
    watch.look()
    assert watch.take(record(busy, "/slow?x=2")) == []


def test_looks_at_nobody_who_is_not_late(busy):
    watch = Stacks(busy.slots, 60.0, find_threads)
    watch.look()
    assert watch.take(record(busy)) == []


def test_looks_again_and_again_in_a_thread_of_its_own(busy):
    watch = Stacks(busy.slots, 0.02, find_threads)
    watch.start()
    try:
        until(lambda: any(s.count > 3 for s in watch.take(record(busy))), "it was found often")
    finally:
        watch.stop()
    assert not watch._thread.is_alive()


def test_waits_as_long_as_nothing_can_be_late():
    assert Stacks({}, 0.5, find_threads)._patience() == 0.5
