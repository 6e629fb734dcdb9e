"""Which page answers which request."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from enfilade.exceptions import DeveloperError
from enfilade.profiler import views
from enfilade.profiler.page import (
    TEXT,
    Page,
    lead_to,
    make_answer,
    make_asset,
    make_page,
    make_stream,
)
from enfilade.profiler.selection import Selection
from enfilade.profiler.source import Source
from enfilade.profiler.tail import Pace, Tail, Tails
from enfilade.profiler.templating import asset, render
from enfilade.profiler.visit import Visit
from enfilade.trace import Entry

STREAMS = 2
"""Live pages at a time in one process: each may hold a thread."""

ASSETS: Mapping[str, str] = {
    "assets/profiler.css": "text/css; charset=utf-8",
    "assets/profiler.js": "text/javascript; charset=utf-8",
}
"""What the pages load, and its type."""

PAGES: Mapping[str, Callable[[Visit], Page]] = {
    "": views.overview,
    "requests/": views.requests,
    "routes/": views.routes,
    "chain/": views.chain,
    "workers/": views.workers,
    "errors/": views.errors,
}
"""The pages by what follows the root."""

EVENTS = "requests/events"

_REQUEST = re.compile(r"requests/([0-9a-f]{1,64})(\.json|\.perfetto\.json)?", re.ASCII)


class Profiler:
    """The pages about what *source* tells. *root* is the path of the first of them, and ends in a
    slash; *streams* is how many live pages may be open at a time, *pace* how they go."""

    def __init__(
        self, source: Source, root: str, streams: int = STREAMS, pace: Pace | None = None
    ) -> None:
        self._source = source
        self._root = root
        self._pace = pace or Pace()
        self._tails = Tails(streams)

    def answer(self, method: str, path: str, query: str = "", last_event_id: str = "") -> Page:
        """The page at *path*, the decoded path of the request as a whole, *root* included; its
        *query* is without the "?". What is not there is a page too, of status 404."""
        if method not in ("GET", "HEAD"):
            return make_answer(b"GET and HEAD only.\n", TEXT, 405, (("Allow", "GET, HEAD"),))
        asked = dict(parse_qsl(query))
        inner = path.removeprefix(self._root)
        last = last_event_id or asked.get("after", "")
        visit = Visit(self._source, self._root, inner, asked, last)
        if f"{inner}/" in PAGES:
            return lead_to(f"{self._root}{inner}/{'?' if query else ''}{query}")
        try:
            return self._answer(visit, method)
        except DeveloperError as error:  # the server is in no reach
            text = render("out_of_reach.html", self._root, error=error)
            return make_page(text, 503)

    def _answer(self, visit: Visit, method: str) -> Page:
        path = visit.path
        if path in PAGES:
            return PAGES[path](visit)
        if path in ASSETS:
            return make_asset(asset(path.partition("/")[2]), ASSETS[path])
        if path == EVENTS:
            return self._follow(visit, method)
        found = _REQUEST.fullmatch(path)
        if found is None:
            return views.nowhere(visit)
        span, kind = found.groups()
        return views.download(visit, span, kind) if kind else views.request(visit, span)

    def _follow(self, visit: Visit, method: str) -> Page:
        """The stream of what is new."""
        if visit.kept is None:
            return make_answer(b"", TEXT, 204)  # after which a browser does not come again
        if method == "HEAD":
            return make_answer(b"", "text/event-stream")
        selection = Selection.read(visit.query)

        def show(entry: Entry) -> dict[str, object] | None:
            if not selection.allows(entry):
                return None
            row = render("row.html", self._root, entry=entry)
            return {"span": entry.span, "row": row}

        tail = Tail(self._source, show, visit.last, self._pace)
        self._tails.admit(tail)
        return make_stream(tail)
