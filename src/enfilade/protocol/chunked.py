"""The chunked transfer coding, decoded (RFC 9112, 7.1).

Five states; each has one method, which takes what it can from the front of the connection's
buffer and says whether another step may follow. Nothing is looked at twice, so the cost is
linear however the bytes are cut.

    SIZE --size > 0--> DATA --all of it--> DATA_END --CRLF--> SIZE
      '------size 0--> TRAILERS --empty line--> COMPLETE
"""

import re
from collections.abc import Callable
from enum import StrEnum

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.fields import parse_fields
from enfilade.protocol.framing import LARGEST_LENGTH
from enfilade.protocol.grammar import CRLF, QUOTED_STRING, TCHARS, check_octets, is_text
from enfilade.protocol.policy import FORBIDDEN_TRAILERS, Policy, Rule

# RFC 9112, 7.1 and 7.1.1, without the "bad white space" that the RFC tolerates.
_EXTENSION = rf";{TCHARS}(?:=(?:{TCHARS}|{QUOTED_STRING}))?"
_match_size = re.compile(rb"[0-9A-Fa-f]{1,16}(?![0-9A-Fa-f])").match
_match_extensions = re.compile(rf"(?:{_EXTENSION})*".encode()).fullmatch


class State(StrEnum):
    """Where in the chunked body the decoder stands."""

    SIZE = "chunk-size"
    DATA = "chunk-data"
    DATA_END = "CRLF after chunk-data"
    TRAILERS = "trailer-section"
    COMPLETE = "complete"


SIZE, DATA, DATA_END, TRAILERS, COMPLETE = State


class ChunkedDecoder:
    """Decode one chunked body; :attr:`complete` only after the final empty line."""

    __slots__ = (
        "_extensions",
        "_left",
        "_policy",
        "_scanned",
        "_size",
        "_trailer_bytes",
        "_trailer_lines",
        "state",
    )

    def __init__(self, policy: Policy) -> None:
        self.state = SIZE
        self._policy = policy
        self._left = 0  # bytes of the current chunk still to come
        self._size = 0  # bytes of the whole body so far announced
        self._extensions = 0  # bytes of chunk extensions so far
        self._trailer_bytes = 0
        self._trailer_lines = 0
        self._scanned = 0  # bytes of the buffer known to have no CRLF

    @property
    def complete(self) -> bool:
        """Whether the whole body, trailers included, has been taken."""
        return self.state is COMPLETE

    def decode(self, buffer: bytearray) -> bytes:
        """Take what can be decoded from the front of *buffer*, and return the data.

        Raises :exc:`ProtocolError`; bytes after the end of the body are left alone.
        """
        data: list[bytes] = []
        while _STEPS[self.state](self, buffer, data):
            pass
        return b"".join(data)

    def _read_size(self, buffer: bytearray, data: list[bytes]) -> bool:
        line = self._take_line(buffer, self._policy.chunk_line, Rule.CHUNK_LINE_TOO_LONG)
        if line is None:
            return False
        digits = _match_size(line)
        if digits is None:
            check_octets(line + CRLF)
            raise ProtocolError(Rule.CHUNK_SIZE)
        if digits.end() < len(line):
            self._check_extensions(line[digits.end() :])
        self._start_chunk(int(digits.group(), 16))
        return True

    def _check_extensions(self, extensions: bytes) -> None:
        if not _match_extensions(extensions):
            check_octets(extensions + CRLF)
            starts_well = extensions.startswith(b";")
            raise ProtocolError(Rule.CHUNK_EXTENSION if starts_well else Rule.CHUNK_SIZE)
        self._extensions += len(extensions)
        if 0 < self._policy.chunk_extensions < self._extensions:
            raise ProtocolError(Rule.CHUNK_EXTENSIONS_TOO_LARGE)

    def _start_chunk(self, size: int) -> None:
        if size > LARGEST_LENGTH:
            raise ProtocolError(Rule.CHUNK_SIZE_OVERFLOW)
        self._left = size
        self._size += size
        if 0 < self._policy.body < self._size:
            raise ProtocolError(Rule.BODY_TOO_LARGE)
        self.state = DATA if size else TRAILERS

    def _read_data(self, buffer: bytearray, data: list[bytes]) -> bool:
        piece = bytes(buffer[: self._left])
        del buffer[: self._left]
        data.append(piece)
        self._left -= len(piece)
        if self._left:
            return False
        self.state = DATA_END
        return True

    def _read_data_end(self, buffer: bytearray, data: list[bytes]) -> bool:
        end = buffer[:2]
        if not CRLF.startswith(end):
            raise ProtocolError(Rule.CHUNK_END)
        if len(end) < 2:
            return False
        del buffer[:2]
        self.state = SIZE
        return True

    def _read_trailer(self, buffer: bytearray, data: list[bytes]) -> bool:
        line = self._take_line(buffer, self._policy.field, Rule.FIELD_TOO_LONG)
        if line is None:
            return False
        if line:
            self._check_trailer(line)
        else:
            self.state = COMPLETE
        return True

    def _check_trailer(self, line: bytes) -> None:
        """Trailers are held to the rules of headers and then forgotten: merged into the
        headers they could change what a gateway before us has already decided on."""
        self._trailer_lines += 1
        self._trailer_bytes += len(line) + len(CRLF)
        if 0 < self._policy.fields < self._trailer_lines:
            raise ProtocolError(Rule.TOO_MANY_FIELDS)
        if 0 < self._policy.head < self._trailer_bytes:
            raise ProtocolError(Rule.HEAD_TOO_LARGE)
        if not is_text(line, 0):
            check_octets(line + CRLF)
        for name, _ in parse_fields([line.decode("latin-1")], self._policy):
            if name in FORBIDDEN_TRAILERS:
                raise ProtocolError(Rule.TRAILER_FORBIDDEN)

    def _take_line(self, buffer: bytearray, limit: int, too_long: Rule) -> bytes | None:
        """Take one line without its CRLF, or return None if it is not whole yet."""
        end = buffer.find(CRLF, self._scanned)
        length = end if end >= 0 else len(buffer) - buffer.endswith(b"\r")
        if 0 < limit < length:
            raise ProtocolError(too_long)
        if end < 0:
            check_octets(buffer, self._scanned)
            self._scanned = max(len(buffer) - 1, 0)
            return None
        line = bytes(buffer[:end])
        del buffer[: end + 2]
        self._scanned = 0
        return line

    def _stop(self, buffer: bytearray, data: list[bytes]) -> bool:
        return False


_STEPS: dict[State, Callable[[ChunkedDecoder, bytearray, list[bytes]], bool]] = {
    SIZE: ChunkedDecoder._read_size,
    DATA: ChunkedDecoder._read_data,
    DATA_END: ChunkedDecoder._read_data_end,
    TRAILERS: ChunkedDecoder._read_trailer,
    COMPLETE: ChunkedDecoder._stop,
}
