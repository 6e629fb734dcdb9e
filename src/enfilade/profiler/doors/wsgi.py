"""The door in development for WSGI: an application around the site's."""

from collections.abc import Container, Iterable, Iterator
from itertools import chain
from time import perf_counter_ns
from typing import Any

from enfilade.profiler.doors.companion import (
    HINTS,
    Companion,
    Fields,
    changed,
    declared_length,
    fitting,
)
from enfilade.profiler.doors.hosts import is_known
from enfilade.profiler.doors.insertion import Insertion
from enfilade.profiler.doors.policy import Origin
from enfilade.reserved import PROFILE, page_of
from enfilade.trace import KEY
from enfilade.types import Environ, ExcInfo, HeaderList, StartResponse, Write, WSGIApplication

_VARIABLES = {f"HTTP_{name.upper().replace('-', '_')}": name for name in HINTS}


def accompanied(application: WSGIApplication, hosts: Container[str] = ()) -> WSGIApplication:
    """*application*, whose answers to requests with a trace lead to their pages in the profiler,
    which is reached at addresses, at localhost and at the names of *hosts*."""

    def answering(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        trace = environ.get(KEY)
        if trace is None:
            return application(environ, start_response)
        environ[PROFILE] = page_of(trace.span)
        hints = {name: environ[key] for key, name in _VARIABLES.items() if key in environ}
        host = environ.get("HTTP_HOST") or environ["SERVER_NAME"]
        origin = Origin(environ["wsgi.url_scheme"], host)
        companion = Companion(
            trace,
            environ["REQUEST_METHOD"],
            origin,
            hints,
            perf_counter_ns(),
            is_known(host, hosts),
        )
        passage = _Passage(companion, start_response)
        body: Iterable[bytes] = passage.deliver(application(environ, passage.start_response))
        return body

    return answering


class _Passage:
    """One answer on its way: a page waits for its body, everything else goes on at once."""

    def __init__(self, companion: Companion, start_response: StartResponse) -> None:
        self._companion = companion
        self._start_response = start_response
        self._head: tuple[str, Fields, ExcInfo | None] | None = None
        self._insertion: Insertion | None = None
        self._started = False
        self._server_write: Write | None = None

    def start_response(
        self, status: str, headers: HeaderList, exc_info: ExcInfo | None = None, /
    ) -> Write:
        """What the application calls."""
        if self._head is not None and not exc_info:
            self._begin()  # calling this twice is a mistake, of which the server says so
        if self._started:
            return self._start_response(status, headers, exc_info)
        self._insertion = self._companion.toolbar(_number(status), headers)
        self._head = status, self._companion.announce(headers), exc_info
        return self._begin() if self._insertion is None else self._write

    def deliver(self, result: Any) -> Any:
        """What the server is given for *result*, which the application has returned: that itself
        if it is no page."""
        if self._started:
            return result
        if not (hasattr(result, "__iter__") or hasattr(result, "__getitem__")):
            if self._head is not None:
                self._begin()  # the server says what is wrong with that
            return result
        if type(result) in (list, tuple):  # nothing is to be closed
            return list(self.pieces(result))
        return _Body(self, result)

    def pieces(self, result: Iterable[Any]) -> Iterator[Any]:
        """The body with its toolbar."""
        pieces = iter(result)
        first = next(pieces, b"")  # some applications begin no earlier than here
        insertion = self._insertion
        if self._head is None or self._started or insertion is None:
            yield first
            yield from pieces
            return
        length = declared_length(self._head[1])
        if length is None and not _is_whole(result):
            self._begin_stream()
            for piece in chain((first,), pieces):
                yield insertion.feed(piece) if isinstance(piece, bytes) else piece
            yield insertion.end()
        else:
            yield from self._gathered([first, *pieces], length, insertion)

    def _gathered(self, pieces: list[Any], length: int | None, insertion: Insertion) -> list[Any]:
        are_bytes = all(isinstance(piece, bytes) for piece in pieces)
        body = b"".join(pieces) if are_bytes else b""
        if not are_bytes or length not in (None, len(body)):
            self._begin()  # the server says what is wrong with that
            return pieces
        page = insertion.feed(body) + insertion.end()
        assert self._head is not None, "the application has not called start_response"
        status, fields, exc_info = self._head
        self._head = status, fitting(fields, body, page), exc_info
        self._begin()
        return [page]

    def _begin(self) -> Write:
        """Have the server begin, with the head as the application wants it."""
        assert self._head is not None, "the application has not called start_response"
        self._started = True
        return self._start_response(*self._head)

    def _begin_stream(self) -> None:
        """Have the server begin with a body that changes on its way, so nobody knows its length."""
        assert self._head is not None, "the application has not called start_response"
        status, fields, exc_info = self._head
        self._head = status, changed(fields, None), exc_info
        self._begin()

    def _write(self, data: bytes, /) -> None:
        """For applications older than iterables: what they write has no toolbar."""
        if self._server_write is None:
            self._server_write = self._begin()
        self._server_write(data)


class _Body:
    """An iterable that has to be closed as the application's has (PEP 3333)."""

    def __init__(self, passage: _Passage, result: Any) -> None:
        self._pieces = passage.pieces(result)
        self._result = result

    def __iter__(self) -> Iterator[Any]:
        return self._pieces

    def close(self) -> None:
        close = getattr(self._result, "close", None)
        if close is not None:
            close()


def _is_whole(result: Any) -> bool:
    """Whether all of the body is there already: a list, or a response of Django or Enfilade."""
    return isinstance(result, (list, tuple)) or getattr(result, "streaming", None) is False


def _number(status: str) -> int:
    """The number in *status*, 0 if there is none: the server says what is wrong with that."""
    digits = status[:3] if isinstance(status, str) else ""
    return int(digits) if digits.isascii() and digits.isdigit() else 0
