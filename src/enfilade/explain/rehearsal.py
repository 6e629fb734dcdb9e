"""A request that is really made, in this process and without a socket, with a trace.

The application is called through its door, WSGI or ASGI, as a server would call it, an ASGI one
within its lifespan; the body of the response is read to its end and closed.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from enfilade.explain.lifespan import Lifespan
from enfilade.explain.line import Draft
from enfilade.server.loading.application import detect_interface
from enfilade.trace import KEY, Trace
from enfilade.trace.failure import Failure
from enfilade.types import Environ, HeaderList, Message, Scope


@dataclass(frozen=True, slots=True)
class Performance:
    """One time: its *trace*, and what came out. ``status`` is ``None`` if the application raised
    *failure*, a :class:`~enfilade.trace.failure.Failure`, in the place of an answer; with a status
    that is what closing the response has raised. ``size`` is the body's in bytes."""

    trace: Trace
    status: int | None
    size: int
    failure: str = ""


def rehearse(
    handler: Callable[..., Any], draft: Draft, times: int = 1, lifespan: Lifespan | None = None
) -> Sequence[Performance]:
    """Make the request of *draft* so many *times*; *handler* is any WSGI or ASGI application, and
    *lifespan* an ASGI one's if that is not its own.

    Raises :exc:`~enfilade.explain.lifespan.LifespanError` if the application does not start.
    """
    environs = [draft.environ() for _ in range(times)]
    if detect_interface(handler) == "asgi":
        return asyncio.run(_perform_all(handler, environs, lifespan or Lifespan(handler)))
    return [_perform(handler, environ) for environ in environs]


def _perform(handler: Any, environ: Environ) -> Performance:
    record = environ[KEY] = Trace()
    statuses: list[str] = []

    def start_response(status: str, headers: HeaderList, exc_info: Any = None) -> None:
        statuses.append(status)

    size, response = 0, None
    try:
        response = handler(environ, start_response)
        for piece in response:
            size += len(piece)
    except Exception as error:
        _close(response)
        return Performance(record, None, size, Failure(error))
    failure = _close(response)
    return Performance(record, int(statuses[-1][:3]), size, failure)


def _close(response: Any) -> str:
    """Close *response*; the failure if this raises, "" if it does not."""
    try:
        getattr(response, "close", lambda: None)()
    except Exception as error:
        return Failure(error)
    return ""


async def _perform_all(
    handler: Any, environs: list[Environ], lifespan: Lifespan
) -> list[Performance]:
    async with lifespan.lived() as state:
        return [await _perform_async(handler, environ, state) for environ in environs]


async def _perform_async(handler: Any, environ: Environ, state: dict[str, Any]) -> Performance:
    record = Trace()
    client = _Client(environ["wsgi.input"])
    scope = {**scope_of(environ), "state": state.copy(), KEY: record}
    try:
        await handler(scope, client.receive, client.send)
    except Exception as error:
        status = client.status if client.has_all else None
        return Performance(record, status, client.size, Failure(error))
    return Performance(record, client.status, client.size)


class _Client:
    """Sends a body, stays, and counts what comes."""

    def __init__(self, body: BytesIO) -> None:
        self._bodies = [body.read()]
        self.status: int | None = None
        self.size = 0
        self.has_all = False

    async def receive(self) -> Message:
        if not self._bodies:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": self._bodies.pop(), "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.size += len(message.get("body", b""))
            self.has_all = not message.get("more_body", False)


def scope_of(environ: Environ) -> Scope:
    """The connection scope (ASGI 3) that says what *environ* says."""
    raw_path = environ["PATH_INFO"].encode("latin-1")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": raw_path.decode(errors="replace"),
        "raw_path": raw_path,
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "root_path": "",
        "headers": list(_scope_fields(environ)),
        "client": [environ["REMOTE_ADDR"], 0],
        "server": [environ["SERVER_NAME"], int(environ["SERVER_PORT"])],
    }


def _scope_fields(environ: Environ) -> Any:
    for key, value in environ.items():
        if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = key.removeprefix("HTTP_").lower().replace("_", "-")
            yield name.encode("ascii"), value.encode("latin-1")
