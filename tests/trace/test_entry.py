from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.trace import Entry, Event, Note, Stack

TEXTS = st.text(max_size=12)
TIMES = st.integers(-(10**12), 10**12)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=4).map(tuple)
ENTRIES = st.builds(
    Entry,
    span=TEXTS,
    trace_id=TEXTS,
    time=st.floats(0, 2**40),
    pid=st.integers(0, 2**22),
    method=TEXTS,
    path=TEXTS,
    version=TEXTS,
    status=st.integers(0, 999),
    why=st.lists(TEXTS, max_size=3).map(tuple),
    route=TEXTS,
    duration=TIMES,
    events=st.lists(st.builds(Event, TIMES, TEXTS, TEXTS, TEXTS, TIMES, TEXTS)).map(tuple),
    notes=st.lists(st.builds(Note, TIMES, TEXTS, TEXTS, TEXTS, TIMES)).map(tuple),
    stacks=st.lists(
        st.builds(Stack, TIMES, TIMES, TIMES, st.lists(TEXTS, max_size=3).map(tuple))
    ).map(tuple),
    error_frames=st.lists(TEXTS).map(tuple),
    fields=PAIRS,
    response_fields=PAIRS,
)


def entry(**more: Any) -> Entry:
    told: dict[str, Any] = {
        "span": "b7ad6b7169203331", "trace_id": "0" * 31 + "1", "time": 1.5, "pid": 7,
        "method": "GET", "path": "/", "version": "HTTP/1.1", "status": 200, "why": ("slow",),
    }  # fmt: skip
    return Entry(**{**told, **more})


@given(ENTRIES)
def test_what_is_encoded_is_decoded_the_same(whole: Entry) -> None:
    assert Entry.decode(whole.encode(10**6)) == whole


@given(ENTRIES)
def test_it_fits_into_the_room_there_is_and_says_what_is_missing(whole: Entry) -> None:
    data = whole.encode(700)
    assert len(data) <= 700
    kept = Entry.decode(data)
    lists = ("events", "notes", "stacks", "error_frames", "fields", "response_fields")
    missing = sum(len(getattr(whole, name)) - len(getattr(kept, name)) for name in lists)
    assert kept.cut == missing


def test_the_first_events_are_kept_where_there_is_no_room_for_all() -> None:
    events = tuple(Event(number, "view", f"node {number}") for number in range(100))
    kept = Entry.decode(entry(events=events).encode(1000))
    assert 0 < len(kept.events) < 100
    assert kept.events == events[: len(kept.events)]


def test_however_much_there_is_the_room_is_used() -> None:
    events = tuple(Event(number, "render", f"piece {number}") for number in range(20_000))
    notes = tuple(Note(number, "log", "app", "x" * 100) for number in range(200))
    assert len(entry(events=events, notes=notes).encode(16_000)) > 12_000


def test_a_long_path_is_shortened() -> None:
    kept = Entry.decode(entry(path="/" + "x" * 5000).encode(1000))
    assert kept.path.startswith("/xxx")


def test_no_room_at_all_is_said() -> None:
    with pytest.raises(ValueError, match="no room"):
        entry().encode(20)


def test_it_was_queued_until_a_thread_had_it() -> None:
    assert entry(queued=30, duration=50).waited == (0, 30)
    in_proxy = entry(queued=30, events=(Event(0, "read"), Event(20, "gateway")), duration=50)
    assert in_proxy.waited == (-10, 20)


def test_where_there_is_no_room_for_all_frames_the_innermost_are_kept() -> None:
    frames = tuple(f"/srv/site/{'deep/' * 200}views.py:{number} view" for number in range(20))
    kept = Entry.decode(entry(error="KeyError", error_frames=frames).encode(16_000))
    assert 10 <= len(kept.error_frames) < 20
    assert kept.error_frames == frames[: len(kept.error_frames)]
    assert kept.cut == 20 - len(kept.error_frames)


def test_an_entry_of_a_server_that_kept_no_frames_is_read() -> None:
    said = entry(error="KeyError: 'tea'").to_dict()
    assert "error_frames" not in said
    assert Entry.from_dict(said).error_frames == ()
