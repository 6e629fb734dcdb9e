# The words of the scoreboard (server/scoreboard.py), written without the GIL.

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.string cimport memcpy, memmove, memset

from enfilade.server import scoreboard

cdef int SEQUENCE = scoreboard.SEQUENCE
cdef int PHASE = scoreboard.PHASE
cdef int STARTED = scoreboard.STARTED
cdef int TEXT = scoreboard.TEXT
cdef size_t TEXT_BYTES = scoreboard.TEXT_BYTES
cdef int ACCEPTED = scoreboard.ACCEPTED
cdef int CLOSED = scoreboard.CLOSED
cdef int REQUESTS = scoreboard.QUEUED
cdef int RESPONSES = scoreboard.RESPONSES
cdef int RECEIVED = scoreboard.RECEIVED
cdef int SENT = scoreboard.SENT
cdef int GONE = scoreboard.GONE
cdef int HANDED_OVER = scoreboard.HANDED_OVER
cdef int WAITED = scoreboard.WAITED
cdef int TOOK = scoreboard.TOOK
cdef int BUCKETS = scoreboard.BUCKETS
cdef uint64_t APPLICATION_PHASE = scoreboard.Phase.APPLICATION
cdef uint64_t SENDING_PHASE = scoreboard.Phase.SENDING
cdef uint64_t HELD_PHASE = scoreboard.Phase.HELD


cdef uint64_t* words_of(object words) except NULL:
    """Where *words*, a memoryview that its owner keeps, are."""
    cdef Py_buffer view
    cdef uint64_t* found
    PyObject_GetBuffer(words, &view, PyBUF_WRITABLE)
    found = <uint64_t*>view.buf
    PyBuffer_Release(&view)
    return found


cdef void observe(uint64_t* slot, int histogram, int64_t nanoseconds) noexcept nogil:
    cdef uint64_t microseconds = <uint64_t>(nanoseconds // 1000) if nanoseconds > 0 else 0
    cdef uint64_t rest = microseconds
    cdef int bucket = 0
    while rest and bucket < BUCKETS - 1:
        rest >>= 1
        bucket += 1
    slot[histogram + bucket] += 1
    slot[histogram + BUCKETS] += microseconds


cdef void note_begin(uint64_t* slot, Connection* c) noexcept nogil:
    """The thread has taken the request of *c*."""
    cdef HeadSpans* spans = &c.buffer.spans
    cdef size_t size = spans.target.start + spans.target.size - spans.method.start
    cdef char* text = <char*>(slot + TEXT)
    slot[SEQUENCE] += 1
    slot[PHASE] = APPLICATION_PHASE
    slot[STARTED] = <uint64_t>c.began
    size = min(size, TEXT_BYTES)
    memcpy(text, c.buffer.data + spans.method.start, size)
    memset(text + size, 0, TEXT_BYTES - size)
    slot[SEQUENCE] += 1
    observe(slot, WAITED, c.began - c.queued + c.held)


cdef void note_end(
    uint64_t* slot, Connection* c, int status, size_t sent, int64_t took
) noexcept nogil:
    """The thread is free. Whoever has answered what was abandoned has counted that."""
    slot[PHASE] = 0
    if not c.abandoned:
        slot[RESPONSES + min(status // 100, 5)] += 1
        slot[SENT] += sent
        observe(slot, TOOK, took)
