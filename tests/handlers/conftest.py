"""A small site for the handlers, and an ASGI exchange whose client one can steer."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import pytest

from enfilade.test import override_settings


@pytest.fixture
def site() -> Iterator[Callable[..., None]]:
    """Call it with URL patterns (and error handlers, and settings) to have that site."""
    module = ModuleType("urlconf_of_a_handler_test")
    overrides = ExitStack()

    def install(*patterns: Any, handlers: dict[str, Any] | None = None, **values: Any) -> None:
        module.urlpatterns = list(patterns)
        for name, handler in (handlers or {}).items():
            setattr(module, name, handler)
        sys.modules[module.__name__] = module
        overrides.enter_context(override_settings(ROOT_URLCONF=module.__name__, **values))

    with overrides:
        yield install
    sys.modules.pop(module.__name__, None)


class Client:
    """The client's end of one ASGI exchange."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.sent: list[dict[str, Any]] = []
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in messages:
            self.inbox.put_nowait(message)

    def disconnect(self) -> None:
        self.inbox.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> dict[str, Any]:
        return await self.inbox.get()

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def chunks(self) -> list[bytes]:
        return [message.get("body", b"") for message in self.sent[1:]]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


def body(*chunks: bytes) -> list[dict[str, Any]]:
    last = len(chunks) - 1
    return [
        {"type": "http.request", "body": chunk, "more_body": number < last}
        for number, chunk in enumerate(chunks)
    ]


def scope(path: str = "/", method: str = "GET", **more: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"testserver")],
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 4000),
        **more,
    }


@pytest.fixture
def exchange() -> Callable[..., Client]:
    """``exchange(b"chunk", ...)``: a client that has sent these chunks as its body."""
    return lambda *chunks: Client(*body(*chunks or (b"",)))


@pytest.fixture
def make_scope() -> Callable[..., dict[str, Any]]:
    return scope
