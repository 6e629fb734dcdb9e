"""A kept request in the form of a measured plan, and where its thread stood."""

from dataclasses import replace
from itertools import pairwise

from enfilade.explain.recorded import (
    ANSWER,
    APPLICATION,
    QUEUE,
    READ,
    measure_entry,
    walk,
)
from enfilade.explain.standing import Standing, stand
from enfilade.trace import Entry, Event, Stack

OUTER = ("accept", "read", "gateway", "handler", "send")

ENTRY = Entry(
    span="0" * 16, trace_id="1" * 32, time=1000.0, pid=7, method="GET", path="/", status=200,
    version="HTTP/1.1", why=("slow",), queued=100, first_byte=900, duration=1000, sent=12,
)  # fmt: skip
TRACED = replace(
    ENTRY,
    events=(
        Event(-50, "accept", "192.0.2.1"),
        Event(0, "read", "GET", "/"),
        Event(100, "gateway"),
        Event(110, "handler", "WSGIHandler", until=800),
        Event(120, "middleware.in", "site.Porter.process_request", until=130),
        Event(200, "view", "The view site.front", "ValueError", until=700, outcome="raised"),
        Event(810, "write", detail="200"),
        Event(1000, "send", detail="12 bytes"),
    ),
)


def rows(entry: Entry) -> list[tuple[int, str, int, int, int]]:
    return [
        (each.node.step, each.node.label, each.node.depth, each.total_ns, each.self_ns)
        for each in measure_entry(entry).nodes
    ]


def test_a_trace_becomes_its_steps_and_the_times_between_the_servers_moments() -> None:
    assert rows(TRACED) == [
        (2, READ, 0, 50, 50),
        (3, QUEUE, 0, 100, 100),
        (4, "WSGIHandler", 0, 690, 180),
        (6, "Porter.process_request", 1, 10, 10),
        (9, "front", 1, 500, 500),
        (13, ANSWER, 0, 200, 200),
    ]


def test_without_a_trace_the_application_is_one_step() -> None:
    assert rows(ENTRY) == [
        (3, QUEUE, 0, 100, 100),
        (4, APPLICATION, 0, 800, 800),
        (13, ANSWER, 0, 100, 100),
    ]


def test_what_has_no_answer_ends_where_it_was_lost() -> None:
    lost = replace(ENTRY, status=0, queued=0, first_byte=0, why=("lost",), sent=0)
    assert rows(lost) == [(4, APPLICATION, 0, 1000, 1000)]
    assert measure_entry(lost).status is None


def test_the_slowest_way_is_marked_and_outcomes_are_told() -> None:
    measured = measure_entry(TRACED)
    assert [each.node.label for each in measured.nodes if each.slowest] == [
        "WSGIHandler",
        "front",
    ]
    assert [each.detail for each in measured.nodes if each.outcome == "raised"] == ["ValueError"]
    assert (measured.status, measured.size, measured.total_ns) == (200, 12, 1000)


def test_a_long_wait_for_a_thread_is_the_slowest() -> None:
    waited = replace(ENTRY, queued=900, first_byte=950)
    assert [each.node.label for each in measure_entry(waited).nodes if each.slowest] == [QUEUE]


def test_the_times_shown_do_not_overlap() -> None:
    for entry in (ENTRY, TRACED, replace(TRACED, queued=400)):
        outer = [event for event in walk(entry) if event.event in OUTER]
        for one, following in pairwise(outer):
            assert one.until <= following.at


def test_the_wait_in_a_proxy_lengthens_no_step() -> None:
    assert rows(replace(TRACED, queued=400))[:2] == [
        (2, READ, 0, 50, 50),
        (3, QUEUE, 0, 100, 100),
    ]


def test_the_body_that_the_framework_sends_is_a_step_of_its_own() -> None:
    streamed = replace(TRACED, events=(*TRACED.events[:-2], Event(805, "write", "body", until=990)))
    assert rows(streamed)[-2:] == [(12, "body", 0, 185, 185), (13, ANSWER, 0, 10, 10)]


def test_an_event_that_never_ended_has_no_length() -> None:
    open_ended = replace(ENTRY, events=(Event(110, "handler", "WSGIHandler"),))
    assert [event.event for event in walk(open_ended)] == ["gateway", "handler"]
    assert rows(open_ended)[-1] == (4, "WSGIHandler", 0, 0, 0)


# Where the thread stood --------------------------------------------------------------------


def test_frames_that_stacks_have_in_common_are_told_once() -> None:
    stacks = [
        Stack(0, 10, 1, ("a.py:3 query", "a.py:2 view", "a.py:1 app")),
        Stack(10, 40, 3, ("b.py:9 sleep", "a.py:2 view", "a.py:1 app")),
    ]
    assert stand(stacks) == [
        Standing("a.py:1 app", 4, 4, 0),
        Standing("a.py:2 view", 4, 4, 0),
        Standing("b.py:9 sleep", 3, 4, 1),
        Standing("a.py:3 query", 1, 4, 1),
    ]


def test_without_stacks_it_stood_nowhere() -> None:
    assert stand(()) == []
