from enfilade import trace
from enfilade.trace import Trace, TraceParent
from enfilade.trace.record import MOST_EVENTS


def test_nobody_listens_and_nothing_begins() -> None:
    assert not trace.listening()
    assert trace.begin() is None


def test_a_record_keeps_its_events_in_order() -> None:
    record = Trace()
    record.mark("resolve", "/room/")
    record.mark("view", "rooms.views.library", "sync")
    first, second = record.events
    assert (first.event, first.node, first.detail) == ("resolve", "/room/", "")
    assert (second.event, second.node, second.detail) == ("view", "rooms.views.library", "sync")
    assert first.at <= second.at


def test_every_record_has_a_span_of_its_own() -> None:
    caller = TraceParent("a" * 32, "b" * 16)
    first, second = Trace(caller), Trace(caller)
    assert (first.id, first.parent) == (second.id, second.parent) == ("a" * 32, "b" * 16)
    assert len({first.span, second.span, "b" * 16}) == 3
    assert len(Trace().id) == 32


def test_a_call_on_behalf_of_a_request_belongs_to_its_trace() -> None:
    caller = TraceParent("a" * 32, "b" * 16, state="congo=t61rcWkgMzE")
    record = Trace(caller)
    assert record.context == {
        "traceparent": f"00-{'a' * 32}-{record.span}-01",
        "tracestate": "congo=t61rcWkgMzE",
    }
    assert list(Trace().context) == ["traceparent"]


def test_notes_stand_beside_the_events() -> None:
    record = Trace()
    noted = record.note("log", "shop", "no stock")
    assert record.notes == [noted]
    assert not record.events


def test_every_subscriber_gets_a_delivered_record_until_it_leaves() -> None:
    first: list[Trace] = []
    second: list[Trace] = []
    leave_first, leave_second = trace.subscribe(first.append), trace.subscribe(second.append)
    record = trace.begin()
    assert record is not None
    trace.deliver(record)
    leave_first()
    trace.deliver(record)
    leave_second()
    assert (len(first), len(second)) == (1, 2)
    assert not trace.listening()


def test_recording_collects_what_is_delivered_inside_the_block() -> None:
    with trace.recording() as traces:
        record = trace.begin()
        assert record is not None
        trace.deliver(record)
    assert traces == [record]
    assert trace.begin() is None


def test_a_subscriber_that_fails_keeps_the_record_from_nobody(caplog) -> None:
    got: list[Trace] = []
    ends = [trace.subscribe(lambda record: 1 / 0), trace.subscribe(got.append)]
    record = Trace()
    try:
        trace.deliver(record)
    finally:
        for end in ends:
            end()
    assert got == [record]
    assert "A trace could not be delivered." in caplog.text


def test_a_request_has_no_end_of_events_and_the_record_one() -> None:
    record = Trace()
    for _ in range(MOST_EVENTS + 7):
        record.enter("hop", "to thread").leave()
    record.mark("send")
    assert (len(record.events), record.cut) == (MOST_EVENTS + 1, 7)
