"""Steps 4 and 5 with their marks, the page of an error, and the sending of a stream.

The record of a request comes with it when our own server traces; on any other server it is
made here, while somebody listens, and delivered when the response is closed.
"""

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from typing import Any

from enfilade import trace
from enfilade.handlers.exceptions import response_for_exception
from enfilade.http import HttpRequest
from enfilade.http.response import HttpResponseBase
from enfilade.trace import KEY, Trace, carrying


class TracedCall:
    """One call of a handler. *carrier* is the environ or the scope; ``with`` is the call itself.

    A record that the server has made is delivered by the server; one that is made here when
    nothing more will happen, which is :meth:`finish`.
    """

    def __init__(self, carrier: Mapping[str, Any], name: str) -> None:
        given = carrier.get(KEY)
        self.record: Trace = Trace() if given is None else given
        self._is_ours = given is None
        self._carrying = carrying(self.record)
        self._call = self.record.enter("handler", name)

    def __enter__(self) -> "TracedCall":
        self._carrying.__enter__()
        return self

    def __exit__(self, kind: Any, exception: BaseException | None, traceback: Any) -> None:
        self._call.__exit__(kind, exception, traceback)
        self._carrying.__exit__(None, None, None)
        if exception is not None:
            self.finish()

    def make_request(self, make: Callable[[], HttpRequest]) -> HttpRequest:
        """Step 5: the request, with its record."""
        with self.record.enter("request") as entered:
            request = make()
            entered.node = f"{request.method} {request.path}"
            self.record.show(request)
        request.trace = self.record
        return request

    def observe(self, response: HttpResponseBase) -> None:
        """Note the iteration of a streaming *response*."""
        if response.streaming:
            _observe_stream(response, self.record)

    def finish_with(self, response: HttpResponseBase) -> None:
        """Finish when *response* is closed."""
        if self._is_ours:
            response._resource_closers.append(self.finish)

    def finish(self) -> None:
        """Deliver the record, once."""
        if self._is_ours:
            self._is_ours = False
            trace.deliver(self.record)


def traced_response_for_exception(request: HttpRequest, exc: Exception) -> HttpResponseBase:
    """:func:`response_for_exception` as an event; its detail is status and exception."""
    record = request.trace
    assert record is not None, "a request without a trace takes the plain way"
    with record.enter("render", "error page") as entered:
        response = response_for_exception(request, exc)
        entered.detail = f"{response.status_code} {type(exc).__name__}"
        record.show(response)
    return response


def _observe_stream(response: Any, record: Trace) -> None:
    """Make the iteration an event, from the first piece that is asked for to the last one."""
    inner = response._iterator
    if response.is_async:
        response._iterator = _observed_stream(inner, record)
        return
    response._iterator = pieces = _observed_pieces(inner, record)
    response._resource_closers.insert(0, pieces.close)


def _observed_pieces(inner: Iterator[Any], record: Trace) -> Generator[Any, None, None]:
    try:
        with carrying(record), record.enter("write", "body") as entered:
            for number, piece in enumerate(inner, start=1):
                entered.detail = _count(number)
                yield piece
    finally:
        if isinstance(inner, Generator):  # in the thread that it has run in
            inner.close()


async def _observed_stream(inner: AsyncIterator[Any], record: Trace) -> AsyncIterator[Any]:
    try:
        with carrying(record), record.enter("write", "body") as entered:
            number = 0
            async for piece in inner:
                number += 1
                entered.detail = _count(number)
                yield piece
    finally:
        if (aclose := getattr(inner, "aclose", None)) is not None:
            await aclose()


def _count(pieces: int) -> str:
    return "1 piece" if pieces == 1 else f"{pieces} pieces"
