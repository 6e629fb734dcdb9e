# What a request needs on its way to the application and back. With the GIL, by its thread.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_XDECREF
from libc.string cimport strlen
from cpython.unicode cimport PyUnicode_DecodeLatin1

from enfilade.gateway._environ cimport environ_of
from enfilade.protocol._head cimport head_of, set_limits
from enfilade.protocol._response cimport Prepared, put_end, put_fields, reserve

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(PyObject* o)


cdef class StartResponse:
    """PEP 3333, "The start_response() Callable", for one request after the other.

    Nothing of it takes part in the usual request but :meth:`__call__`: a body that is not in
    memory, an error, a second call and ``write()`` are the business of the gateway's
    :class:`~enfilade.gateway.wsgi.Delivery`, which is only made for those.
    """

    cdef Engine engine
    cdef Connection* c
    cdef Prepared prepared
    cdef bint called
    cdef dict environ
    cdef object delivery, writer, client
    cdef Stream stream
    cdef readonly object write

    def __init__(self, Engine engine):
        self.engine = engine
        self.write = self._write

    cdef void begin(self, Connection* c, dict environ):
        self.c = c
        self.environ = environ
        self.called = False

    cdef void end(self):
        self.c = NULL
        self.environ = None
        if self.stream is not None:
            self.stream.end()
        self.delivery = self.writer = self.stream = self.client = None

    def __call__(self, status, headers, exc_info=None, /):
        if self.delivery is None:
            if self.c == NULL:
                raise RuntimeError("start_response was called after the request")
            if not self.called or exc_info:
                self.called = False
                self.c.out.size = 0
                if put_fields(&self.c.out, status, headers, &self.prepared):
                    self.called = True
                    return self.write
        return self.deliver().start_response(status, headers, exc_info)

    def _write(self, data, /):
        return self.deliver().write(data)

    cdef object deliver(self):
        """The delivery that goes on from here."""
        cdef Connection* c = self.c
        if self.delivery is None:
            if c == NULL:
                raise RuntimeError("write() was called after the request")
            self.stream = Stream(self.engine)
            self.stream.c = c
            head = head_of(c.buffer.data, &c.buffer.spans)
            self.writer = self.engine.host.open_writer(head)
            if self.called:
                self.writer.accept(_prepared_head(&self.prepared, &c.out))
            c.out.size = 0
            pthread_mutex_lock(&self.engine.core.lock)
            c.streaming = True
            pthread_mutex_unlock(&self.engine.core.lock)
            self.delivery = Delivery(
                self.environ, self.writer, self.stream.send, self.engine.errors
            )
        return self.delivery


cdef bint is_kept(PyObject* start) noexcept:
    """Whether *start*, if there is one, or its ``write`` is in somebody else's hands."""
    if start == NULL:
        return True
    # The thread has the one, and that has the other, which is bound to it.
    return Py_REFCNT(start) != 2 or Py_REFCNT(<PyObject*>(<StartResponse>start).write) != 1


cdef inline bint is_sequence(object chunks) noexcept:
    return type(chunks) is list or type(chunks) is tuple


cdef object chunks_of(object result):
    """All chunks of *result* if they are in memory, as a list or tuple, else its iterator; None if
    it has none."""
    if is_sequence(result):
        return result
    try:
        chunks = iter(result)
        if chunks is result or type(chunks) not in (LIST_ITERATOR, TUPLE_ITERATOR):
            return chunks
        return tuple(chunks)
    except Exception:
        return None  # whoever tries again says so


cdef object _prepared_head(const Prepared* prepared, Output* out):
    return PreparedHead(
        prepared.status,
        PyBytes_FromStringAndSize(out.data, <Py_ssize_t>out.size),
        None if prepared.content_length < 0 else prepared.content_length,
        prepared.has_date,
        prepared.has_server,
    )


@cython.final
cdef class Client:
    """The client of a connection; any thread may ask, at any time.

    The connection has a reference to it as long as there is a connection, and writes here.
    """

    cdef Fate fate

    @property
    def gone(self):
        """Whether nobody will read the answer: the connection is closed or reset, or the client
        has been answered in the application's place."""
        return is_raised(self.fate.gone)

    @property
    def ended(self):
        """Whether it sends no more: it has ended its sending half, or gone."""
        return is_raised(self.fate.ended) or is_raised(self.fate.gone)


cdef int introduce(Core* core, Connection* c) except -1:
    """Make the objects of the client and its address, once a connection."""
    cdef Client client = Client()
    address = PyUnicode_DecodeLatin1(c.peer, <Py_ssize_t>strlen(c.peer), NULL)
    port = str(c.peer_port)
    if not address:
        address = port = None
    Py_INCREF(address)
    Py_INCREF(port)
    c.address = <PyObject*>address
    c.port = <PyObject*>port
    Py_INCREF(client)
    c.client = <PyObject*>client
    pthread_mutex_lock(&core.lock)  # the leader tells of an end once, and only where there is a fate
    client.fate.ended, client.fate.gone = c.ended, c.lost
    c.fate = &client.fate
    pthread_mutex_unlock(&core.lock)
    return 0


cdef object peer_of(Engine engine, Connection* c):
    """(address, port), or None on a Unix socket."""
    if not c.peer[0]:
        return None
    return PyUnicode_DecodeLatin1(c.peer, <Py_ssize_t>strlen(c.peer), NULL), c.peer_port


