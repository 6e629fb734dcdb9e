"""The head of a simple request, read at the speed of C.

It recognises what it fully understands, and declines everything else to the plain parser
(:mod:`enfilade.protocol.head`): faults, so that what is refused, and why, stands in one place,
and the unusual. Of what it accepts it makes exactly what the plain parser would make, and its
tables are filled from the plain parser's own.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.unicode cimport PyUnicode_DecodeLatin1
from libc.string cimport memcpy

from enfilade.protocol.framing import HTTP_1_0, HTTP_1_1
from enfilade.protocol.head import RequestHead
from enfilade.protocol.head import parse_request_head as parse_plainly

include "_octets.pxi"
include "_names.pxi"
include "_scan.pxi"

cdef extern from "Python.h":
    object PyUnicode_New(Py_ssize_t size, Py_UCS4 largest)
    void* PyUnicode_DATA(object text)


cdef void set_limits(Limits* limits, object policy) except *:
    limits.line = limit_of(policy.line)
    limits.field = limit_of(policy.field)
    limits.fields = limit_of(policy.fields)
    limits.head = limit_of(policy.head)
    limits.body = limit_of(policy.body)
    limits.refuse_underscores = policy.refuse_underscores


cdef inline size_t limit_of(object number) except? 0:
    """*number*; one that nothing can reach is as good as none."""
    return number if 0 < number < 1 << 62 else 0


cdef object text_of(const char* data, Span span, bint ascii):
    cdef object text
    if ascii:
        text = PyUnicode_New(span.size, 127)
        if span.size:  # the empty one is shared
            memcpy(PyUnicode_DATA(text), data + span.start, span.size)
        return text
    return PyUnicode_DecodeLatin1(data + span.start, span.size, NULL)


cdef object method_of(const HeadSpans* spans):
    return <object>VERBS[spans.verb].text


cdef str name_of(const char* data, const FieldSpan* field):
    """The name in lower case, which is remembered."""
    cdef str lower
    if field.known != NULL:
        return <str>field.known.lower
    lower = FIELD_NAMES[text_of(data, field.name, True)]
    remember(data + field.name.start, field.name.size, lower)
    return lower


cdef object head_of(const char* data, const HeadSpans* spans):
    cdef list headers = []
    cdef dict fields = {}
    cdef const FieldSpan* field
    cdef unsigned int i
    for i in range(spans.count):
        field = &spans.fields[i]
        name = name_of(data, field)
        value = text_of(data, field.value, spans.ascii)
        headers.append((name, value))
        if field.repeats:
            value = fields[name] + ("; " if name == "cookie" else ",") + value
        fields[name] = value
    target = text_of(data, spans.target, True)
    whole = spans.path.size == spans.target.size
    return RequestHead(
        method_of(spans),
        target,
        target if whole else text_of(data, spans.path, True),
        text_of(data, spans.query, True),
        HTTP_1_1 if spans.minor else HTTP_1_0,
        headers,
        fields,
        fields["host"] if spans.host >= 0 else "",
        spans.content_length if spans.content_length >= 0 else None,
        False,
        spans.keep_alive,
        False,
    )


def parse_request_head(data, policy):
    """Parse *data*, a complete head, as :func:`enfilade.protocol.head.parse_request_head` does."""
    cdef Py_buffer view
    cdef Limits limits
    cdef HeadSpans spans
    cdef int size
    set_limits(&limits, policy)
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        size = scan_head(<const char*>view.buf, view.len, 0, &limits, &spans)
        if 0 < size == view.len:
            return head_of(<const char*>view.buf, &spans)
    finally:
        PyBuffer_Release(&view)
    return parse_plainly(data, policy)


def scan(data, policy, size_t scanned=0):
    """What ``scan_head`` says about *data*: a size, 0 or -1."""
    cdef Limits limits
    cdef HeadSpans spans
    cdef bytes octets = bytes(data)
    set_limits(&limits, policy)
    return scan_head(octets, len(octets), scanned, &limits, &spans)


fill_classes()
fill_words()
fill_names()
