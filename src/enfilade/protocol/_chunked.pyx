"""The chunked transfer coding, decoded at the speed of C as far as it is plain: sizes without
extensions, data, and an end without trailers. The rest, and every fault, is left to the decoder
that this one is made of (:mod:`enfilade.protocol.chunked`), which finds everything as if it had
decoded the beginning too.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_GET_SIZE
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.string cimport memcpy

from enfilade.protocol._hexadecimal cimport digit
from enfilade.protocol.chunked import COMPLETE, DATA, DATA_END, SIZE, TRAILERS
from enfilade.protocol.chunked import ChunkedDecoder as PlainDecoder
from enfilade.protocol.framing import LARGEST_LENGTH

cdef enum:
    IN_SIZE
    IN_DATA
    AFTER_DATA
    AT_END

cdef list STATES = [SIZE, DATA, DATA_END, COMPLETE]

cdef struct Progress:
    int state
    long long left  # bytes of the current chunk still to come
    long long size  # bytes of the body so far announced
    long long limit  # of the body, in bytes
    size_t line_limit
    size_t taken, given  # bytes read and written


class ChunkedDecoder(PlainDecoder):
    """Decode one chunked body, as :class:`enfilade.protocol.chunked.ChunkedDecoder` does."""

    __slots__ = ()

    def decode(self, bytearray buffer not None):
        """Take what can be decoded from the front of *buffer*, and return the data.

        Raises :exc:`ProtocolError`; bytes after the end of the body are left alone.
        """
        cdef bytes data = b""
        if self.state is not TRAILERS and self.state is not COMPLETE and not self._scanned:
            data = take(self, buffer)
            if self.state is COMPLETE or not buffer:
                return data
        rest = PlainDecoder.decode(self, buffer)
        return data + rest if rest else data


cdef bytes take(decoder, bytearray buffer):
    """Decode what is plain; the decoder and the buffer are then where the rest begins."""
    cdef Progress progress, measured
    cdef Py_ssize_t room = PyByteArray_GET_SIZE(buffer)
    cdef bytes data
    if decoder._size > LARGEST_LENGTH:
        return b""
    policy = decoder._policy
    progress.state = STATES.index(decoder.state)
    progress.left = decoder._left
    progress.size = decoder._size
    progress.limit = min(policy.body, LARGEST_LENGTH) if policy.body > 0 else LARGEST_LENGTH
    progress.line_limit = max(policy.chunk_line, 0)
    measured = progress
    unchunk(PyByteArray_AS_STRING(buffer), room, NULL, &measured)
    data = PyBytes_FromStringAndSize(NULL, measured.given)
    unchunk(PyByteArray_AS_STRING(buffer), room, PyBytes_AS_STRING(data), &progress)
    left, size = progress.left, progress.size
    del buffer[: progress.taken]
    decoder.state, decoder._left, decoder._size = STATES[progress.state], left, size
    return data


cdef void unchunk(const char* data, size_t size, char* out, Progress* progress) noexcept nogil:
    """Copy the data of chunks from *data* to *out*, until all is taken or something is unusual;
    without *out* only find out how much that is."""
    cdef const char* p = data
    cdef const char* end = data + size
    cdef const char* after
    cdef size_t piece
    progress.given = 0
    while progress.state != AT_END:
        if progress.state == IN_DATA:
            piece = min(<size_t>progress.left, <size_t>(end - p))
            if out != NULL:
                memcpy(out + progress.given, p, piece)
            progress.given += piece
            progress.left -= piece
            p += piece
            if progress.left:
                break
            progress.state = AFTER_DATA
        if progress.state == AFTER_DATA:
            if end - p < 2 or p[0] != c"\r" or p[1] != c"\n":
                break
            p += 2
            progress.state = IN_SIZE
        after = start_chunk(p, end, progress)
        if after == NULL:
            break
        p = after
    progress.taken = p - data


cdef const char* start_chunk(const char* p, const char* end, Progress* progress) noexcept nogil:
    """Read one size line; NULL if it is unusual, forbidden or not all here."""
    cdef const char* start = p
    cdef unsigned long long size = 0
    while p < end and p - start < 16 and digit(p[0]) >= 0:
        size = size << 4 | <unsigned int>digit(p[0])
        p += 1
    if p == start or end - p < 2 or p[0] != c"\r" or p[1] != c"\n":
        return NULL
    if 0 < progress.line_limit < <size_t>(p - start):
        return NULL
    p += 2
    if size > <unsigned long long>(progress.limit - min(progress.size, progress.limit)):
        return NULL
    if size:
        progress.left = size
        progress.size += size
        progress.state = IN_DATA
        return p
    if end - p < 2 or p[0] != c"\r" or p[1] != c"\n":
        return NULL
    progress.state = AT_END
    return p + 2