cdef bint put_answer(Core* core, StartResponse start, bytes body) except -1:
    """Write head and *body*; false if the gateway has to."""
    cdef Connection* c = start.c
    cdef HeadSpans* spans = &c.buffer.spans
    cdef size_t size = <size_t>PyBytes_GET_SIZE(body)
    cdef bint head_only = spans.method.size == 4 and c.buffer.data[spans.method.start] == b"H"
    cdef int status = start.prepared.status
    cdef Date date
    pthread_mutex_lock(&core.lock)  # whoever leads may write both just now
    c.closing = not spans.keep_alive or core.draining
    memcpy(date, core.date, sizeof(date))
    pthread_mutex_unlock(&core.lock)
    if not put_end(
        &c.out, &start.prepared, <long long>size, head_only, spans.minor, not c.closing, date
    ):
        return False
    c.tail_size = c.tail_sent = 0
    if head_only or status == 204 or status == 304 or not size:
        return True
    if size <= HIGH_WATER:
        reserve(&c.out, size)
        memcpy(c.out.data + c.out.size, PyBytes_AS_STRING(body), size)
        c.out.size += size
    else:
        Py_INCREF(body)
        c.tail = <PyObject*>body
        c.tail_data = PyBytes_AS_STRING(body)
        c.tail_size = size
    return True


cdef size_t body_size(Connection* c) noexcept:
    """Bytes of the body of an answer that is whole."""
    cdef size_t at = 3
    while at < c.out.size and memcmp(c.out.data + at - 3, b"\r\n\r\n", 4):
        at += 1
    return c.out.size - min(at + 1, c.out.size) + c.tail_size


cdef bint let_go(
    Core* core, Thread* thread, Connection* c, bint may_wait, object record
) except -1:
    """Send the answer of *c*, now or with the batch; whether *record* is kept for later. With
    the lock; *c* may be gone afterwards."""
    cdef bint kept = False
    thread.serves = NULL
    c.streaming = False
    if is_abandoned(core, c):
        return False
    stop_clock(core, c)
    if may_wait and core.leader == thread and (record is None or waiting(c) <= HIGH_WATER):
        c.state = SENDING
        if core.sending.first == NULL:
            core.sending_since = c.began
        core.sending_bytes += waiting(c)
        push(&core.sending, c)
    else:
        core.now = clock_ns()
        transmit(c)
        if record is not None and waiting(c) and not c.lost:
            Py_INCREF(record)
            c.record = <PyObject*>record
            kept = True
        settle(core, c)
    return kept


cdef bint is_abandoned(Core* core, Connection* c) noexcept nogil:
    """Whether somebody else has answered *c*, which is forgotten then, and will not be answered
    any more otherwise. With the lock."""
    if c.errand == OVERDUE and drop(&core.errands, c):
        c.errand = NOTHING
    if not c.abandoned:
        return False
    if c.in_hand:
        c.thread = NULL
    else:
        forget(core, c)
    return True


cdef int take_away(Core* core, Connection* c) noexcept nogil:
    """The descriptor of *c*, which is overdue, for an answer in the application's place; -1 if
    that has begun to answer. Until it is put down, nobody forgets *c*. With the lock."""
    cdef int fd = c.fd
    c.errand = NOTHING
    if c.state == RUNNING and c.started:
        return -1
    unwatch(core, fd)
    c.fd = -1
    c.abandoned = c.in_hand = True
    core.count -= 1
    core.elsewhere += 1  # who answers is in the plain loop, which counts them after its turn
    if c.state == QUEUED:
        observe(core.slot, WAITED, clock_ns() - c.queued)
    else:
        tell_gone(c)
        write_off(core, c.thread)
        pthread_cond_broadcast(&core.room)
    return fd


cdef void put_down(Core* core, Connection* c) noexcept nogil:
    """With the lock."""
    c.in_hand = False
    if c.state != RUNNING or c.thread == NULL:
        forget(core, c)


cdef const char* FAILURE = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


cdef int give_up(Core* core, Thread* thread) except -1:
    """End what *thread* serves, if it has not come to its end. With the lock."""
    cdef Connection* c = thread.serves
    cdef const char* text = FAILURE
    if c == NULL:
        return 0
    forget_output(core, c)
    c.closing = True
    c.resetting = c.started
    c.lingering = not c.started
    if not (c.started or c.abandoned or c.lost):
        try_piece(c, &text, strlen(text))
    let_go(core, thread, c, False, None)
    return 0


cdef bint leads_on(Core* core, Thread* thread, bint* is_time) noexcept:
    """Whether *thread*, which has come back from an application, is the leader still, and whether
    it is time to send what was kept back. If so it stays the leader until it has: nobody else
    would hear of the connections that end with that, or rest."""
    cdef bint leads
    pthread_mutex_lock(&core.lock)
    leads = core.leader == thread
    thread.serial = 0
    is_time[0] = leads and is_time_to_send(core)
    pthread_mutex_unlock(&core.lock)
    return leads


cdef bint is_time_to_send(Core* core) noexcept:
    """With the lock."""
    return core.sending.first != NULL and (
        core.sending.size >= BATCH
        or core.sending_bytes > HIGH_WATER
        or clock_ns() - core.sending_since > KEPT_BACK
    )


cdef bint may_be_forwarded(Connection* c) noexcept nogil:
    """Whether a field that only a proxy is believed may be among those of the request: their
    names begin with ``Forwarded`` or ``X-``."""
    cdef HeadSpans* spans = &c.buffer.spans
    cdef unsigned int i
    for i in range(spans.count):
        if c.buffer.data[spans.fields[i].name.start] in (b"F", b"f", b"X", b"x"):
            return True
    return False
