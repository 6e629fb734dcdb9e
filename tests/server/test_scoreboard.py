"""What workers and threads write is what the supervisor reads, across a fork and without locks."""

import os
import threading
from time import monotonic_ns

import pytest

from enfilade.server import scoreboard
from enfilade.server.scoreboard import ACCEPTED, CLOSED, QUEUED, SENT, TOOK, WAITED, Phase
from enfilade.server.tally import Tally


@pytest.fixture
def board():
    return scoreboard.Scoreboard(workers=1, threads=2)


@pytest.fixture
def tally(board):
    return Tally(board)


def in_a_child(work):
    """Run *work* in a forked process and wait for its end."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


def serve(block, requests=1, status=200):
    """Do as a loop and one of its threads do."""
    number, slot = block.take_slot()
    for _ in range(requests):
        block.loop.count(QUEUED)
        slot.begin("GET /", 0.001)
        slot.end(status, 100, 0.002)
    block.give_back(number)


def test_the_supervisor_reads_what_a_forked_worker_has_counted(board, tally):
    index = board.hire(0)
    in_a_child(lambda: serve(board.block(index), requests=3))
    assert tally.of(index).as_dict()["requests"] == 3
    assert tally.total()[SENT] == 300


def test_answers_are_counted_by_the_class_of_their_status(board, tally):
    index = board.hire(0)
    block = board.block(index)
    for status in (200, 204, 302, 404, 503, 0):
        serve(block, status=status)
    assert tally.total().responses == [1, 0, 2, 1, 1, 1]


def test_no_count_of_many_threads_is_lost(board, tally):
    block = board.block(board.hire(0))
    threads = [threading.Thread(target=serve, args=(block, 2000)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.total().responses[2] == 8000


def test_what_a_dead_worker_has_counted_stays(board, tally):
    first = board.hire(0)
    serve(board.block(first), requests=5)
    tally.bury(first)
    second = board.hire(1)
    serve(board.block(second), requests=2)
    assert second == first
    assert tally.of(second).responses[2] == 2
    assert tally.total().responses[2] == 7
    assert sum(tally.total().histogram(TOOK)) == 7


def test_a_dead_worker_leaves_no_connection_open_and_no_request_waiting(board, tally):
    index = board.hire(0)
    loop = board.block(index).loop
    loop.count(ACCEPTED, 4)
    loop.count(CLOSED)
    loop.count(QUEUED, 2)
    assert (tally.total().open, tally.total().waiting) == (3, 2)
    tally.bury(index)
    assert (tally.total().open, tally.total().waiting) == (0, 0)
    assert tally.total()[ACCEPTED] == 4


def test_shows_what_each_thread_does_and_since_when(board, tally):
    index = board.hire(0)
    block = board.block(index)
    _, idle = block.take_slot()
    _, busy = block.take_slot()
    idle.begin("GET /done", 0.0)
    idle.end(200, 0, 0.0)
    before = monotonic_ns()
    busy.begin("POST /orders/7", 0.0)
    busy.enter(Phase.READING)
    (activity,) = tally.activities(index)
    assert (activity.text, activity.phase) == ("POST /orders/7", Phase.READING)
    assert 0 <= activity.elapsed <= (monotonic_ns() - before) / 1e9


def test_cuts_a_long_target_and_shows_what_is_not_latin_as_question_marks(board, tally):
    index = board.hire(0)
    _, slot = board.block(index).take_slot()
    path = "GET /" + "x" * (scoreboard.TEXT_BYTES - 20) + "/"
    slot.begin(path + "Ab3dE9fGh2JkL5mNpQ7rStUvW8xYz012", 0.0)  # half of which looks harmless
    (activity,) = tally.activities(index)
    assert (activity.text, activity.cut) == (path, True)
    slot.begin("GET /\u4e2d", 0.0)
    assert tally.activities(index)[0].text == "GET /?"


def test_passes_over_a_slot_that_its_thread_left_half_written(board, tally):
    index = board.hire(0)
    block = board.block(index)
    number, slot = block.take_slot()
    slot.begin("GET /", 0.0)
    start = scoreboard.HEADER_WORDS + number * scoreboard.SLOT_WORDS
    block.words[start + scoreboard.SEQUENCE] += 1
    assert tally.activities(index) == []
    block.give_back(number)
    _, slot = block.take_slot()
    slot.begin("GET /next", 0.0)
    assert tally.activities(index)[0].text == "GET /next"


def test_durations_fall_into_buckets_of_powers_of_two_microseconds(board, tally):
    block = board.block(board.hire(0))
    _, slot = block.take_slot()
    for waited in (0.0, 0.0000010, 0.0000039, 0.001, 5000.0):
        slot.begin("GET /", waited)
        slot.end(200, 0, 0.0)
    buckets = tally.total().histogram(WAITED)
    assert {n: count for n, count in enumerate(buckets) if count} == {
        0: 1, 1: 1, 2: 1, 10: 1, scoreboard.BUCKETS - 1: 1,
    }  # fmt: skip
    assert tally.total().seconds(WAITED) == pytest.approx(5000.001, abs=1e-5)


@pytest.mark.slow
def test_threads_and_workers_beyond_the_room_serve_without_being_seen(board, tally):
    index = board.hire(0)
    block = board.block(index)
    taken = [block.take_slot() for _ in range(2 + scoreboard.SPARE_SLOTS + 1)]
    assert [number for number, _ in taken].count(0) == 1
    while board.hire(0) is not None:
        pass
    serve(board.block(None))
    assert tally.total().responses[2] == 0
