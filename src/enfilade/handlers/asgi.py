"""Step 4 under ASGI 3: ``ASGIHandler`` is the application that an ASGI server calls.

The body is received whole, in memory or in a temporary file, before the request is made; a
client that disconnects cancels its view; iterators, sync and async, are sent as they yield.
"""

import io
import tempfile
from contextlib import aclosing
from typing import Any, BinaryIO

from enfilade.bridge import ThreadSensitiveContext, in_thread
from enfilade.conf import settings
from enfilade.dispatch import request_finished, request_started
from enfilade.exceptions import RequestAborted, RequestDataTooBig
from enfilade.handlers.base import BaseHandler
from enfilade.handlers.disconnect import CancelledOnDisconnect
from enfilade.handlers.traced import TracedCall
from enfilade.http import HttpRequest, HttpResponse
from enfilade.http.asgi_request import ASGIRequest, get_script_prefix
from enfilade.http.log import log_response
from enfilade.http.response import HttpResponseBase
from enfilade.reasons import REASONS
from enfilade.trace import KEY
from enfilade.types import Receive, Scope, Send
from enfilade.urls import set_script_prefix

CHUNK_SIZE = 65536
"""Largest body message, in bytes."""


class ASGIHandler(BaseHandler):
    """The framework as one coroutine function: ``await handler(scope, receive, send)``."""

    request_class: type[ASGIRequest] = ASGIRequest

    def __init__(self) -> None:
        self.load_middleware(is_async=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                # Third-party code that calls sync_to_async() itself gets a thread per request.
                async with ThreadSensitiveContext():
                    await self.handle(scope, receive, send)
            case "lifespan":
                await _live(receive, send)
            case other:
                raise ValueError(f"Enfilade can only handle ASGI/HTTP connections, not {other}.")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, from its body to the closing of its response."""
        try:
            body = await read_body(receive)
        except RequestAborted:
            return
        except (RequestDataTooBig, OSError) as exc:
            await send_response(_refuse_body(exc), send)
            return
        try:
            await self._answer(scope, body, receive, send)
        finally:
            body.close()

    async def _answer(self, scope: Scope, body: BinaryIO, receive: Receive, send: Send) -> None:
        call = self.begin_call(scope)
        if call is None:
            await self._call(scope, body, receive, send)
        else:
            with call:
                await self._call(scope, body, receive, send, call)
            call.finish()

    def begin_call(self, scope: Scope) -> TracedCall | None:
        """What notes a call on its trace, if it has one or somebody listens."""
        traced = KEY in scope or self.subscribers
        return TracedCall(scope, type(self).__name__) if traced else None

    async def _call(
        self,
        scope: Scope,
        body: BinaryIO,
        receive: Receive,
        send: Send,
        call: TracedCall | None = None,
    ) -> None:
        set_script_prefix(get_script_prefix(scope))
        if request_started.receivers:
            await request_started.asend(sender=type(self), scope=scope)
        response: HttpResponseBase | None = None
        try:
            async with CancelledOnDisconnect(receive, scope):
                response = await self._respond(scope, body, call)
                await send_response(response, send)
        finally:
            if response is not None:
                await _close(response)
            elif request_finished.receivers:
                await request_finished.asend(sender=type(self))

    async def _respond(
        self, scope: Scope, body: BinaryIO, call: TracedCall | None
    ) -> HttpResponseBase:
        try:
            request = self.make_request(scope, body, call)
        except UnicodeDecodeError as exc:
            refusal = HttpResponse("Bad Request", status=400, content_type="text/plain")
            log_response("Bad Request (UnicodeDecodeError)", response=refusal, exception=exc)
            return refusal
        try:
            response = await self.get_response_async(request)
        except BaseException:
            request.close()  # as the response would have done
            raise
        if response.file_to_stream is not None:
            response.block_size = CHUNK_SIZE
        if call is not None:
            call.observe(response)
        return response

    def make_request(
        self, scope: Scope, body: BinaryIO, call: TracedCall | None = None
    ) -> HttpRequest:
        """The request object, with the trace of *call*."""
        if call is None:
            return self.request_class(scope, body)
        return call.make_request(lambda: self.request_class(scope, body))


async def read_body(receive: Receive) -> BinaryIO:
    """The request's body as a file at its start; small ones never touch the disk.

    Raises :exc:`RequestAborted` if the client goes before its end, :exc:`RequestDataTooBig`
    beyond ``ASGI_BODY_MAX_SIZE``, :exc:`OSError` if there is no room for it.
    """
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body = message.get("body", b"")
        _check_size(len(body))
        return io.BytesIO(body)
    spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - the caller closes it
        max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=settings.FILE_UPLOAD_TEMP_DIR
    )
    try:
        await _spool(message, receive, spool)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool  # type: ignore[return-value]  # it has every method of BinaryIO


async def _spool(message: Any, receive: Receive, spool: Any) -> None:
    size, in_memory = 0, settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    write_to_disk = in_thread(spool.write)
    while True:
        if message["type"] == "http.disconnect":
            raise RequestAborted("The client disconnected while sending the body.")
        size += len(chunk := message.get("body", b""))
        _check_size(size)
        if size <= in_memory:
            spool.write(chunk)
        else:
            await write_to_disk(chunk)
        if not message.get("more_body", False):
            return
        message = await receive()


def _check_size(size: int) -> None:
    limit = settings.ASGI_BODY_MAX_SIZE
    if limit is not None and size > limit:
        raise RequestDataTooBig(f"The request body is larger than {limit} bytes.")


async def send_response(response: HttpResponseBase, send: Send) -> None:
    """Step 12 through the ASGI door: the start message, then the body."""
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": response.asgi_headers(),
        }
    )
    if not response.streaming:
        content = response.content  # type: ignore[attr-defined]  # since it is not streaming
        *pieces, last = _pieces(content)
        for piece in pieces:
            await send(_body(piece, True))
        await send(_body(last, False))
        return
    parts: Any = aiter(response)  # type: ignore[arg-type]  # since it is streaming
    async with aclosing(parts):
        async for part in parts:
            for piece in _pieces(part):
                await send(_body(piece, True))
    await send(_body(b"", False))


def _pieces(part: bytes) -> list[bytes]:
    if len(part) <= CHUNK_SIZE:
        return [part]
    return [part[start : start + CHUNK_SIZE] for start in range(0, len(part), CHUNK_SIZE)]


def _body(chunk: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


def _refuse_body(exc: Exception) -> HttpResponse:
    """The answer to a body above the limit, or one that the temporary folder has no room for."""
    status = 413 if isinstance(exc, RequestDataTooBig) else 507
    reason = REASONS[status]
    response = HttpResponse(reason, status=status, reason=reason, content_type="text/plain")
    log_response(f"{reason}: %s", str(exc), response=response, exception=exc)
    return response


async def _close(response: HttpResponseBase) -> None:
    # Closing an untouched response only runs our own closers; receivers may block.
    if request_finished.receivers or response.streaming:
        await in_thread(response.close)()
    else:
        response.close()


async def _live(receive: Receive, send: Send) -> None:
    """The lifespan protocol: the site is ready as soon as the handler is constructed."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
