"""One exchange with a WSGI application (PEP 3333), from environ to the last byte.

The application is called, its answer goes out as it comes, and whatever goes wrong ends in one
of three ways: an error response while nothing has been sent, a response that is visibly cut
off afterwards, or nothing at all if the client has gone.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, TextIO

from enfilade.exceptions import TransportLost
from enfilade.gateway.chosen import build_environ
from enfilade.gateway.environ import base_environ
from enfilade.gateway.file_range import FileBody, FileRange
from enfilade.gateway.file_wrapper import FileWrapper
from enfilade.protocol.error_response import write_error
from enfilade.protocol.errors import ProtocolError, ResponseError
from enfilade.protocol.response import IDLE, NONE, ResponseWriter
from enfilade.reserved import PROFILE, link_to
from enfilade.secrecy import format_exception, hide_target
from enfilade.trace import carrying, note_failure
from enfilade.trace.asked import fields_for
from enfilade.types import Environ, ExcInfo, HeaderList, Write, WSGIApplication

__all__ = ["base_environ", "build_environ", "respond"]

GATHER = 64 * 1024
"""Up to this many bytes of body are copied behind the head, to leave with it in one piece."""

IN_MEMORY: tuple[type, ...] = (type(iter([])), type(iter(())))
"""The iterators of those bodies that are there as a whole, a framework's response among them."""

Send = Callable[[bytes | FileRange], object]


def respond(
    application: WSGIApplication, environ: Environ, writer: ResponseWriter, send: Send
) -> None:
    """Call *application* and *send* its response as *writer* frames it.

    Afterwards ``writer.complete`` and ``writer.keep_alive`` say how it went; an exception of
    the application is reported to ``wsgi.errors`` and does not come out. *send* raises
    :exc:`TransportLost` when the client has gone; that comes out, after ``close()`` was called.
    """
    Delivery(environ, writer, send).run(application)


