"""``environ`` at the speed of C: exactly what :mod:`enfilade.gateway.environ` makes."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_Copy, PyDict_SetItem
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.unicode cimport PyUnicode_DecodeLatin1

from enfilade.protocol._head cimport (
    FieldSpan,
    HeadSpans,
    Limits,
    Name,
    Span,
    method_of,
    name_of,
    scan_head,
    set_limits,
    text_of,
)
from enfilade.protocol._hexadecimal cimport digit

from enfilade.gateway.environ import ENVIRON_KEYS
from enfilade.protocol.framing import HTTP_1_1

cdef extern from *:
    """
    #define get_key(name) __atomic_load_n(&(name)->key, __ATOMIC_ACQUIRE)
    static int put_key(PyObject **place, PyObject *key)
    {
        PyObject *nothing = NULL;
        return __atomic_compare_exchange_n(
            place, &nothing, key, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    }
    """
    PyObject* get_key(Name* name)
    bint put_key(PyObject** place, PyObject* key)


cdef dict environ_of(
    dict base, const char* data, const HeadSpans* spans, object address, object port, object body
):
    cdef dict environ = PyDict_Copy(base)
    cdef object target = text_of(data, spans.target, True)
    PyDict_SetItem(environ, "REQUEST_METHOD", method_of(spans))
    if spans.encoded_path:
        PyDict_SetItem(environ, "PATH_INFO", decoded(data + spans.path.start, spans.path.size))
    elif spans.path.size == spans.target.size:
        PyDict_SetItem(environ, "PATH_INFO", target)
    else:
        PyDict_SetItem(environ, "PATH_INFO", text_of(data, spans.path, True))
    PyDict_SetItem(environ, "QUERY_STRING", text_of(data, spans.query, True))
    PyDict_SetItem(environ, "REQUEST_URI", target)
    PyDict_SetItem(environ, "RAW_URI", target)
    if spans.minor != 1:
        PyDict_SetItem(environ, "SERVER_PROTOCOL", "HTTP/1.0")
    if address is not None:
        PyDict_SetItem(environ, "REMOTE_ADDR", address)
        PyDict_SetItem(environ, "REMOTE_PORT", port)
    PyDict_SetItem(environ, "wsgi.input", body)
    add_fields(environ, data, spans)
    return environ


cdef int add_fields(dict environ, const char* data, const HeadSpans* spans) except -1:
    cdef unsigned int i
    cdef const FieldSpan* field
    cdef object key, value
    for i in range(spans.count):
        field = &spans.fields[i]
        key = key_of(data, field)
        if not key:
            continue
        value = text_of(data, field.value, spans.ascii)
        if field.repeats:
            value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
        PyDict_SetItem(environ, key, value)
    return 0


cdef inline str key_of(const char* data, const FieldSpan* field):
    """The variable of the field; ``""`` for one that is withheld."""
    cdef PyObject* known = NULL
    cdef str key
    if field.known != NULL:
        known = get_key(field.known)
        if known != NULL:
            return <str>known
    key = ENVIRON_KEYS[name_of(data, field)]
    if field.known != NULL:
        Py_INCREF(key)  # kept for good, as the name is
        if not put_key(&field.known.key, <PyObject*>key):
            Py_DECREF(key)
    return key


cdef object decoded(const char* path, unsigned int size):
    """The path percent-decoded, each octet as one character (PEP 3333, "Unicode Issues")."""
    cdef bytes octets = PyBytes_FromStringAndSize(NULL, size)
    cdef char* start = PyBytes_AS_STRING(octets)
    cdef char* out = start
    cdef unsigned int i = 0
    while i < size:
        if path[i] == c"%" and i + 2 < size and digit(path[i + 1]) >= 0 and digit(path[i + 2]) >= 0:
            out[0] = <char>(digit(path[i + 1]) << 4 | digit(path[i + 2]))
            i += 3
        else:
            out[0] = path[i]
            i += 1
        out += 1
    return PyUnicode_DecodeLatin1(start, out - start, NULL)


def build_environ(dict base, head, peer, body, trace=None):
    """The environ of one request, as :func:`enfilade.gateway.environ.build_environ` gives it."""
    cdef dict environ = PyDict_Copy(base)
    cdef str path = head.path
    cdef bytes octets
    PyDict_SetItem(environ, "REQUEST_METHOD", head.method)
    if "%" in path:
        octets = path.encode("latin-1")
        path = decoded(octets, len(octets))
    PyDict_SetItem(environ, "PATH_INFO", path if path != "*" else "")
    PyDict_SetItem(environ, "QUERY_STRING", head.query)
    PyDict_SetItem(environ, "RAW_URI", head.target)
    PyDict_SetItem(environ, "REQUEST_URI", head.target)
    if head.version != HTTP_1_1:
        PyDict_SetItem(environ, "SERVER_PROTOCOL", "HTTP/1.0")
    if peer:
        PyDict_SetItem(environ, "REMOTE_ADDR", peer[0])
        PyDict_SetItem(environ, "REMOTE_PORT", str(peer[1]))
    PyDict_SetItem(environ, "wsgi.input", body)
    for name, value in (<dict>head.fields).items():
        key = ENVIRON_KEYS[name]
        if key:
            PyDict_SetItem(environ, key, value)
    if trace is not None:
        environ["enfilade.trace"] = trace
        trace.mark("gateway")
    return environ


cdef class EnvironReader:
    """What the compiled engine does with a head: from bytes to environ, with no head between.

    The environs start from *base*; *policy* says what is left to the plain parser.
    """

    cdef Limits limits
    cdef dict base

    def __init__(self, dict base not None, policy):
        set_limits(&self.limits, policy)
        self.base = base

    def read(self, bytes data not None, address, port, body):
        """The environ of the request that *data* begins with, or None if it is one for the plain
        parser. *address* and *port* are texts, or None on a Unix socket."""
        cdef HeadSpans spans
        if self.base is None or scan_head(data, len(data), 0, &self.limits, &spans) <= 0:
            return None
        return environ_of(self.base, data, &spans, address, port, body)
