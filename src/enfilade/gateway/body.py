"""``wsgi.input``: the body of one request as a file (PEP 3333, "Input and Error Streams")."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from enfilade.exceptions import TransportLost, UnreadablePostError
from enfilade.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 64 * 1024


class _Source(io.RawIOBase):
    """Decoded bytes on demand, as the raw side of a buffered file."""

    def __init__(self, read_more: Callable[[], bytes]) -> None:
        self._read_more = read_more
        self._piece = memoryview(b"")
        self._at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        if not self._piece and not self._at_end:
            self._fetch()
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._piece))
        target[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count

    def _fetch(self) -> None:
        try:
            piece = self._read_more()
        except (ProtocolError, TransportLost) as error:
            # An OSError, so that no application takes what it has read for the whole body.
            raise UnreadablePostError(f"The request body cannot be read: {error}") from error
        self._at_end = not piece
        self._piece = memoryview(piece)


class RequestBody(io.BufferedReader):
    """Read a body that may still be arriving; every method of :class:`io.BufferedReader`.

    *read_more* returns the next decoded bytes, waiting for them if need be, and ``b""`` at the
    end of the body and at no other time. What it raises for a malformed or truncated body
    (:exc:`ProtocolError`) or a lost client (:exc:`TransportLost`) comes out of ``read`` as
    :exc:`UnreadablePostError`, an :exc:`OSError`, with the cause attached.
    """

    def __init__(self, read_more: Callable[[], bytes]) -> None:
        super().__init__(_Source(read_more), BUFFER)
