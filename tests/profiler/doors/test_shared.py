"""What the pages read out of the memory of a server."""

from typing import Any

from enfilade.profiler.doors.shared import SharedSource
from enfilade.server.recorder import Rings
from kept_requests import TRACED, make_entry

NO_OUTLOOK: Any = None


def test_has_each_request_once_and_forgets_what_has_made_room() -> None:
    rings = Rings(2, 4)
    source = SharedSource(rings, NO_OUTLOOK)
    assert source.entries() == []
    for number in range(1, 11):
        ring = rings.ring(number % 2)
        assert ring is not None
        ring.write(make_entry(number, events=TRACED))
        entries = source.entries()
        assert entries == rings.entries()
        assert source.entries() == entries
        assert source.entry(entries[0].span) == entries[0]
    assert [entry.span for entry in entries] == [f"{n:016x}" for n in range(10, 2, -1)]
    assert source.entry(f"{1:016x}") is None


def test_a_recorder_that_is_off_has_none() -> None:
    source = SharedSource(None, NO_OUTLOOK)
    assert source.entries() is None
    assert source.entry("00f067aa0ba902b7") is None
    source.leaving = True
    assert source.draining()
