import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from enfilade.trace import Entry, Event, Note, Stack
from enfilade.trace.perfetto import trace_events

MICROSECOND = 1000
TIMES = st.integers(-(10**9), 10**9)


def entry(**more: Any) -> Entry:
    told: dict[str, Any] = {
        "span": "b7ad6b7169203331", "trace_id": "0" * 31 + "1", "time": 1_700_000_000.5, "pid": 7,
        "method": "GET", "path": "/rooms/7/", "version": "HTTP/1.1", "status": 200,
        "why": ("slow",), "duration": 100 * MICROSECOND,
    }  # fmt: skip
    return Entry(**{**told, **more})


def spanned(name: str, at: int, length: int) -> Event:
    return Event(at, name, f"{name} node", until=at + length)


@st.composite
def events(draw: st.DrawFn) -> tuple[Event, ...]:
    each = st.builds(
        spanned, st.sampled_from(["handler", "view", "hop"]), TIMES, st.integers(0, 10**9)
    )
    return tuple(sorted(draw(st.lists(each, max_size=6)), key=lambda event: event.at))


ENTRIES = st.builds(
    entry,
    pid=st.integers(1, 2),
    time=st.floats(1_700_000_000, 1_700_000_003),
    duration=st.integers(0, 10**9),
    queued=st.integers(0, 10**9),
    events=events(),
    notes=st.lists(
        st.builds(Note, TIMES, st.just("sql"), st.just("db"), st.just("SELECT 1"), TIMES)
    ).map(tuple),
    stacks=st.lists(st.builds(Stack, TIMES, TIMES, st.just(2), st.just(("a.py:1 f",)))).map(tuple),
)


def rows(entries: list[Entry], phase: str) -> list[dict[str, Any]]:
    told = json.loads(json.dumps(trace_events(entries)))
    return [row for row in told["traceEvents"] if row["ph"] == phase]


def check_nesting(slices: list[dict[str, Any]]) -> None:
    """Slices of one track lie within each other or apart."""
    tracks: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in slices:
        begin = round(row["ts"] * 1000)
        extent = (begin, begin + round(row["dur"] * 1000))
        tracks.setdefault((row["pid"], row["tid"]), []).append(extent)
    for extents in tracks.values():
        lasting: list[int] = []
        for begin, end in sorted(extents, key=lambda each: (each[0], -each[1])):
            lasting = [each for each in lasting if each > begin]
            assert not lasting or end <= lasting[-1]
            lasting.append(end)


@given(st.lists(ENTRIES, max_size=5))
def test_slices_of_one_track_lie_within_each_other_or_apart(entries: list[Entry]) -> None:
    slices = rows(entries, "X")
    check_nesting(slices)
    assert all(row["ts"] >= 0 and row["dur"] >= 0 for row in slices)
    moments = len(rows(entries, "i"))
    pieces = sum(len(e.events) + len(e.notes) + len(e.stacks) + (e.queued > 0) for e in entries)
    assert len(slices) + moments == len(entries) + pieces


@given(st.lists(ENTRIES, min_size=1, max_size=5))
def test_every_track_and_process_has_a_name(entries: list[Entry]) -> None:
    named = {(row["name"], row["pid"], row["tid"]) for row in rows(entries, "M")}
    for row in rows(entries, "X"):
        assert ("process_name", row["pid"], 0) in named
        assert ("thread_name", row["pid"], row["tid"]) in named


@given(st.lists(ENTRIES, min_size=2, max_size=5))
def test_requests_that_overlap_are_on_tracks_of_their_own(entries: list[Entry]) -> None:
    requests = [row for row in rows(entries, "X") if row["cat"] == "request"]
    for one in requests:
        for other in requests:
            if one is not other and (one["pid"], one["tid"]) == (other["pid"], other["tid"]):
                before, after = sorted((one, other), key=lambda row: (row["ts"], row["dur"]))
                assert round((before["ts"] + before["dur"] - after["ts"]) * 1000) <= 0


def test_a_request_is_a_slice_with_its_events_within() -> None:
    kept = entry(
        route="rooms/<int:number>/",
        queued=10 * MICROSECOND,
        events=(
            Event(-5 * MICROSECOND, "accept", "127.0.0.1"),
            Event(20 * MICROSECOND, "handler", "WSGIHandler", until=90 * MICROSECOND),
            Event(
                30 * MICROSECOND, "view", "The view rooms.room", "KeyError", 80 * MICROSECOND,
                "raised",
            ),
        ),
        notes=(Note(40 * MICROSECOND, "log", "rooms", "locked"),),
    )  # fmt: skip
    request, queue, handler, view = rows([kept], "X")
    assert request["name"] == "GET rooms/<int:number>/"
    assert request["args"]["status"] == 200
    assert (queue["ts"], queue["dur"]) == (5, 10)
    assert (handler["name"], handler["ts"], handler["dur"]) == ("WSGIHandler", 25, 70)
    assert view["args"] == {"detail": "KeyError", "outcome": "raised"}
    accepted, log = rows([kept], "i")
    assert (accepted["ts"], accepted["cat"], log["args"]["text"]) == (0, "accept", "locked")
    began = trace_events([kept])["otherData"]["epoch_ns"]
    assert int(began) == 1_700_000_000_500_000_000 - 5 * MICROSECOND


def test_an_arrow_leads_over_a_hop() -> None:
    kept = entry(
        events=(
            Event(10 * MICROSECOND, "hop", "to thread", until=90 * MICROSECOND),
            Event(30 * MICROSECOND, "view", "The view rooms.room", until=80 * MICROSECOND),
        )
    )
    (start,), (finish,) = rows([kept], "s"), rows([kept], "f")
    assert (start["id"], start["ts"]) == (finish["id"], 10)
    assert (finish["ts"], finish["bp"]) == (30, "e")


def test_no_requests_make_an_empty_picture() -> None:
    assert trace_events([])["traceEvents"] == []
