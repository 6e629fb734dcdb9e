"""Step 4, the call of Django's handlers, and the sending of a stream.

The trace comes with the request if our own server traces it. While somebody else listens, it is
made here, and delivered when the response is closed.
"""

import functools
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, MutableMapping
from types import TracebackType
from typing import Any

from enfilade.trace import CURRENT, KEY, Trace, deliver, subscribers
from enfilade.types import Environ, Receive, Scope, Send, StartResponse

_listeners = subscribers()


def observed_wsgi_call(plain: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """``WSGIHandler.__call__``."""

    @functools.wraps(plain)
    def call(self: Any, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if KEY not in environ and not _listeners:
            return plain(self, environ, start_response)
        with _Call(environ, type(self).__name__) as observed:
            body = plain(self, environ, start_response)
        streams = bool(getattr(body, "streaming", False))
        if streams or observed.is_ours:
            return _Body(body, observed, streams)
        return body

    return call


def observed_asgi_call(plain: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """``ASGIHandler.__call__``."""

    @functools.wraps(plain)
    async def call(self: Any, scope: Scope, receive: Receive, send: Send) -> None:
        if KEY not in scope and not (_listeners and scope["type"] == "http"):
            await plain(self, scope, receive, send)
            return
        observed = _Call(scope, type(self).__name__)
        try:
            with observed:
                await plain(self, scope, receive, send)
        finally:
            observed.finish()

    return call


def observed_send(plain: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """``ASGIHandler.send_response``: that of a stream is an event."""

    @functools.wraps(plain)
    async def send_response(self: Any, response: Any, send: Send) -> None:
        trace = CURRENT.get()
        if trace is None or not response.streaming:
            await plain(self, response, send)
            return
        with trace.enter("write", "body"):
            await plain(self, response, send)

    return send_response


class _Call:
    """One call of a handler called *name*; *carrier* is the environ or the scope."""

    def __init__(self, carrier: MutableMapping[str, Any], name: str) -> None:
        self.is_ours = KEY not in carrier
        self.trace: Trace = carrier.setdefault(KEY, Trace()) if self.is_ours else carrier[KEY]
        self._name = name

    def __enter__(self) -> "_Call":
        self._token = CURRENT.set(self.trace)
        self._event = self.trace.enter("handler", self._name)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._event.__exit__(kind, exception, traceback)
        CURRENT.reset(self._token)
        if exception is not None:
            self.finish()

    def finish(self) -> None:
        """Deliver the trace, once, if it was made here."""
        if self.is_ours:
            self.is_ours = False
            deliver(self.trace)


class _Body:
    """The *body* of a response, whose iteration is an event if it *streams*."""

    def __init__(self, body: Iterable[bytes], call: _Call, streams: bool) -> None:
        self._body = body
        self._call = call
        self._pieces: Iterator[bytes] = self._observed() if streams else iter(body)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """As PEP 3333 has it: when the response is over, be it to its end or not."""
        try:
            if isinstance(self._pieces, Generator):
                self._pieces.close()
            getattr(self._body, "close", lambda: None)()
        finally:
            self._call.finish()

    def _observed(self) -> Generator[bytes, None, None]:
        with self._call.trace.enter("write", "body") as entered:
            for number, piece in enumerate(self._body, start=1):
                entered.detail = "1 piece" if number == 1 else f"{number} pieces"
                yield piece