class Delivery:
    """The answer of one application to *environ*, on its way out.

    Whoever calls the application himself gives it :meth:`start_response` and then calls either
    :meth:`deliver` with what it returned or :meth:`fail` with what it raised. *errors* is the
    ``wsgi.errors`` of the server where the application may have replaced that of *environ*.
    """

    __slots__ = ("_environ", "_errors", "_length", "_send", "_single", "_trace", "_writer")

    def __init__(
        self, environ: Environ, writer: ResponseWriter, send: Send, errors: TextIO | None = None
    ) -> None:
        self._environ = environ
        # Before the application can replace it.
        self._errors: TextIO = environ["wsgi.errors"] if errors is None else errors
        self._trace = environ.get("enfilade.trace")
        self._writer = writer
        self._send = send
        self._length: int | None = None  # of the body in bytes, when the iterable tells it
        self._single = False  # whether the iterable has but one chunk

    def run(self, application: WSGIApplication) -> None:
        """Call *application* and see to what comes of it."""
        if self._trace is None:
            self._run(application)
        else:
            with carrying(self._trace):
                self._run(application)

    def _run(self, application: WSGIApplication) -> None:
        try:
            result = application(self._environ, self.start_response)
        except BaseException as error:
            self.fail(error)
        else:
            self.deliver(result)

    def deliver(self, result: Any, chunks: Iterator[bytes] | None = None) -> None:
        """Send *result*, the iterable that the application returned, and close it. *chunks* is its
        iterator if it has been asked for that already."""
        try:
            self._transmit(result, chunks)
        except BaseException as error:
            self.fail(error)
        finally:
            self._close(result)

    def fail(self, error: BaseException) -> None:
        """Answer with an error if nothing has been sent yet, else cut the response off.

        What is no ordinary exception comes out again.
        """
        if not isinstance(error, (Exception, SystemExit)):
            self._writer.abort()
            raise error
        refusal = _refusal(error)
        if refusal is None:
            if isinstance(error, TransportLost):
                self._writer.abort()
                raise error
            note_failure(self._environ, error)
            self._report("the application failed", error)
        if self._writer.started:
            self._writer.abort()
        elif refusal is None:
            self._send_error(500)
        else:
            self._writer.keep_alive = False
            self._send_error(refusal.status, refusal.reason)

    # What the application calls --------------------------------------------------------------

    def start_response(
        self, status: str, headers: HeaderList, exc_info: ExcInfo | None = None, /
    ) -> Write:
        """Keep the head until there is a body; PEP 3333, "The start_response() Callable"."""
        if exc_info:
            try:
                if self._writer.started:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # the traceback refers to this frame
        elif self._writer.state is not IDLE:
            raise ResponseError(
                "start_response was called a second time",
                hint="Only an error handler may do that, and it passes exc_info.",
            )
        if self._trace is not None and isinstance(headers, list):
            headers = self._trace.fields = [*headers, *fields_for(self._trace)]
        self._writer.prepare(status, headers)
        return self.write

    def write(self, data: bytes, /) -> None:
        """Send *data* at once; PEP 3333, "The write() Callable"."""
        self._put(data)
        if self._writer.surplus:
            raise ResponseError("the application wrote more than its Content-Length")

    # What the application returns ------------------------------------------------------------

    def _transmit(self, result: Any, chunks: Iterator[bytes] | None) -> None:
        if type(result) is FileWrapper:
            result = self._measure(result)
        if type(result) is FileBody:
            self._send_files(result)
        else:
            self._send_chunks(result, chunks)
        self._finish()

    def _send_chunks(self, result: Any, iterator: Iterator[bytes] | None) -> None:
        chunks: Iterable[bytes] = _iterate(result) if iterator is None else iterator
        if type(chunks) in IN_MEMORY:
            chunks = self._gather(tuple(chunks))
        elif type(result) is not FileWrapper:
            self._single = _has_one_chunk(result)
        writer = self._writer
        for chunk in chunks:
            self._put(chunk)
            if writer.started and (writer.framing is NONE or writer.surplus):
                break  # nothing of what follows could be sent

    def _send_files(self, body: FileBody) -> None:
        """The files leave as they are: whoever has the socket sends them."""
        self._send(self._begin(body.length))
        writer = self._writer
        for piece in body.pieces:
            if isinstance(piece, FileRange):
                if writer.pass_by(len(piece)):
                    self._send(piece)
            elif data := writer.data(piece):
                self._send(data)

    def _gather(self, parts: tuple[bytes, ...]) -> tuple[bytes]:
        """All of the body is here: it goes out in one piece, and its length is known."""
        for part in parts:
            _check_chunk(part)
        body = b"".join(parts)
        self._length = len(body)
        return (body,)

    def _measure(self, file: FileWrapper) -> FileWrapper | FileBody:
        """*file* with its length known, or what is left of it if that is much."""
        declared = self._writer.content_length
        if declared is not None:
            file.limit(declared)
        self._length = file.length()
        if self._length is None or self._length <= GATHER:
            return file
        return FileBody((file.rest(self._length),), self._length)

    def _put(self, chunk: bytes) -> None:
        """Send *chunk*, and before the first one that is not empty the head."""
        _check_chunk(chunk)
        if not chunk:
            return
        if self._writer.started:
            data = self._writer.data(chunk)
            if data:
                self._send(data)
            return
        head = self._begin(len(chunk) if self._single else self._length)
        data = self._writer.data(chunk)
        if len(data) <= GATHER:
            self._send(head + data)
        else:
            self._send(head)
            self._send(data)

    def _begin(self, length: int | None) -> bytes:
        if self._writer.state is IDLE:
            raise ResponseError(
                "the application gave a body but never called start_response",
                hint="start_response must be called before the first chunk of the body.",
            )
        head = self._writer.begin(length)
        self._mark_write()
        return head

    def _mark_write(self) -> None:
        if self._trace is not None:
            self._trace.mark("write", detail=str(self._writer.status))

    def _finish(self) -> None:
        writer = self._writer
        head = b"" if writer.started else self._begin(0)
        missing = writer.remaining
        if last := head + writer.end():
            self._send(last)
        if missing:
            self._report(f"the body is {missing} bytes shorter than its Content-Length")
        if writer.surplus:
            self._report("the body is longer than its Content-Length and was cut off")

    def _close(self, result: Any) -> None:
        close = getattr(result, "close", None)
        if close is not None:
            try:
                close()
            except Exception as error:
                self._report("close() failed", error)

    # What goes wrong -------------------------------------------------------------------------

    def _send_error(self, status: int, reason: str = "") -> None:
        fields = fields_for(self._trace)
        if page := self._environ.get(PROFILE):
            fields.append(link_to(page))
        data = write_error(self._writer, status, reason, fields)
        self._mark_write()
        self._send(data)

    def _report(self, what: str, error: BaseException | None = None) -> None:
        report(self._errors, self._environ, what, error)


def report(errors: TextIO, environ: Environ, what: str, error: BaseException | None = None) -> None:
    """Tell *errors*, the ``wsgi.errors`` of a request; a log that cannot be written must not fail
    that."""
    method, path = environ.get("REQUEST_METHOD"), environ.get("PATH_INFO")
    text = f"{method} {hide_target(str(path))!a}: {what}\n"
    if error is not None:
        text += format_exception(error, error.__traceback__)
    with suppress(OSError, ValueError):
        errors.write(text)
        errors.flush()


def _refusal(error: BaseException | None) -> ProtocolError | None:
    """The client's fault that *error* comes from, if the application passed it on."""
    while error is not None and not isinstance(error, ProtocolError):
        error = error.__cause__
    return error


def _iterate(result: Any) -> Iterable[bytes]:
    try:
        chunks: Iterable[bytes] = iter(result)
    except TypeError:
        raise ResponseError(
            f"the application returned {result!r}, which is not an iterable of bytes",
            hint="Return a list with the body, as in [b'...'].",
        ) from None
    return chunks


def _check_chunk(chunk: object) -> None:
    if not isinstance(chunk, bytes):
        raise ResponseError(
            f"the application gave {type(chunk).__name__} for a chunk of the body, not bytes",
            hint="Encode text; wrap a whole body in a list.",
        )


def _has_one_chunk(result: Any) -> bool:
    """PEP 3333, "Handling the Content-Length Header": len() of an iterable can be relied on."""
    try:
        return len(result) == 1
    except TypeError:
        return False
