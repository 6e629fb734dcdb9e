"""The heads of responses at the speed of C.

What is refused, and with which words, is the business of :mod:`enfilade.protocol.response_head`:
everything here that is not plainly right is left to it. What is written is exactly what
:class:`enfilade.protocol.response.ResponseWriter` writes.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, strlen

cimport cython

from enfilade.protocol.policy import HOP_BY_HOP
from enfilade.protocol.response_head import PreparedHead
from enfilade.protocol.response_head import prepare_head as prepare_plainly

include "_octets.pxi"

cdef extern from "Python.h":
    int PyUnicode_KIND(PyObject* text) nogil
    int PyUnicode_1BYTE_KIND
    bint PyUnicode_CheckExact(PyObject* thing) nogil
    bint PyTuple_CheckExact(PyObject* thing) nogil
    const char* latin_1 "(const char *)PyUnicode_DATA" (PyObject* text) nogil
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject* text) nogil

cdef enum:
    NO_CONTENT = 204
    RESET_CONTENT = 205
    NOT_MODIFIED = 304

# What the server itself has to do with a field.
cdef enum:
    APPLICATION = 0
    LENGTH
    DATE
    SERVER
    REFUSED

cdef struct Concern:
    # The name of such a field in lower case.
    unsigned int size
    int kind
    char raw[24]

cdef Concern CONCERNS[16]
cdef int concern_count = 0
cdef unsigned int concern_sizes = 0  # a bit for each length of a name


cdef int fill_concerns() except -1:
    global concern_count, concern_sizes
    kinds = dict.fromkeys(HOP_BY_HOP, REFUSED)
    kinds |= {"content-length": LENGTH, "date": DATE, "server": SERVER}
    if len(kinds) > 16:
        raise ValueError("a table is too small")
    for concern_count, (name, kind) in enumerate(kinds.items(), 1):
        fill_concern(&CONCERNS[concern_count - 1], name.encode("ascii"), kind)
        concern_sizes |= 1 << len(name)
    return 0


cdef int fill_concern(Concern* concern, bytes raw, int kind) except -1:
    concern.size = <unsigned int>len(raw)
    if concern.size > sizeof(concern.raw):
        raise ValueError(raw)
    memcpy(concern.raw, <const char*>raw, concern.size)
    concern.kind = kind
    return 0


cdef inline int kind_of(const char* raw, size_t size) noexcept nogil:
    cdef int i
    if size >= 32 or not concern_sizes >> size & 1:
        return APPLICATION
    for i in range(concern_count):
        if CONCERNS[i].size == size and same_name(raw, CONCERNS[i].raw, <unsigned int>size):
            return CONCERNS[i].kind
    return APPLICATION


# Bytes ---------------------------------------------------------------------------------------


cdef int reserve(Output* out, size_t more) except -1:
    cdef size_t room
    cdef char* data
    if out.room - out.size < more:
        room = max(out.room * 2, out.size + more, <size_t>512)
        data = <char*>realloc(out.data, room)
        if data == NULL:
            raise MemoryError
        out.data = data
        out.room = room
    return 0


cdef inline void put(Output* out, const char* text, size_t size) noexcept nogil:
    """Room for it has been made."""
    memcpy(out.data + out.size, text, size)
    out.size += size


cdef inline void put_line(Output* out, const char* line) noexcept nogil:
    put(out, line, strlen(line))


# The head ------------------------------------------------------------------------------------


cdef int put_fields(Output* out, object status, object headers, Prepared* prepared) except -2:
    cdef size_t before = out.size
    prepared.content_length = -1
    prepared.has_date = prepared.has_server = False
    prepared.status = put_status(out, <PyObject*>status)
    if prepared.status == 0 or type(headers) is not list:
        out.size = before
        return 0
    if put_all(out, headers, prepared):
        return 1
    out.size = before
    return 0


cdef int put_all(Output* out, object headers, Prepared* prepared) except -2:
    """The lines of all fields, which no other thread may exchange meanwhile; 0 to decline."""
    cdef Py_ssize_t i
    cdef int written = 1
    with cython.critical_section(headers):
        for i in range(PyList_GET_SIZE(headers)):
            if written:
                written = put_field(out, PyList_GET_ITEM(headers, i), prepared)
    return written


cdef int put_status(Output* out, PyObject* status) except -1:
    """The status code; 0 to decline."""
    cdef const char* text
    cdef size_t size
    cdef uint64_t high = 0
    if not is_latin_1(status):
        return 0
    text = latin_1(status)
    size = PyUnicode_GET_LENGTH(status)
    if size < 4 or not (c"2" <= text[0] <= c"9" and is_digit(text[1]) and is_digit(text[2])):
        return 0
    if text[3] != c" " or find_control(text, text + size, &high) != text + size:
        return 0
    reserve(out, size + 11)
    put(out, b"HTTP/1.1 ", 9)
    put(out, text, size)
    put(out, b"\r\n", 2)
    return (text[0] - c"0") * 100 + (text[1] - c"0") * 10 + text[2] - c"0"


cdef inline bint is_digit(char character) noexcept nogil:
    return c"0" <= character <= c"9"


cdef inline bint is_latin_1(PyObject* thing) noexcept nogil:
    return PyUnicode_CheckExact(thing) and PyUnicode_KIND(thing) == PyUnicode_1BYTE_KIND


cdef int put_field(Output* out, PyObject* pair, Prepared* prepared) except -1:
    """The line of one field, if it has one here; 0 to decline."""
    cdef PyObject* name
    cdef PyObject* value
    cdef const char* raw
    cdef const char* text
    cdef size_t name_size, size
    cdef uint64_t high = 0
    if not PyTuple_CheckExact(pair) or PyTuple_GET_SIZE(<object>pair) != 2:
        return 0
    name = PyTuple_GET_ITEM(<object>pair, 0)
    value = PyTuple_GET_ITEM(<object>pair, 1)
    if not (is_latin_1(name) and is_latin_1(value)):
        return 0
    raw, name_size = latin_1(name), PyUnicode_GET_LENGTH(name)
    text, size = latin_1(value), PyUnicode_GET_LENGTH(value)
    if not is_a_token(raw, name_size) or find_control(text, text + size, &high) != text + size:
        return 0
    kind = kind_of(raw, name_size)
    if kind != APPLICATION and not note_field(prepared, kind, text, size):
        return 0
    if kind != LENGTH:
        reserve(out, name_size + size + 4)
        put(out, raw, name_size)
        put(out, b": ", 2)
        put(out, text, size)
        put(out, b"\r\n", 2)
    return 1


cdef inline bint is_a_token(const char* raw, size_t size) noexcept nogil:
    cdef size_t i
    for i in range(size):
        if not is_a(TOKEN, raw[i]):
            return False
    return size > 0


cdef bint note_field(Prepared* prepared, int kind, const char* text, size_t size) noexcept nogil:
    """Take down a field that concerns the server; false to decline, as for a second one."""
    if kind == LENGTH and prepared.content_length < 0:
        prepared.content_length = parsed_length(text, size)
        return prepared.content_length >= 0
    if kind == DATE and not prepared.has_date:
        prepared.has_date = True
        return True
    if kind == SERVER and not prepared.has_server:
        prepared.has_server = True
        return True
    return False


cdef long long parsed_length(const char* text, size_t size) noexcept nogil:
    """``1*DIGIT`` below ten to the eighteenth, or -1."""
    cdef long long length = 0
    cdef size_t i
    if not 0 < size <= 18:
        return -1
    for i in range(size):
        if not is_digit(text[i]):
            return -1
        length = length * 10 + text[i] - c"0"
    return length


cdef int put_end(
    Output* out, const Prepared* prepared, long long length, bint head_only, int minor,
    bint keep_alive, const char* date_line
) except -2:
    cdef bint bodiless = head_only or prepared.status in (NO_CONTENT, NOT_MODIFIED)
    if prepared.status == RESET_CONTENT:
        return 0
    if not bodiless and (length < 0 or prepared.content_length not in (-1, length)):
        return 0
    reserve(out, strlen(date_line) + 128)
    if not prepared.has_date:
        put_line(out, date_line)
    if not prepared.has_server:
        put_line(out, b"Server: Enfilade\r\n")
    if not bodiless:
        put_length(out, length)
    elif tells_length(prepared, length):
        put_length(out, prepared.content_length if prepared.content_length >= 0 else length)
    if not keep_alive:
        put_line(out, b"Connection: close\r\n\r\n")
    elif minor < 1:
        put_line(out, b"Connection: keep-alive\r\n\r\n")
    else:
        put_line(out, b"\r\n")
    return 1


cdef inline bint tells_length(const Prepared* prepared, long long length) noexcept nogil:
    """Whether an answer without body tells how long the body would be."""
    if prepared.status == NO_CONTENT:
        return False
    if prepared.content_length >= 0:
        return True
    return length > 0 and prepared.status != NOT_MODIFIED


cdef inline void put_length(Output* out, long long length) noexcept nogil:
    cdef char digits[24]
    cdef char* first = digits + sizeof(digits)
    put_line(out, b"Content-Length: ")
    while True:
        first -= 1
        first[0] = c"0" + <char>(length % 10)
        length //= 10
        if length == 0:
            break
    put(out, first, digits + sizeof(digits) - first)
    put_line(out, b"\r\n")


# What Python calls ---------------------------------------------------------------------------


def prepare_head(status, headers):
    """Check and encode *status* and *headers*, as
    :func:`enfilade.protocol.response_head.prepare_head` does."""
    cdef Output out
    cdef Prepared prepared
    pairs = headers if type(headers) is list else list(headers)
    out.data, out.size, out.room = NULL, 0, 0
    try:
        if put_fields(&out, status, pairs, &prepared):
            return PreparedHead(
                prepared.status,
                PyBytes_FromStringAndSize(out.data, out.size),
                prepared.content_length if prepared.content_length >= 0 else None,
                bool(prepared.has_date),
                bool(prepared.has_server),
            )
    finally:
        free(out.data)
    return prepare_plainly(status, pairs)


def write_head(status, headers, length, head_only, minor, keep_alive, bytes date_line not None):
    """The head that ``put_fields`` and ``put_end`` write, or None where they decline."""
    cdef Output out
    cdef Prepared prepared
    out.data, out.size, out.room = NULL, 0, 0
    try:
        if put_fields(&out, status, headers, &prepared) and put_end(
            &out, &prepared, length, head_only, minor, keep_alive, date_line
        ):
            return PyBytes_FromStringAndSize(out.data, out.size)
    finally:
        free(out.data)
    return None


fill_classes()
fill_concerns()
