"""Requests as a recorder keeps them, made up, and a source that has them."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from enfilade.exceptions import DeveloperError
from enfilade.lifecycle import EVENTS
from enfilade.trace import Entry, Event, Note, Stack

COUNTERS = (
    "waiting", "connections", "connections_accepted", "bytes_received", "bytes_sent", "shed",
    "timed_out", "refused", "clients_gone", "handed_over", "unlogged",
)  # fmt: skip


def describe_server(**more: Any) -> dict[str, Any]:
    """What ``top`` answers of a server of one worker that has answered 14 requests."""
    classes = {"responses_1xx": 0, "responses_2xx": 9, "responses_3xx": 1, "responses_4xx": 2}
    counted = {"requests": 14, **classes, "responses_5xx": 1, **dict.fromkeys(COUNTERS, 3)}
    worker = {"pid": 4711, "generation": 1, "state": "ready", "uptime": 3.0, "busy": 1}
    return {
        "version": "0.1.0",
        "pid": 4710,
        "uptime": 4000.0,
        "addresses": ["http://127.0.0.1:8000"],
        "application": "shop:application",
        "generation": 1,
        "reloading": False,
        "state": "",
        "paused": None,
        "wanted": 1,
        "totals": counted,
        "histograms": {"took": [0] * 10 + [4, 8, 0, 2] + [0] * 17, "waited": [14] + [0] * 30},
        "workers": [{**worker, "threads": 8, "memory": 52_000_000, **counted}],
        "activities": [
            {"worker": 4711, "slot": 1, "method": "GET", "target": "/slow/", "phase": "application",
             "elapsed": 2.5},
        ],
        **more,
    }  # fmt: skip


class Kept:
    """A source with *entries*, which may change; ``None`` is a recorder that is off."""

    def __init__(self, entries: list[Entry] | None, site: Any = None) -> None:
        self.kept = entries
        self.site = site
        self.why_no_site = "The house is closed."
        self.leaving = False
        self.told = describe_server()

    def entries(self, *, details: bool = False) -> list[Entry] | None:
        return self.kept

    def entry(self, span: str) -> Entry | None:
        return next((entry for entry in self.kept or () if entry.span == span), None)

    def server(self) -> dict[str, Any]:
        return self.told

    def draining(self) -> bool:
        return self.leaving


class Gone(Kept):
    """A server that cannot be asked."""

    def server(self) -> dict[str, Any]:
        raise DeveloperError("no server answers at /run/shop.sock", hint="Is it running?")


def make_entry(number: int = 1, **more: Any) -> Entry:
    """The request number *number*, which came a second after the one before."""
    values: dict[str, Any] = {
        "span": f"{number:016x}",
        "trace_id": f"{number:032x}",
        "time": 1_700_000_000.0 + number,
        "pid": 4711,
        "method": "GET",
        "path": "/teas/",
        "version": "HTTP/1.1",
        "status": 200,
        "why": ("sampled",),
        "queued": 200_000,
        "first_byte": 4_000_000,
        "duration": 5_000_000,
        "sent": 439,
        "route": "teas/",
    }
    return Entry(**{**values, **more})


TRACED = (
    Event(-300_000, "accept", "127.0.0.1"),
    Event(0, "read", "GET", "/teas/"),
    Event(200_000, "gateway"),
    Event(250_000, "handler", "WSGIHandler", until=3_900_000),
    Event(260_000, "request", "GET /teas/", until=270_000),
    Event(280_000, "middleware.in", "shop.Porter.process_request", until=290_000),
    Event(300_000, "resolve", "/teas/", "2 of 7 routes tried, teas/ wins", until=320_000),
    Event(400_000, "view", "The view shop.teas", until=3_400_000),
    Event(3_500_000, "render", "response", "HttpResponse", until=3_510_000),
    Event(3_600_000, "middleware.out", "shop.Porter.process_response", until=3_650_000),
    Event(4_000_000, "write", detail="200"),
    Event(5_000_000, "send", detail="439 bytes"),
)
"""The events of a request."""

QUERIES = (
    Note(500_000, "sql", "sqlite", "SELECT slug FROM tea", 600_000),
    *(
        Note(at, "sql", "sqlite", f"SELECT cents FROM price WHERE id = {at}", at + 50_000)
        for at in range(700_000, 1_400_000, 50_000)
    ),
    Note(2_000_000, "log", "shop", "INFO 14 teas"),
)
"""What was said meanwhile: one query, 14 that are alike, and a line of a log."""

HOSTILE = (
    "<script>alert(1)</script>",
    '" onclick="x',
    "{{ 7 * 7 }}",
    "\x00\x1b[31m\u202e",
    "a" * 9000,
)


def texts() -> st.SearchStrategy[str]:
    """What strangers may have written."""
    free = st.text(st.characters(codec=None), max_size=30)
    return st.sampled_from(HOSTILE) | free


def _times() -> st.SearchStrategy[int]:
    return st.integers(-(10**12), 10**12)


def _several(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(kind, max_size=4).map(tuple)


def entries() -> st.SearchStrategy[Entry]:
    """Any entries, of requests and servers of all kinds."""
    made: Callable[..., st.SearchStrategy[Any]] = st.builds
    event = made(
        Event, _times(), st.sampled_from((*EVENTS, "hop", "news")), texts(), texts(), _times(),
        st.sampled_from(("", "answered", "raised", "replaced")),
    )  # fmt: skip
    note = made(Note, _times(), st.sampled_from(("log", "sql", "mail")), texts(), texts(), _times())
    stack = made(Stack, _times(), _times(), st.integers(0, 9), _several(texts()))
    pairs = _several(st.tuples(texts(), texts()))
    return made(
        make_entry,
        number=st.integers(1, 2**60),
        time=st.floats(-1e18, 1e18),
        method=texts(),
        path=texts(),
        query=texts(),
        version=texts(),
        peer=texts(),
        status=st.sampled_from((0, 101, 200, 204, 301, 404, 500, 599, 999)),
        why=_several(st.sampled_from(("slow", "failed", "lost", "development")) | texts()),
        parent=st.sampled_from(("", "00f067aa0ba902b7")),
        sent=st.integers(0, 2**62),
        queued=_times(),
        first_byte=_times(),
        duration=_times(),
        route=texts(),
        error=texts(),
        events=_several(event),
        notes=_several(note),
        stacks=_several(stack),
        error_frames=_several(texts()),
        fields=pairs,
        response_fields=pairs,
        cut=st.integers(0, 5),
    )
