"""What has happened so far, as a field of the response: W3C Server Timing.

The browser's developer tools show it (https://www.w3.org/TR/server-timing/, section 3). The
names of views and the patterns of routes stand in it, so it is for development, and for who has
the token; nothing of the request itself does.
"""

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter_ns
from types import MappingProxyType
from urllib.parse import quote

from enfilade.lifecycle import HOP
from enfilade.trace.nesting import Span, nest
from enfilade.trace.record import IN_TASK, Event, Trace

LONGEST = 200
"""The longest description, in characters: with all metrics the field has hardly more than 1 KiB."""

_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "middleware.in": "in",
        "resolve": "resolve",
        "middleware.view": "hooks",
        "view": "view",
        "render": "render",
        "middleware.out": "out",
        HOP: "hops",
    }
)
_DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "in": "middleware, inward",
        "hooks": "process_view",
        "render": "the response is made",
        "out": "middleware, outward",
        "hops": "between event loop and threads",
    }
)
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def server_timing(trace: Trace) -> str:
    """The value of a ``Server-Timing`` field about *trace*, whose request is under way.

    Times are milliseconds, each without what lies within; "total" is since the request had been
    read.
    """
    return ", ".join(_metrics(trace, perf_counter_ns()))


def _metrics(trace: Trace, now: int) -> Iterator[str]:
    began = _moment(trace.events, "read")
    taken = next((each for each in trace.events if each.event == "gateway"), None)
    if began is not None and taken is not None and taken.detail != IN_TASK:
        yield _metric("queue", taken.at - began, "until a thread had it")
    spans = nest(trace.events, now)
    for event, name in _METRICS.items():
        found = [span for span in spans if span.event.event == event]
        if found:
            yield _metric(name, sum(span.own for span in found), _describe(name, found))
    queries = [note for note in trace.notes if note.kind == "sql"]
    if queries:
        lasted = sum((note.until or now) - note.at for note in queries)
        said = "1 query" if len(queries) == 1 else f"{len(queries)} queries"
        yield _metric("sql", lasted, said)
    if began is None:
        began = trace.events[0].at if trace.events else now
    yield _metric("total", now - began)


def _moment(events: Sequence[Event], name: str) -> int | None:
    return next((event.at for event in events if event.event == name), None)


def _describe(name: str, found: Sequence[Span]) -> str:
    event = found[-1].event
    if name == "resolve":
        return event.detail
    return event.node if name == "view" else _DESCRIPTIONS[name]


def _metric(name: str, nanoseconds: int, description: str = "") -> str:
    metric = f"{name};dur={max(nanoseconds, 0) / 1e6:.3f}"
    return f"{metric};desc={_quoted(description)}" if description else metric


def _quoted(text: str) -> str:
    """*text* as a quoted-string (RFC 9110, 5.6.4); what is not ASCII percent-encoded, since
    browsers differ in how they read it."""
    printable = quote(text[:LONGEST], safe=_PRINTABLE)[:LONGEST]
    escaped = printable.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
