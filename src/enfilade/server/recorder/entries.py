"""An answered request as it is kept: from what the access log is told, and its trace."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from enfilade.secrecy import hide_fields, hide_target
from enfilade.server.access import AccessRecord
from enfilade.trace import Entry, Event, Note, Stack, Trace, read_trace_parent
from enfilade.trace.failure import frames_of

_TARGETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"read": ("detail",), "request": ("node",), "resolve": ("node",)}
)
"""Where events have something of the request's target."""


def make_entry(record: AccessRecord, why: Sequence[str], stacks: Iterable[Stack] = ()) -> Entry:
    """The entry of *record*, without secrets; *stacks* have the times since a thread took it."""
    trace = record.trace or Trace(read_trace_parent(record.fields.get("traceparent", "")))
    read = _read_at(trace)
    path, _, query = hide_target(record.target).partition("?")
    queued = _nanoseconds(record.queued)
    return Entry(
        span=trace.span,
        trace_id=trace.id,
        parent=trace.parent,
        time=round(record.time, 6),
        pid=os.getpid(),
        method=record.method,
        path=path,
        query=query,
        version=record.version,
        status=record.status,
        why=tuple(why),
        peer=record.peer,
        sent=record.bytes_sent,
        queued=queued,
        first_byte=_nanoseconds(record.first_byte),
        duration=_nanoseconds(record.duration),
        route=trace.route or record.route,
        error=str(record.error),
        error_frames=frames_of(record.error),
        events=tuple(_event(event, read) for event in tuple(trace.events)),
        notes=tuple(_note(note, read) for note in tuple(trace.notes)),
        stacks=tuple(_stack(stack, queued) for stack in stacks),
        fields=hide_fields(record.fields.items()),
        response_fields=_response_fields(trace),
        cut=trace.cut,
    )


def _response_fields(trace: Trace) -> tuple[tuple[str, str], ...]:
    """Those of the response, in which ``Enfilade-Trace`` is no token, as it is in a request, but
    the span."""
    hidden = hide_fields(trace.fields)
    return tuple(
        (name, trace.span if given == trace.span else shown)
        for (_, given), (name, shown) in zip(trace.fields, hidden, strict=True)
    )


def _read_at(trace: Trace) -> int:
    """When the request had been read: 0 of all times in an entry."""
    events = trace.events
    moments = [event.at for event in events if event.event == "read"]
    return (moments or [event.at for event in events[:1]] or [0])[0]


def _event(event: Event, read: int) -> Event:
    said = {name: hide_target(getattr(event, name)) for name in _TARGETS.get(event.event, ())}
    return replace(event, at=event.at - read, until=event.until and event.until - read, **said)


def _note(note: Note, read: int) -> Note:
    return replace(note, at=note.at - read, until=note.until and note.until - read)


def _stack(stack: Stack, queued: int) -> Stack:
    return replace(stack, first=stack.first + queued, last=stack.last + queued)


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
