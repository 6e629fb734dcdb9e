"""One request in development, and what its answer gets beside what the application said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from enfilade.profiler.doors.insertion import Insertion
from enfilade.profiler.doors.policy import FIELDS, Origin, permission
from enfilade.profiler.doors.toolbar import Summary, toolbar
from enfilade.reserved import link_to, page_of
from enfilade.trace import Trace
from enfilade.trace.asked import ASKED
from enfilade.trace.server_timing import server_timing

Fields = list[tuple[str, str]]
"""Names and values of response fields."""

MOST = 4 * 1024 * 1024
"""Bytes of a page whose length is told that are gathered to put a toolbar in."""

HINTS = ("hx-request", "sec-fetch-dest", "turbo-frame", "x-requested-with")
"""Fields of a request that tell for what an answer is wanted."""

_UNTOUCHED = frozenset(
    ("content-digest", "content-disposition", "content-encoding", "content-md5", "content-range",
     "digest", "repr-digest")
)  # fmt: skip
"""An answer with one of these is no page to look at, or has to stay as it is."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A request of *method*, whose record is *trace*; *hints* has those of :data:`HINTS` that it
    brought, by name. It began at the moment *began* of :func:`time.perf_counter_ns`. *known* says
    whether the profiler answers at its host."""

    trace: Trace
    method: str
    origin: Origin
    hints: Mapping[str, str]
    began: int
    known: bool = True

    def announce(self, fields: Iterable[tuple[str, str]]) -> Fields:
        """*fields* of the answer, with those that lead to its page in the profiler."""
        trace = self.trace
        told = [*fields, link_to(page_of(trace.span))]
        if trace.why != ASKED:  # the server tells those who have asked
            told += [("Enfilade-Trace", trace.span), ("Server-Timing", server_timing(trace))]
        return told

    def toolbar(self, status: int, fields: Fields) -> Insertion | None:
        """What puts a toolbar into the body of the answer, if it is a page that may have one."""
        if not (self.known and self._shows_a_page() and _is_page(status, fields)):
            return None
        policies = [value for name, value in fields if name.lower() in FIELDS]
        style = permission(policies, "style", self.origin)
        script = permission(policies, "script", self.origin)
        if style is None:
            return None
        return Insertion(lambda: toolbar(self._summary(status), style, script))

    def _shows_a_page(self) -> bool:
        """Whether the answer becomes a page of a browser, as far as the request tells: no part of
        one, no frame, and nothing for a script."""
        destination = self.hints.get("sec-fetch-dest", "document")
        return (
            self.method in ("GET", "POST")
            and destination == "document"
            and (self.hints.keys() <= {"sec-fetch-dest"})
        )

    def _summary(self, status: int) -> Summary:
        trace = self.trace
        queries = [note for note in trace.notes if note.kind == "sql"]
        views = [event.node for event in trace.events if event.event == "view"]
        return Summary(
            page_of(trace.span),
            status,
            perf_counter_ns() - self._began(),
            views[-1].removeprefix("The view ") if views else "",
            len(queries),
            sum(max(0, note.until - note.at) for note in queries),
        )

    def _began(self) -> int:
        """When the request had been read."""
        read = (event.at for event in self.trace.events if event.event == "read")
        return next(read, self.began)


def _is_page(status: int, fields: Fields) -> bool:
    """Whether an answer is a complete page of HTML."""
    known = {name.lower(): value.lower() for name, value in fields}
    kind, _, parameters = known.get("content-type", "").partition(";")
    return (
        (status == 200 or status >= 400)
        and kind.strip() == "text/html"
        and "utf-16" not in parameters
        and "utf-32" not in parameters
        and known.keys().isdisjoint(_UNTOUCHED)
        and "no-transform" not in known.get("cache-control", "")
        and _length(fields) <= MOST
    )


def _length(fields: Sequence[tuple[str, str]]) -> int:
    length = declared_length(fields)
    return 0 if length is None else length


def declared_length(fields: Iterable[tuple[str, str]]) -> int | None:
    """The Content-Length among *fields*; ``None`` without one, or if that is no number."""
    for name, value in fields:
        if name.lower() == "content-length":
            return int(value) if value.isascii() and value.isdigit() else None
    return None


def fitting(fields: Fields, body: bytes, page: bytes) -> Fields:
    """*fields* for *page*, which is *body* or was made of it: all of it is there, so its length is
    told in any case."""
    if page != body:
        return changed(fields, len(page))
    if any(_tells_length(name) for name, _ in fields):
        return fields
    return [*fields, ("Content-Length", str(len(page)))]


def changed(fields: Iterable[tuple[str, str]], length: int | None) -> Fields:
    """*fields* for a body that was changed: of *length* bytes if that is known, and with a weak
    entity tag, since the next one of the same page will differ a little (RFC 9110, 8.8.1)."""
    kept = [(name, _weak(name, value)) for name, value in fields if not _tells_length(name)]
    return kept if length is None else [*kept, ("Content-Length", str(length))]


def _tells_length(name: str) -> bool:
    return name.lower() == "content-length"


def _weak(name: str, value: str) -> str:
    return f"W/{value}" if name.lower() == "etag" and value.startswith('"') else value
