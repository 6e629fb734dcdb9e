import asyncio
import contextvars
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace as api
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from collecting import Collector, attributes, collecting
from enfilade.exceptions import ImproperlyConfigured
from enfilade.trace import KEY, Entry, Event, Note, Stack, Trace, TraceParent
from enfilade.trace.opentelemetry import open_exporter
from enfilade.trace.opentelemetry.current import current_in_task, current_in_thread

MICROSECOND = 1000
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
BEGAN = 1_700_000_000_500_000_000


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as server:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
        yield server


def entry(**more: Any) -> Entry:
    told: dict[str, Any] = {
        "span": "b7ad6b7169203331", "trace_id": TRACE_ID, "time": BEGAN / 1e9, "pid": 7,
        "method": "GET", "path": "/rooms/7/", "version": "HTTP/1.1", "status": 200,
        "why": ("slow",), "duration": 100 * MICROSECOND,
    }  # fmt: skip
    return Entry(**{**told, **more})


def sent(collector: Collector, *entries: Entry) -> dict[str, Span]:
    exporter = open_exporter()
    assert exporter is not None
    for each in entries:
        exporter.export(each)
    exporter.close()
    return collector.spans


# What arrives at a collector --------------------------------------------------------------------


def test_a_request_is_a_server_span_by_the_semantic_conventions(collector: Collector) -> None:
    kept = entry(
        parent="00f067aa0ba902b7",
        query="page=2",
        route="rooms/<int:number>/",
        peer="192.0.2.1",
        sent=512,
        queued=2_000_000,
        fields=(("user-agent", "Mozilla/5.0"),),
    )
    span = sent(collector, kept)["GET rooms/<int:number>/"]
    assert span.trace_id.hex() == TRACE_ID
    assert (span.span_id.hex(), span.parent_span_id.hex()) == (kept.span, kept.parent)
    assert span.kind == Span.SPAN_KIND_SERVER
    assert span.status.code == Status.STATUS_CODE_UNSET
    assert span.start_time_unix_nano == BEGAN
    assert span.end_time_unix_nano - BEGAN == kept.duration
    assert attributes(span) == {
        "http.request.method": "GET",
        "url.path": "/rooms/7/",
        "url.query": "page=2",
        "http.route": "rooms/<int:number>/",
        "http.response.status_code": 200,
        "http.response.body.size": 512,
        "network.protocol.name": "http",
        "network.protocol.version": "1.1",
        "client.address": "192.0.2.1",
        "user_agent.original": "Mozilla/5.0",
        "process.pid": 7,
        "enfilade.why": ["slow"],
        "enfilade.queued_ms": 2.0,
        "enfilade.first_byte_ms": 0.0,
    }


def test_events_are_spans_within_one_another(collector: Collector) -> None:
    kept = entry(
        queued=10 * MICROSECOND,
        events=(
            Event(0, "read", "GET"),
            Event(10 * MICROSECOND, "gateway"),
            Event(20 * MICROSECOND, "handler", "WSGIHandler", until=90 * MICROSECOND),
            Event(
                30 * MICROSECOND, "view", "The view rooms.room", "KeyError", 80 * MICROSECOND,
                "raised",
            ),
        ),
        notes=(
            Note(40 * MICROSECOND, "sql", "default", "select 1 from room", 50 * MICROSECOND),
            Note(45 * MICROSECOND, "log", "rooms", "the door is locked"),
        ),
        stacks=(Stack(50 * MICROSECOND, 60 * MICROSECOND, 3, ("rooms.py:7 room",)),),
    )  # fmt: skip
    spans = sent(collector, kept)
    request, queue, handler = spans["GET"], spans["queue"], spans["WSGIHandler"]
    view, query = spans["The view rooms.room"], spans["SELECT"]
    parents = [span.parent_span_id for span in (queue, handler, view, query)]
    assert parents == [request.span_id, request.span_id, handler.span_id, view.span_id]
    assert len({span.span_id for span in spans.values()}) == 5
    assert (queue.start_time_unix_nano, queue.end_time_unix_nano - BEGAN) == (BEGAN, 10_000)
    assert view.status.code == Status.STATUS_CODE_ERROR
    assert attributes(view) == {
        "enfilade.event": "view",
        "enfilade.step": 9,
        "enfilade.detail": "KeyError",
        "enfilade.outcome": "raised",
    }
    assert query.kind == Span.SPAN_KIND_CLIENT
    assert attributes(query) == {
        "db.system.name": "other_sql",
        "db.namespace": "default",
        "db.operation.name": "SELECT",
        "db.query.text": "select 1 from room",
    }
    told = {event.name: attributes(event) for event in request.events}
    assert [event.name for event in request.events] == ["read", "gateway", "log", "stack"]
    assert told["log"] == {"enfilade.source": "rooms", "enfilade.text": "the door is locked"}
    assert told["stack"] == {"enfilade.frames": "rooms.py:7 room", "enfilade.count": 3}


