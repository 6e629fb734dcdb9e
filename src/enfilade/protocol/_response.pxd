"""What the compiled writer of response heads gives to the compiled engine.

As in ResponseWriter there are two steps: the application's part is checked and written when it
calls start_response, the rest of the head when the length of the body is known.
"""

from libc.stddef cimport size_t


cdef struct Output:
    # Bytes to be sent; a zeroed one is empty. The owner frees ``data``.
    char* data
    size_t size, room


cdef struct Prepared:
    int status
    long long content_length  # as the application declared it, -1 for not at all
    bint has_date, has_server


cdef int reserve(Output* out, size_t more) except -1

# ResponseWriter.prepare: write the status line and the fields, but for Content-Length. 1: written.
# 0: left to ResponseWriter, as there is something to refuse; *out* is as it was then.
cdef int put_fields(Output* out, object status, object headers, Prepared* prepared) except -2

# ResponseWriter.begin, for a body of *length* bytes that is here as a whole: the rest of the head.
# 0: left to ResponseWriter, and *out* is as it was: a length that is not the one declared, 205.
# *head_only* says that the request was HEAD, *minor* is its HTTP/1.minor, *date_line* is
# ``Date: ...\r\n``. The answer to HEAD, 204 and 304 have no body, which the caller leaves out.
cdef int put_end(
    Output* out, const Prepared* prepared, long long length, bint head_only, int minor,
    bint keep_alive, const char* date_line
) except -2
