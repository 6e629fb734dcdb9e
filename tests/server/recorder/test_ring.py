"""The ring: read at any time, written by processes that may be killed at any time."""

import os
import signal
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.server.options import Options
from enfilade.server.recorder.ring import CELL, NUMBER, ROOM, Ring, Rings, rings_for
from enfilade.trace import Entry
from patience import until


def entry(number: int, **more) -> Entry:
    known = {"method": "GET", "path": f"/{number}", "version": "HTTP/1.1", "status": 200}
    said = {"span": f"{number:016x}", "trace_id": f"{number:032x}", "pid": 1, "why": ("asked",)}
    return Entry(**{**known, **said, "time": float(number), **more})


@given(st.integers(1, 8), st.lists(st.binary(min_size=1, max_size=60), max_size=30))
def test_has_the_last_that_were_written_newest_first(cells, written):
    ring = Rings(1, cells).ring(0)
    for data in written:
        ring.write_bytes(data)
    assert ring.read() == written[: -cells - 1 : -1]


def test_an_entry_comes_back_as_it_was():
    rings = Rings(1, 4)
    rings.ring(0).write(entry(7, error="KeyError"))
    assert rings.entries() == [entry(7, error="KeyError")]
    assert rings.find(f"{7:016x}") == entry(7, error="KeyError")
    assert rings.find("0") is None


def test_an_entry_that_is_too_long_is_cut():
    rings = Rings(1, 4)
    rings.ring(0).write(entry(1, fields=(("x-long", "y" * 400),) * 100))
    (kept,) = rings.entries()
    assert kept.cut > 0
    assert len(kept.fields) + kept.cut == 100


def test_the_entries_of_all_rings_come_in_the_order_of_their_ends():
    rings = Rings(2, 4)
    rings.ring(0).write(entry(1, duration=5_000_000_000))
    rings.ring(1).write(entry(3))
    rings.ring(0).write(entry(2))
    assert [each.path for each in rings.entries()] == ["/1", "/3", "/2"]


def test_who_takes_the_place_of_another_goes_on_where_that_stopped():
    memory = memoryview(bytearray(8 + 3 * CELL))
    words, cells = memory[:8].cast("Q"), memory[8:]
    Ring(words, cells).write(entry(1))
    Ring(words, cells).write(entry(2))
    assert [each.path for each in Ring(words, cells).entries()] == ["/2", "/1"]


@given(st.integers(0, ROOM + 23), st.integers(1, 255))
def test_what_was_changed_by_a_single_octet_is_left_out(place, change):
    memory = memoryview(bytearray(8 + 2 * CELL))
    ring = Ring(memory[:8].cast("Q"), memory[8:])
    ring.write_bytes(b"x" * ROOM)
    memory[8 + CELL + place] ^= change
    assert ring.read() == []


def test_what_is_half_written_is_left_out():
    memory = memoryview(bytearray(8 + 2 * CELL))
    ring = Ring(memory[:8].cast("Q"), memory[8:])
    ring.write_bytes(b"first")
    ring._heads[1][NUMBER] = 0  # as it is while a cell is being written
    assert ring.read() == []
    ring.write_bytes(b"second")
    ring.write_bytes(b"third")
    assert ring.read() == [b"third", b"second"]


def test_entries_outlive_a_writer_that_is_killed_at_any_moment():
    rings = Rings(1, 16)
    ring = rings.ring(0)
    for _ in range(10):
        before = ring._count[0]
        if not (pid := os.fork()):
            number = before
            while True:
                ring.write(entry(number := number + 1, query="q" * 3000))
        until(lambda start=before: ring._count[0] > start + 50, "it has written")
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        kept = list(ring.entries())
        assert len(kept) >= 15  # all but the one that it was about to write
        assert [each.time for each in kept] == sorted((e.time for e in kept), reverse=True)


def test_whoever_reads_meanwhile_sees_whole_entries_only():
    rings = Rings(1, 4)
    if not (pid := os.fork()):
        number = 0
        while True:
            number += 1
            rings.ring(0).write(entry(number, query=str(number % 10) * (number % 3000)))
    try:
        until(rings.entries, "something is written")
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            for each in rings.entries():
                number = int(each.span, 16)
                assert each.query == str(number % 10) * (number % 3000)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_threads_may_write_at_once():
    ring = Rings(1, 1000).ring(0)
    threads = [
        threading.Thread(target=lambda: [ring.write(entry(n)) for n in range(100)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ring.read()) == 400


def test_memory_that_nobody_wrote_is_not_looked_at():
    rings = rings_for(Options(workers=4, record_size=4096))  # a gigabyte, and more
    rings.ring(0).write(entry(1))
    before = resident()
    assert len(rings.entries()) == 1
    assert resident() - before < 4_000_000


def resident() -> int:
    """Bytes that this process has in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("index", [None, 10_000])
def test_a_worker_without_a_block_has_no_ring(index):
    assert rings_for(Options()).ring(index) is None


def test_there_are_no_rings_where_nothing_is_recorded():
    assert rings_for(Options(recorder=False)) is None
