"""What is kept of answered requests, and what never is."""

import logging
from time import monotonic, time

import pytest

from enfilade.secrecy import HIDDEN
from enfilade.server.access import AccessRecord
from enfilade.server.options import Options
from enfilade.server.recorder import Recorder, Rings
from enfilade.server.recorder.recorder import UNTRACED
from enfilade.trace import Trace, TraceParent

SECRET = "a5d2f7c99e01b3d4"


@pytest.fixture
def rings():
    return Rings(1, 256)


@pytest.fixture
def recorder(rings):
    return Recorder(rings.ring(0), Options(record_slow=2.0))


def record(status=200, took=0.1, target="/orders", **more) -> AccessRecord:
    said = AccessRecord(time(), "192.0.2.1", "GET", target, "HTTP/1.1", status, 5)
    said.note_times(duration=took, queued=0.01, first_byte=0.0, began=monotonic(), took=took)
    for name, value in more.items():
        setattr(said, name, value)
    return said


def traced(why: str) -> Trace:
    trace = Trace(why=why)
    trace.mark("accept")
    trace.mark("read")
    with trace.enter("view", "shop.orders"):
        trace.note("log", "shop", "there are no orders")
    return trace


def kept(rings) -> list[tuple[str, ...]]:
    return [entry.why for entry in rings.entries()]


def test_nothing_is_kept_of_a_usual_request(recorder, rings):
    recorder.take(record())
    assert rings.entries() == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (record(500), ("failed",)),
        (record(took=2.0), ("slow",)),
        (record(504, took=3.0), ("slow", "failed")),
        (record(trace=traced("sampled")), ("sampled",)),
        (record(503, trace=traced("asked")), ("failed", "asked")),
    ],
)
def test_keeps_what_was_slow_has_failed_or_was_chosen(recorder, rings, said, why):
    recorder.take(said)
    assert kept(rings) == [why]


@pytest.mark.parametrize("status", [404, 499])
def test_a_fault_of_the_client_is_no_failure(recorder, rings, status):
    recorder.take(record(status))
    assert rings.entries() == []


def test_what_no_application_answered_is_neither_slow_nor_failed(recorder, rings):
    recorder.take(record(503, began=0.0))
    recorder.take(record(took=9.0, began=0.0))
    assert rings.entries() == []


def test_nothing_is_slow_where_nobody_asked_for_that(rings):
    recorder = Recorder(rings.ring(0), Options(record_slow=0.0))
    recorder.take(record(took=1000.0))
    assert rings.entries() == []


def test_what_only_subscribers_want_is_not_kept(recorder, rings):
    recorder.take(record(trace=traced("")))
    assert rings.entries() == []


def test_times_are_those_since_it_had_been_read(recorder, rings):
    recorder.take(record(trace=traced("asked"), first_byte=0.05))
    (entry,) = rings.entries()
    accepted, read, view = entry.events
    assert accepted.at < 0 == read.at < view.at <= entry.notes[0].at < view.until
    assert (entry.queued, entry.first_byte, entry.duration) == (10_000_000, 50_000_000, 100_000_000)


def test_says_what_went_wrong_and_which_route_it_was(recorder, rings):
    trace = traced("asked")
    trace.route = "orders/<int:id>/"
    recorder.take(record(500, trace=trace, error="KeyError"))
    (entry,) = rings.entries()
    assert (entry.error, entry.route) == ("KeyError", "orders/<int:id>/")
    assert (entry.span, entry.trace_id) == (trace.span, trace.id)


def test_a_request_without_a_trace_goes_on_with_its_callers(recorder, rings):
    parent = TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    recorder.take(record(500, fields={"traceparent": str(parent)}))
    (entry,) = rings.entries()
    assert (entry.trace_id, entry.parent) == (parent.trace_id, parent.span_id)


def test_no_secret_gets_into_the_memory(recorder, rings):
    trace = traced("asked")
    trace.fields = [("Set-Cookie", f"sessionid={SECRET}; HttpOnly")]
    fields = {
        "cookie": f"sessionid={SECRET}",
        "authorization": f"Bearer {SECRET}",
        "x-api-key": SECRET,
    }
    recorder.take(record(500, target=f"/orders?token={SECRET}&page=2", fields=fields, trace=trace))
    (data,) = rings.ring(0).read()
    assert SECRET.encode() not in data
    (entry,) = rings.entries()
    assert entry.path == "/orders"
    assert "page=2" in entry.query
    assert dict(entry.fields)["cookie"].startswith("sessionid=")


def test_what_was_slow_or_failed_is_suspected(recorder):
    seen = []
    recorder.choice.on_suspect = lambda method, path: seen.append((method, path))
    recorder.take(record(500, target="/orders?page=2"))
    recorder.take(record(trace=traced("sampled"), target="/other"))
    assert seen == [("GET", "/orders")]


def test_when_all_fails_a_few_are_kept(recorder, rings):
    for _ in range(1000):
        recorder.take(record(500))
    assert UNTRACED <= len(rings.entries()) < 200


def test_whoever_answers_hears_of_no_trouble(recorder, caplog, monkeypatch):
    logger = logging.getLogger("enfilade.server")
    monkeypatch.setattr(logger, "propagate", True)
    recorder.take(record(500, fields=None))
    assert "could not be recorded" in caplog.text


def test_development_keeps_nothing_of_its_own_pages(rings):
    recorder = Recorder(rings.ring(0), Options(debug=True))
    recorder.take(record(500, target="/-/enfilade/requests"))
    recorder.take(record(500, target="/-/ready"))
    assert [entry.path for entry in rings.entries()] == ["/-/ready"]


def test_the_span_in_the_answer_is_shown_and_the_token_in_the_request_is_not(recorder, rings):
    trace = traced("asked")
    trace.fields = [("Enfilade-Trace", trace.span), ("X-Token", SECRET)]
    recorder.take(record(trace=trace, fields={"enfilade-trace": SECRET}))
    (entry,) = rings.entries()
    assert entry.response_fields == (("Enfilade-Trace", trace.span), ("X-Token", HIDDEN))
    assert SECRET not in str(entry)
