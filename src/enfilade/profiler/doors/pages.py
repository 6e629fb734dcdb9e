"""The profiler's pages as an application, for either standard."""

import asyncio
from collections.abc import Container, Iterable
from http import HTTPStatus

from enfilade.profiler.doors.hosts import is_known
from enfilade.profiler.doors.toolbar import read_file
from enfilade.profiler.page import TEXT, Page, lead_to, make_answer, make_asset
from enfilade.profiler.pages import Profiler
from enfilade.profiler.tail import Tail
from enfilade.reserved import RESERVED
from enfilade.types import Environ, Receive, Scope, Send, StartResponse


class Pages:
    """The pages of *profiler*, at addresses and at the names of *hosts*; ``None`` is all names.

    The object itself is the WSGI application, its attribute ``asgi`` the ASGI one.
    """

    def __init__(self, profiler: Profiler, hosts: Container[str] | None = ()) -> None:
        self._profiler = profiler
        self._hosts = hosts

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        page = self._answer(
            environ["REQUEST_METHOD"],
            environ.get("HTTP_HOST", ""),
            environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            environ["QUERY_STRING"],
            environ.get("HTTP_LAST_EVENT_ID", ""),
        )
        return give(page, environ, start_response)

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same for ASGI."""
        fields = dict(scope["headers"])
        page = await asyncio.to_thread(
            self._answer,
            scope["method"],
            fields.get(b"host", b"").decode("latin-1"),
            scope["path"],
            scope["query_string"].decode("latin-1"),
            fields.get(b"last-event-id", b"").decode("latin-1"),
        )
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in page.fields
        ]
        await send({"type": "http.response.start", "status": page.status, "headers": headers})
        if page.events is not None:
            await _send_events(page.events, receive, send)
        body = page.body if scope["method"] != "HEAD" else b""
        await send({"type": "http.response.body", "body": body})

    def _answer(self, method: str, host: str, path: str, query: str, last: str) -> Page:
        if not is_known(host, self._hosts):
            return refuse_host(host)
        if path == RESERVED[:-1]:
            return lead_to(RESERVED)
        if (file := read_file(path)) is not None:
            return make_asset(*file)
        return self._profiler.answer(method, path, query, last)


def refuse_host(host: str) -> Page:
    """The answer where *host* is not known."""
    text = (
        f"The profiler answers at addresses and at localhost, and not at {host!a}, since a name may"
        " be anybody's. Write the address instead.\n"
    )
    return make_answer(text.encode(), TEXT, 421)


def give(page: Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with *page*."""
    start_response(f"{page.status} {HTTPStatus(page.status).phrase}", list(page.fields))
    if page.events is not None:
        return page.events
    return [page.body] if environ["REQUEST_METHOD"] != "HEAD" else []


async def _send_events(events: Tail, receive: Receive, send: Send) -> None:
    """Send *events* until they end, or the client goes."""
    leaving = asyncio.ensure_future(_leave(receive, events))
    try:
        async for piece in events:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    finally:
        leaving.cancel()
        events.close()


async def _leave(receive: Receive, events: Tail) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    events.close()
