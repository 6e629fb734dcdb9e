"""One exchange with an application, as a server would have it, ending in a response object.

The framework's own handlers return their very response through the WSGI door; any other
application's status, headers and body are put into an ``HttpResponse``.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any

from enfilade.http import HttpResponse, HttpResponseBase
from enfilade.types import (
    ASGIApplication,
    Environ,
    HeaderList,
    Message,
    Scope,
    WSGIApplication,
)

_WITHOUT_BODY = frozenset({204, 304})
"""Statuses that never have content (RFC 9110, sections 15.3.5 and 15.4.5), besides 1xx."""


def exchange(application: WSGIApplication, environ: Environ) -> HttpResponseBase:
    """Call a WSGI application (PEP 3333)."""
    started: list[tuple[str, HeaderList]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: HeaderList, exc_info: Any = None) -> Any:
        started.append((status, headers))
        return written.append

    body: Any = application(environ, start_response)
    if isinstance(body, HttpResponseBase):
        return body
    try:
        written += body
    finally:
        getattr(body, "close", lambda: None)()
    if not started:
        raise AssertionError(f"{application!r} never called start_response().")
    status, headers = started[-1]
    code, _, reason = status.partition(" ")
    return foreign_response(int(code), reason or None, headers, written)


async def exchange_async(
    application: ASGIApplication, scope: Scope, body: bytes
) -> HttpResponseBase:
    """Call an ASGI 3 application and collect what it sends."""
    sent: list[Message] = []
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not incoming:
            await asyncio.Event().wait()  # the client stays, and says no more
        return incoming.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    await application(scope, receive, send)
    if not sent or sent[0]["type"] != "http.response.start":
        raise AssertionError(f"{application!r} never sent http.response.start.")
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]
    ]
    return foreign_response(
        sent[0]["status"], None, headers, [m.get("body", b"") for m in sent[1:]]
    )


def foreign_response(
    status: int, reason: str | None, headers: HeaderList, body: Iterable[bytes]
) -> HttpResponse:
    """A response object from what an application of another framework answered."""
    response = HttpResponse(b"".join(body), status=status, reason=reason)
    del response["Content-Type"]
    for name, value in headers:
        if name.lower() == "set-cookie":
            response.cookies.load(value)
        elif name in response:
            response[name] = f"{response[name]}, {value}"
        else:
            response[name] = value
    return response


def finish(response: Any, method: str) -> None:
    """What a server does at the end: no content where there must be none, then ``close()``.

    A streaming response is closed when its content has been read.
    """
    status = response.status_code
    if method == "HEAD" or 100 <= status < 200 or status in _WITHOUT_BODY:
        if response.streaming:
            response.streaming_content = []
        else:
            response.content = b""
    if not response.streaming:
        response.close()
    elif response.is_async:
        response.streaming_content = _aclosing(response.streaming_content, response)
    else:
        response.streaming_content = _closing(response.streaming_content, response)


def _closing(content: Iterable[bytes], response: Any) -> Iterator[bytes]:
    try:
        yield from content
    finally:
        response.close()


async def _aclosing(content: AsyncIterator[bytes], response: Any) -> AsyncIterator[bytes]:
    try:
        async for chunk in content:
            yield chunk
    finally:
        response.close()
