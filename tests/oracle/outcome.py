"""One request through a handler, and all that can be seen of it."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

GATEWAYS = pytest.mark.parametrize(
    "asgi", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["wsgi", "asgi"]
)
"""For what is asked in hundreds of ways: Django starts threads for each request under ASGI."""


@dataclass(frozen=True)
class Outcome:
    """What the client got, and the calls that the site noted on the way."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    calls: tuple[str, ...]


def run(
    make_handler: Callable[[], Any],
    calls: list[str],
    *,
    asgi: bool = False,
    method: str = "GET",
    path: str = "/",
    query: str = "",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    wait: Callable[[Any], Any] = asyncio.run,
) -> Outcome:
    """Make the handler, send one request through it, and note the outcome.

    *calls* is the list that the site writes to; it is emptied first. *wait* runs a coroutine to
    its end.
    """
    handler = make_handler()
    calls.clear()
    drive = partial(_asgi, wait) if asgi else _wsgi
    status, pairs, content = drive(handler, method, path, query, headers or {}, body)
    return Outcome(status, tuple(sorted(pairs)), content, tuple(calls))


def _wsgi(
    handler: Any, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    started: list[Any] = []
    response = handler(
        environ, lambda status, pairs, exc_info=None: started.append((status, pairs))
    )
    try:
        content = b"".join(response)
    finally:
        getattr(response, "close", lambda: None)()
    status, pairs = started[0]
    return int(status.split()[0]), pairs, content


def _asgi(
    wait: Callable[[Any], Any],
    handler: Any,
    method: str,
    path: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
) -> tuple[int, list[tuple[str, str]], bytes]:
    fields = {"host": "testserver", "content-length": str(len(body)), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in fields.items()],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 12345),
    }
    sent: list[dict[str, Any]] = []

    async def exchange() -> None:
        received = False
        never = asyncio.Event()

        async def receive() -> dict[str, Any]:
            nonlocal received
            if received:
                await never.wait()
            received = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await handler(scope, receive, send)

    wait(exchange())
    # ASGI wants names in lower case, which Django's are not.
    pairs = [(name.decode().lower(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], pairs, content
