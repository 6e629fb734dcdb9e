"""What the compiled reader of heads gives to other compiled rooms.

``scan_head`` needs no GIL and makes no objects: it notes where in the bytes everything stands.
Objects are made of that afterwards, in one pass.
"""

from cpython.object cimport PyObject

cdef enum:
    FIELDS = 100  # more of them are left to the plain parser


cdef struct Span:
    unsigned int start, size


cdef struct Name:
    # A field name as it was spelt, and what is made of it. Once it is ready it never changes and
    # never goes, so that it can be looked at without the GIL.
    int ready
    int kind
    unsigned int size
    PyObject* lower  # the str in lower case
    PyObject* key  # the str that the gateway looks up; NULL until it has put it there
    char raw[48]


cdef struct FieldSpan:
    Span name, value  # value without SP and HTAB around it
    Name* known  # or NULL
    bint repeats  # whether the name stood further up already


cdef struct Limits:
    size_t line, field, fields, head, body  # as in Policy; 0 for none
    bint refuse_underscores


cdef struct HeadSpans:
    unsigned int size
    Span method, target, path, query
    int verb  # the index of the method
    int minor  # of HTTP/1.minor
    unsigned int count
    FieldSpan fields[FIELDS]
    int host  # the index of its field, or -1
    bint keep_alive
    bint encoded_path  # whether '%' stands in the path
    bint ascii  # whether nothing beyond ASCII stands in the head
    long long content_length  # -1 for none


cdef void set_limits(Limits* limits, object policy) except *

# > 0: the size of a simple head, which is complete. 0: not all of it is here, and nothing is
# wrong so far; *scanned* bytes were there when this was said last. -1: this is for the plain
# parser, as it is a fault or unusual.
cdef int scan_head(
    const char* data, size_t size, size_t scanned, const Limits* limits, HeadSpans* spans
) noexcept nogil

# The RequestHead that the plain parser would give.
cdef object head_of(const char* data, const HeadSpans* spans)

cdef object method_of(const HeadSpans* spans)
cdef object text_of(const char* data, Span span, bint ascii)
cdef str name_of(const char* data, const FieldSpan* field)