@pytest.mark.parametrize(
    ("status", "error", "kind"), [(500, "KeyError: 'door'", "KeyError"), (503, "", "503")]
)
def test_a_failure_is_told(collector: Collector, status: int, error: str, kind: str) -> None:
    span = sent(collector, entry(status=status, error=error))["GET"]
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert attributes(span)["error.type"] == kind
    if error:
        assert attributes(span.events[0])["exception.message"] == error
        assert "exception.stacktrace" not in attributes(span.events[0])


def test_a_failure_that_says_nothing_has_its_type_and_its_frames(collector: Collector) -> None:
    error, frames = "KeyError at a b.py:7 in door", ("a b.py:7 door", "server.py:3 House.open")
    span = sent(collector, entry(status=500, error=error, error_frames=frames))["GET"]
    assert attributes(span)["error.type"] == "KeyError"
    assert attributes(span.events[0]) == {
        "exception.type": "KeyError",
        "exception.message": error,
        "exception.stacktrace": (
            "Traceback (most recent call last):\n"
            '  File "server.py", line 3, in House.open\n'
            '  File "a b.py", line 7, in door\n'
            f"{error}"
        ),
    }


def test_a_request_that_was_lost_has_no_status(collector: Collector) -> None:
    span = sent(collector, entry(status=0, why=("lost",)))["GET"]
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert "http.response.status_code" not in attributes(span)


def test_a_method_that_is_made_up_makes_no_name(collector: Collector) -> None:
    span = sent(collector, entry(method="BREW"))["HTTP"]
    told = attributes(span)
    assert (told["http.request.method"], told["http.request.method_original"]) == (
        "_OTHER", "BREW",
    )  # fmt: skip


def test_an_entry_that_is_sent_twice_is_the_same_trace(collector: Collector) -> None:
    kept = entry(events=(Event(20, "handler", "WSGIHandler", until=90),))
    first, second = (sent(collector, kept)["WSGIHandler"].span_id for _ in range(2))
    assert first == second


def test_the_environment_says_who_sends(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "gazette")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=k1")
    sent(collector, entry())
    assert collector.resource["service.name"] == "gazette"
    assert collector.resource["deployment.environment.name"] == "test"
    assert collector.keys == ["k1"]


# What is asked for and what is there ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"), [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")]
)
def test_the_environment_may_switch_it_off(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert open_exporter() is None


def test_another_protocol_is_a_mistake_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(ImproperlyConfigured, match="OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'"):
        open_exporter()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ImproperlyConfigured) as caught:
        open_exporter()
    assert 'pip install "enfilade[opentelemetry]"' in (caught.value.hint or "")


# The current span -------------------------------------------------------------------------------


def outgoing() -> dict[str, str]:
    """What an instrumented client adds to its requests here."""
    fields: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(fields)
    return fields


def test_the_requests_span_is_current_in_its_thread() -> None:
    seen: list[dict[str, str]] = []

    def application(_environ: Any, _start_response: Any) -> list[bytes]:
        seen.append(outgoing())
        return []

    traced = Trace(TraceParent(TRACE_ID, "b7ad6b7169203331", state="congo=t61rcWkgMzE"))
    wrapped = current_in_thread(application)

    def serve() -> None:
        for environ in ({KEY: traced}, {}):
            wrapped(environ, lambda *_: None)

    contextvars.Context().run(serve)
    assert seen == [traced.context, {}]


async def test_the_requests_span_is_current_in_its_task_and_in_no_other() -> None:
    seen: dict[str, Any] = {}
    both = asyncio.Barrier(2)

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        await both.wait()
        seen[scope["path"]] = outgoing()

    wrapped = current_in_task(application)
    first, second = Trace(), Trace()
    scopes = [{"path": "/1", KEY: first}, {"path": "/2", KEY: second}]
    await asyncio.gather(*(wrapped(scope, None, None) for scope in scopes))  # type: ignore[arg-type]
    assert seen == {"/1": first.context, "/2": second.context}
    assert not api.get_current_span().get_span_context().is_valid
