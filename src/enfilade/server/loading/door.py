"""What stands before an ASGI application: the porters, and the counting of what is done.

For WSGI both are parts of the loop; uvicorn has no place for them, so they wrap the application.
"""

import logging
from collections.abc import Container
from time import monotonic

from enfilade.gateway.file_range import FileBody
from enfilade.protocol.head import RequestHead
from enfilade.reserved import is_reserved
from enfilade.secrecy import hide_target
from enfilade.server.porter import Answer, Porter
from enfilade.server.scoreboard import SENT, Block, Phase, Slot
from enfilade.types import ASGIApplication, Message, Receive, Scope, Send

logger = logging.getLogger("enfilade.server")


def behind(porter: Porter | None, application: ASGIApplication) -> ASGIApplication:
    """*application*, which gets the requests that *porter* lets pass."""
    if porter is None:
        return application
    ask = porter.answer

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        answer = None
        if scope["type"] == "http":
            answer = ask(head_of(scope), scope["client"][0] if scope.get("client") else "")
        if answer is None:
            await application(scope, receive, send)
        else:
            await _say(answer, send, with_body=scope["method"] != "HEAD")

    return guarded


class Beside:
    """*application*, and ``pages`` at reserved paths, if there are any."""

    pages: ASGIApplication | None = None

    def __init__(self, application: ASGIApplication) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pages = self.pages
        if pages is not None and scope["type"] == "http" and is_reserved(scope["path"]):
            await pages(scope, receive, send)
        else:
            await self._application(scope, receive, send)


def counted(application: ASGIApplication, block: Block) -> ASGIApplication:
    """*application*, whose requests are counted on *block* of the scoreboard by the loop, in whose
    thread they run, and shown there, each in a slot of its own as far as there are any.

    A failure after the answer is logged here. uvicorn would close the connection, on which the
    next request may be on its way; and Starlette raises whatever it has answered with a 500.
    """

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        began = monotonic()
        number, slot = block.take_slot()
        slot.show(f"{scope['method']} {target_of(scope)}")
        observer = _Observer(send, slot, block.loop)
        try:
            await application(scope, receive, observer.send)
        except Exception:
            if not observer.answered:
                raise
            target = hide_target(target_of(scope))
            logger.exception("The application failed after it had answered %s", target)
        finally:
            slot.enter(Phase.IDLE)
            block.give_back(number)
            block.loop.answer(observer.status, 0, monotonic() - began)

    return counting


class _Observer:
    """Shows in *slot* how far an answer is, and counts its bytes in *loop*, while it is sent."""

    __slots__ = ("_loop", "_send", "_slot", "answered", "status")

    def __init__(self, send: Send, slot: Slot, loop: Slot) -> None:
        self.answered = False
        self.status = 500  # which uvicorn answers for one that fails at once
        self._send = send
        self._slot = slot
        self._loop = loop

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._slot.enter(Phase.SENDING)
        elif message["type"] == "http.response.body":
            self._loop.count(SENT, len(message.get("body", b"")))
            self.answered = not message.get("more_body", False)
        await self._send(message)


async def _say(answer: Answer, send: Send, *, with_body: bool) -> None:
    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.head.content_length is not None:
        fields.append((b"content-length", b"%d" % answer.length))
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    if with_body:
        for block in FileBody(answer.body, answer.length):
            await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def head_of(scope: Scope, names: Container[bytes] | None = None) -> RequestHead:
    """The head that the loop would have read, as far as porters and the recorder look at it; of
    its fields those called by *names*, or all."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
        if names is None or name in names
    ]
    fields = dict(headers)
    target = target_of(scope)
    path, _, query = target.partition("?")
    major, _, minor = scope["http_version"].partition(".")
    return RequestHead(
        method=scope["method"],
        target=target,
        path=path,
        query=query,
        version=(int(major), int(minor or 0)),
        headers=headers,
        fields=fields,
        host=fields.get("host", ""),
        content_length=None,
        chunked=False,
        keep_alive=True,
        expect_continue=False,
    )


def target_of(scope: Scope) -> str:
    """The target of the request, as it was sent."""
    query: bytes = scope["query_string"]
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return (path + (b"?" + query if query else b"")).decode("latin-1")
