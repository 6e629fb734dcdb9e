"""An entry as OpenTelemetry's spans: the request's own, and one for each event within it.

Attributes have the names of the semantic conventions for HTTP servers and database clients where
there is one (https://opentelemetry.io/docs/specs/semconv/), else they begin with "enfilade.". The
request's span has our id, so that what was told to others as ``traceparent`` is its address; those
within it have ids that follow from it, so that an entry that is sent twice is the same trace.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event as SpanEvent
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.semconv.attributes import (
    client_attributes,
    db_attributes,
    error_attributes,
    exception_attributes,
    http_attributes,
    network_attributes,
    url_attributes,
    user_agent_attributes,
)
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from enfilade.lifecycle import EVENTS, step
from enfilade.trace.entry import Entry
from enfilade.trace.failure import kind_of
from enfilade.trace.nesting import Span, nest
from enfilade.trace.record import RAISED, Note
from enfilade.version import VERSION

METHODS = frozenset(
    ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE")
)
"""What is not one of them is ``_OTHER``, as the conventions want it."""

_SCOPE = InstrumentationScope("enfilade", VERSION)
_FAILED = Status(StatusCode.ERROR)


def spans_of(entry: Entry, resource: Resource) -> list[ReadableSpan]:
    """The spans of *entry*, that of the request first; *resource* is who sends them."""
    request = _Request(entry, resource)
    events = nest(entry.events, entry.duration)
    return [
        request.server_span([each for each in events if each.moment]),
        *request.queue_span(),
        *request.event_spans(events),
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span within a request, times as those of the entry; ``place`` makes its id."""

    name: str
    place: str
    at: int
    end: int
    around: SpanContext
    attributes: Mapping[str, Any]
    kind: SpanKind = SpanKind.INTERNAL
    failed: bool = False


class _Request:
    def __init__(self, entry: Entry, resource: Resource) -> None:
        self.entry = entry
        self.resource = resource
        self.epoch = round(entry.time * 1e9)
        self.trace_id = int(entry.trace_id, 16)
        self.context = self._context(int(entry.span, 16))

    # The request -----------------------------------------------------------------------------

    def server_span(self, moments: list[Span]) -> ReadableSpan:
        entry = self.entry
        failed = entry.status >= 500 or not entry.status or bool(entry.error)
        parent = self._context(int(entry.parent, 16), True) if entry.parent else None
        method = entry.method if entry.method in METHODS else "HTTP"
        told = sorted(self._told(moments), key=lambda event: event.timestamp)
        return ReadableSpan(
            name=f"{method} {entry.route}".rstrip(),
            context=self.context,
            parent=parent,
            resource=self.resource,
            attributes={name: value for name, value in self._attributes() if value != ""},
            events=told,
            kind=SpanKind.SERVER,
            status=_FAILED if failed else Status(),
            start_time=self.epoch,
            end_time=self.epoch + entry.duration,
            instrumentation_scope=_SCOPE,
        )

    def _attributes(self) -> Iterator[tuple[str, Any]]:
        entry = self.entry
        yield from _method(entry.method)
        yield url_attributes.URL_PATH, entry.path
        yield url_attributes.URL_QUERY, entry.query
        yield http_attributes.HTTP_ROUTE, entry.route
        yield http_attributes.HTTP_RESPONSE_STATUS_CODE, entry.status or ""
        yield "http.response.body.size", entry.sent
        yield network_attributes.NETWORK_PROTOCOL_NAME, "http"
        yield network_attributes.NETWORK_PROTOCOL_VERSION, entry.version.partition("/")[2]
        yield client_attributes.CLIENT_ADDRESS, entry.peer
        agent = (value for name, value in entry.fields if name.lower() == "user-agent")
        yield user_agent_attributes.USER_AGENT_ORIGINAL, next(agent, "")
        if entry.error or entry.status >= 500:
            yield error_attributes.ERROR_TYPE, kind_of(entry.error) or str(entry.status)
        yield "process.pid", entry.pid
        yield "enfilade.why", entry.why
        yield "enfilade.queued_ms", entry.queued / 1e6
        yield "enfilade.first_byte_ms", entry.first_byte / 1e6

    def _told(self, moments: list[Span]) -> Iterator[SpanEvent]:
        for moment in moments:
            event = moment.event
            yield self._event(event.event, event.at, node=event.node, detail=event.detail)
        for note in self.entry.notes:
            if note.kind != "sql":
                yield self._event(note.kind, note.at, source=note.source, text=note.text)
        for stack in self.entry.stacks:
            frames = "\n".join(stack.frames)
            yield self._event("stack", stack.first, frames=frames, count=stack.count)
        if self.entry.error:
            said = {
                exception_attributes.EXCEPTION_TYPE: kind_of(self.entry.error),
                exception_attributes.EXCEPTION_MESSAGE: self.entry.error,
                exception_attributes.EXCEPTION_STACKTRACE: _traceback(self.entry),
            }
            said = {name: text for name, text in said.items() if text}
            yield SpanEvent("exception", said, self.epoch + self.entry.duration)

    def _event(self, name: str, at: int, **said: str | int) -> SpanEvent:
        attributes = {f"enfilade.{key}": value for key, value in said.items() if value}
        return SpanEvent(name, attributes, self.epoch + at)

    # What lies within it ---------------------------------------------------------------------

    def queue_span(self) -> Iterator[ReadableSpan]:
        if self.entry.queued > 0:
            begin, end = self.entry.waited
            yield self._span(_Piece("queue", "queue", begin, end, self.context, {}))

    def event_spans(self, events: list[Span]) -> Iterator[ReadableSpan]:
        """The spans of what lasted, and of the queries meanwhile."""
        lasting = [each for each in events if not each.moment]
        contexts = {
            id(each): self._context(self._id(f"event {number}"))
            for number, each in enumerate(lasting)
        }
        for number, each in enumerate(lasting):
            around = contexts[id(each.around)] if each.around else self.context
            yield self._span(_event_piece(each, f"event {number}", around))
        for number, note in enumerate(self.entry.notes):
            if note.kind == "sql":
                within = (s for s in reversed(lasting) if s.event.at <= note.at <= s.end)
                innermost = next(within, None)
                context = contexts[id(innermost)] if innermost else self.context
                yield self._span(_query_piece(note, f"note {number}", context))

    def _span(self, piece: _Piece) -> ReadableSpan:
        return ReadableSpan(
            name=piece.name,
            context=self._context(self._id(piece.place)),
            parent=piece.around,
            resource=self.resource,
            attributes=dict(piece.attributes),
            kind=piece.kind,
            status=_FAILED if piece.failed else Status(),
            start_time=self.epoch + piece.at,
            end_time=self.epoch + piece.end,
            instrumentation_scope=_SCOPE,
        )

    def _context(self, span_id: int, is_remote: bool = False) -> SpanContext:
        return SpanContext(self.trace_id, span_id, is_remote, TraceFlags(TraceFlags.SAMPLED))

    def _id(self, place: str) -> int:
        said = f"{self.entry.trace_id} {self.entry.span} {place}".encode()
        return int.from_bytes(blake2b(said, digest_size=8).digest()) or 1


