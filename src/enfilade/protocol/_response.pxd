"""What the compiled writer of response heads gives to the compiled engine."""

from libc.stddef cimport size_t


cdef struct Output:
    # Bytes to be sent; a zeroed one is empty. The owner frees ``data``.
    char* data
    size_t size, room


cdef int reserve(Output* out, size_t more) except -1

# Write the head that ResponseWriter would write for a body of *length* bytes that is here as a
# whole, and its status into *code*. 1: written. 0: left to ResponseWriter, and *out* is as it
# was: something to refuse, a length that is not the one declared, 205.
# *head_only* says that the request was HEAD, *minor* is its HTTP/1.minor, *date_line* is
# ``Date: ...\r\n``. The answer to HEAD, 204 and 304 have no body, which the caller leaves out.
cdef int put_head(
    Output* out, object status, object headers, long long length, bint head_only, int minor,
    bint keep_alive, const char* date_line, int* code
) except -2
