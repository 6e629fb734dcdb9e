"""What the server itself answers, before an ASGI application would be called."""

from enfilade.gateway.file_range import FileBody
from enfilade.server.porter import Answer
from enfilade.types import Receive, Scope, Send


async def say(answer: Answer, scope: Scope, _receive: Receive, send: Send) -> None:
    """Give *answer*, as an application would."""
    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.head.content_length is not None:
        fields.append((b"content-length", b"%d" % answer.length))
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    if scope["method"] != "HEAD":
        for block in FileBody(answer.body, answer.length):
            await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