def _method(method: str) -> Iterator[tuple[str, str]]:
    if method in METHODS:
        yield http_attributes.HTTP_REQUEST_METHOD, method
    else:
        yield http_attributes.HTTP_REQUEST_METHOD, "_OTHER"
        yield http_attributes.HTTP_REQUEST_METHOD_ORIGINAL, method


def _traceback(entry: Entry) -> str:
    """The innermost frames of the exception as Python writes them, the last call at the end."""
    if not entry.error_frames:
        return ""
    lines = ["Traceback (most recent call last):"]
    for frame in reversed(entry.error_frames):
        file, _, place = frame.rpartition(":")
        line, _, function = place.partition(" ")
        lines.append(f'  File "{file}", line {line}, in {function}')
    return "\n".join([*lines, entry.error])


def _event_piece(span: Span, place: str, around: SpanContext) -> _Piece:
    event = span.event
    number = step(event.event).number if event.event in EVENTS else ""
    said = {
        "enfilade.event": event.event,
        "enfilade.step": number,
        "enfilade.detail": event.detail,
        "enfilade.outcome": event.outcome,
    }
    return _Piece(
        name=event.node or event.event,
        place=place,
        at=event.at,
        end=span.end,
        around=around,
        attributes={name: value for name, value in said.items() if value != ""},
        failed=event.outcome == RAISED,
    )


def _query_piece(note: Note, place: str, around: SpanContext) -> _Piece:
    operation = note.text.split(None, 1)[0].upper() if note.text.strip() else "query"
    said = {
        db_attributes.DB_SYSTEM_NAME: "other_sql",
        db_attributes.DB_NAMESPACE: note.source,
        db_attributes.DB_OPERATION_NAME: operation,
        db_attributes.DB_QUERY_TEXT: note.text,
    }
    end = max(note.until, note.at)
    return _Piece(operation, place, note.at, end, around, said, SpanKind.CLIENT)
