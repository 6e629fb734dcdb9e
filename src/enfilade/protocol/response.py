"""Responses: status line, header fields and the framing of the body (RFC 9112, 4 to 6).

    IDLE --prepare--> PREPARED --begin--> STARTED --end--> COMPLETE
                        |                    '--abort, or a body too short--> BROKEN

``prepare`` checks what the application asks for while it can still be told; ``begin`` decides
the framing, when it is known how long the body will be.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

from enfilade.protocol.chosen import prepare_head
from enfilade.protocol.errors import ResponseError
from enfilade.protocol.framing import HTTP_1_1
from enfilade.protocol.head import RequestHead
from enfilade.protocol.response_head import PreparedHead

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_SERVER_LINE = b"Server: Enfilade\r\n"
_CLOSE_LINE = b"Connection: close\r\n"
_KEEP_ALIVE_LINE = b"Connection: keep-alive\r\n"
_CHUNKED_LINE = b"Transfer-Encoding: chunked\r\n"
_LAST_CHUNK = b"0\r\n\r\n"

NO_CONTENT = 204
RESET_CONTENT = 205
NOT_MODIFIED = 304
WITHOUT_BODY = frozenset((NO_CONTENT, RESET_CONTENT, NOT_MODIFIED))


class State(StrEnum):
    """How far the response is."""

    IDLE = "nothing has been asked for yet"
    PREPARED = "the head is known but not written"
    STARTED = "the head has been written"
    COMPLETE = "the response is complete"
    BROKEN = "the response was cut off"


class Framing(StrEnum):
    """How the client learns where the body ends (RFC 9112, 6.3)."""

    NONE = "there is no body"
    LENGTH = "Content-Length"
    CHUNKED = "Transfer-Encoding: chunked"
    CLOSE = "the end of the connection"


# As plain names: on Python 3.11 a member costs four times as much to look up on its class.
IDLE, PREPARED, STARTED, COMPLETE, BROKEN = State
NONE, LENGTH, CHUNKED, CLOSE = Framing


class ResponseWriter:
    """One response to one request, as bytes.

    *head* is the request's, or None if it could not be read. *date* returns the present time
    as an IMF-fixdate (RFC 9110, 5.6.7); it is asked only for a response without Date of its
    own. *keep_alive_allowed* is false when the server wants the connection to end.

    After :meth:`end`, ``keep_alive`` says whether the connection may be used again and
    ``complete`` whether the client has everything. ``status`` and ``body_sent`` (bytes, without
    the framing of chunks) are for the access log.
    """

    __slots__ = (
        "_bodiless",
        "_date",
        "_head",
        "_persistent",
        "body_sent",
        "framing",
        "keep_alive",
        "remaining",
        "state",
        "surplus",
    )

    def __init__(
        self,
        head: RequestHead | None,
        *,
        date: Callable[[], bytes],
        keep_alive_allowed: bool = True,
    ) -> None:
        self._date = date
        self._bodiless = head is not None and head.method == "HEAD"
        # HTTP/1.1 connections persist unless it is said that they close; 1.0 the other way round.
        self._persistent = head is None or head.version >= HTTP_1_1
        self._head: PreparedHead | None = None
        self.keep_alive = keep_alive_allowed and head is not None and head.keep_alive
        self.state = IDLE
        self.framing = NONE
        self.remaining = 0  # bytes that Content-Length still promises
        self.surplus = 0  # bytes that the application gave beyond Content-Length
        self.body_sent = 0

    @property
    def status(self) -> int:
        """The status code, ``0`` before there is one."""
        return self._head.status if self._head else 0

    @property
    def content_length(self) -> int | None:
        """The Content-Length that the application has declared, in bytes."""
        return self._head.content_length if self._head else None

    @property
    def started(self) -> bool:
        """Whether the head has been written."""
        return self.state not in (IDLE, PREPARED)

    @property
    def complete(self) -> bool:
        """Whether the response has been written to its end."""
        return self.state is COMPLETE

    # The head --------------------------------------------------------------------------------

    def start(self, status: str, headers: Iterable[tuple[str, str]], length: int | None) -> bytes:
        """:meth:`prepare` and :meth:`begin` in one."""
        self.prepare(status, headers)
        return self.begin(length)

    def prepare(self, status: str, headers: Iterable[tuple[str, str]]) -> None:
        """Check *status* (``"200 OK"``) and *headers* and keep them in place of earlier ones.

        Raises :exc:`ResponseError` for what may not be sent: control characters, texts that
        are not latin-1, hop-by-hop fields, an informational status, a bad Content-Length.
        """
        if self.started:
            raise ResponseError("the head of the response has already been sent")
        self.accept(prepare_head(status, headers))

    def accept(self, head: PreparedHead) -> None:
        """:meth:`prepare` with a head that was checked before, perhaps for many responses."""
        self._head = head
        self.state = PREPARED

    def begin(self, length: int | None) -> bytes:
        """Return the head as bytes; *length* of the body in bytes if the caller knows it.

        The application's own Content-Length goes before *length*.
        """
        head = self._head
        if head is None or self.state is not PREPARED:
            raise ResponseError(f"a head cannot be written now: {self.state}")
        declared = head.content_length
        framing_line = self._frame(head.status, length if declared is None else declared)
        self.state = STARTED
        return b"".join(
            (
                head.lines,
                b"" if head.has_date else b"Date: %b\r\n" % self._date(),
                b"" if head.has_server else _SERVER_LINE,
                framing_line,
                self._connection_line(),
                b"\r\n",
            )
        )

    def start_prepared(self, head: PreparedHead, length: int) -> bytes:
        """:meth:`accept` and :meth:`begin` in one."""
        self.accept(head)
        return self.begin(length)

    def whole(self, head: PreparedHead, body: bytes) -> bytes:
        """Return the response with *head* and all of its *body*."""
        size = len(body)
        declared = head.content_length
        if self._bodiless or head.status in WITHOUT_BODY or declared not in (None, size):
            return self.start_prepared(head, size) + self.data(body) + self.end()
        self._head = head
        self.framing = LENGTH
        self.body_sent = size
        self.state = COMPLETE
        return b"".join(
            (
                head.lines,
                b"" if head.has_date else b"Date: %b\r\n" % self._date(),
                b"" if head.has_server else _SERVER_LINE,
                b"Content-Length: %d\r\n" % size,
                self._connection_line(),
                b"\r\n",
                body,
            )
        )

    def _frame(self, status: int, length: int | None) -> bytes:
        """Decide the framing and return its field line (RFC 9112, 6; RFC 9110, 8.6)."""
        if self._bodiless or status in (NO_CONTENT, NOT_MODIFIED):
            return self._frame_nothing(status, length)
        if status == RESET_CONTENT:  # framed as empty, whatever the application says
            return b"Content-Length: 0\r\n"
        if length is not None:
            self.framing = LENGTH
            self.remaining = length
            return b"Content-Length: %d\r\n" % length
        if self._persistent:
            self.framing = CHUNKED
            return _CHUNKED_LINE
        self.framing = CLOSE
        self.keep_alive = False
        return b""

    def _frame_nothing(self, status: int, length: int | None) -> bytes:
        """No body follows. The length that GET would have is told only if it is known: 204 has
        none, and that HEAD or 304 came with no data says nothing about it."""
        if status == NO_CONTENT or length is None:
            return b""
        if self.content_length is None and (status == NOT_MODIFIED or length == 0):
            return b""
        return b"Content-Length: %d\r\n" % length

    def _connection_line(self) -> bytes:
        if not self.keep_alive:
            return _CLOSE_LINE
        return b"" if self._persistent else _KEEP_ALIVE_LINE

    # The body --------------------------------------------------------------------------------

    def data(self, chunk: bytes) -> bytes:
        """Return *chunk* as it goes over the wire.

        What is beyond Content-Length is cut off and counted in ``surplus``; what follows a
        head without body is dropped.
        """
        if self.state is not STARTED:
            raise ResponseError(f"a body cannot be written now: {self.state}")
        return _FRAMERS[self.framing](self, chunk)

    def pass_by(self, size: int) -> int:
        """*size* bytes of the body are there to be sent by the caller, in a response that has a
        length; return how many of them may be."""
        if self.framing is not LENGTH:
            return 0
        size = min(size, self.remaining)
        self.remaining -= size
        self.body_sent += size
        return size

    def _drop(self, chunk: bytes) -> bytes:
        return b""

    def _count(self, chunk: bytes) -> bytes:
        over = len(chunk) - self.remaining
        if over > 0:
            self.surplus += over
            self.keep_alive = False
            chunk = chunk[: self.remaining]
        self.remaining -= len(chunk)
        return self._pass(chunk)

    def _chunk(self, chunk: bytes) -> bytes:
        if not chunk:  # an empty chunk would be the end of the body
            return b""
        return b"%x\r\n%b\r\n" % (len(chunk), self._pass(chunk))

    def _pass(self, chunk: bytes) -> bytes:
        self.body_sent += len(chunk)
        return chunk

    def end(self) -> bytes:
        """Return what ends the body; a body that is too short breaks the response instead."""
        if self.state is not STARTED:
            raise ResponseError(f"a body cannot end now: {self.state}")
        if self.remaining:
            self.abort()
            return b""
        self.state = COMPLETE
        return _LAST_CHUNK if self.framing is CHUNKED else b""

    def abort(self) -> None:
        """Leave the response cut off, so that the client cannot take it for whole.

        Where only the end of the connection ends the body (HTTP/1.0), the caller must reset
        the connection rather than close it.
        """
        self.state = BROKEN
        self.keep_alive = False


_FRAMERS: dict[Framing, Callable[[ResponseWriter, bytes], bytes]] = {
    NONE: ResponseWriter._drop,
    LENGTH: ResponseWriter._count,
    CHUNKED: ResponseWriter._chunk,
    CLOSE: ResponseWriter._pass,
}
