# One request and its application. With the GIL, by the thread that took it from the ring.

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.string cimport strlen
from posix.unistd cimport dup
from cpython.unicode cimport PyUnicode_DecodeLatin1

from enfilade.gateway._environ cimport environ_of
from enfilade.protocol._head cimport head_of, set_limits
from enfilade.protocol._response cimport Prepared, put_end, put_fields, reserve

cdef extern from "Python.h":
    Py_ssize_t Py_REFCNT(object o)


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
        if self.engine.access is not None and environ is not None:
            self.client = environ["REMOTE_ADDR"]

    cdef void end(self):
        self.c = NULL
        self.environ = None
        self.delivery = self.writer = self.stream = None

    def __call__(self, status, headers, exc_info=None, /):
        if self.delivery is None:
            if self.c == NULL:
                raise RuntimeError("start_response was called after the request")
            if not self.called or exc_info:
                self.c.out.size = 0
                if put_fields(&self.c.out, status, headers, &self.prepared):
                    self.called = True
                    return self.write
                self.called = False
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
            self.environ["wsgi.errors"] = self.engine.errors
            self.delivery = Delivery(self.environ, self.writer, self.stream.send)
        return self.delivery


cdef object _prepared_head(const Prepared* prepared, Output* out):
    return PreparedHead(
        prepared.status,
        PyBytes_FromStringAndSize(out.data, <Py_ssize_t>out.size),
        None if prepared.content_length < 0 else prepared.content_length,
        prepared.has_date,
        prepared.has_server,
    )


cdef class Stream:
    """Sends an answer piece by piece."""

    cdef Engine engine
    cdef Connection* c
    cdef readonly unsigned long long sent

    def __init__(self, Engine engine):
        self.engine = engine

    def send(self, data):
        """Send *data*, bytes or a range of a file, or leave it to the leader; holds the thread
        while the client is slow.

        Raises :exc:`TransportLost` if nobody will read it.
        """
        if type(data) is bytes:
            self.send_bytes(<bytes>data)
            return
        self.send_file(data)

    cdef int send_bytes(self, bytes data) except -1:
        cdef Connection* c = self.c
        cdef const char* text = PyBytes_AS_STRING(data)
        cdef size_t size = <size_t>PyBytes_GET_SIZE(data)
        cdef bint left
        if c == NULL:
            raise TransportLost("the request is over")
        c.thread.slot[PHASE] = SENDING_PHASE
        with nogil:
            left = send_piece(&self.engine.core, c, text, size)
        if not left:
            raise TransportLost("nobody will read the answer")
        self.sent += size
        return 0


    cdef int send_file(self, object part) except -1:
        """Have the kernel send *part*, as the client reads."""
        cdef Connection* c = self.c
        cdef int file = dup(part.file.descriptor)
        cdef int64_t offset = part.offset
        cdef size_t size = part.size
        cdef bint left
        if c == NULL or file < 0:
            raise TransportLost("the file cannot be sent")
        with nogil:
            left = send_part(&self.engine.core, c, file, offset, size)
        if not left:
            raise TransportLost("nobody will read the answer")
        self.sent += size
        return 0


cdef bint send_part(
    Core* core, Connection* c, int file, int64_t offset, size_t size
) noexcept nogil:
    """Whether *size* bytes of *file*, which is ours to close, have left or will leave."""
    cdef bint waits
    pthread_mutex_lock(&core.lock)
    wait_for_room(core, c)
    if c.lost or c.abandoned:
        pthread_mutex_unlock(&core.lock)
        close(file)
        return False
    if not c.first:
        c.first = clock_ns()
    if c.file > 0:
        close(c.file)
    c.file, c.file_at, c.file_left = file, offset, size
    waits = c.clock == WRITING
    transmit(c)
    if waiting(c) and not c.lost and not waits:
        core.now = clock_ns()
        start_write_clock(core, c)
        eventfd_write(core.wakeup, 1)
    pthread_mutex_unlock(&core.lock)
    return True


cdef void wait_for_room(Core* core, Connection* c) noexcept nogil:
    """Hold the thread while much waits for a slow reader, or a file does, after which nothing can
    be added. With the lock."""
    while (waiting(c) > HIGH_WATER or c.file_left) and not c.lost and not c.abandoned:
        c.thread.slot[PHASE] = HELD_PHASE
        pthread_cond_wait(&core.room, &core.lock)
    c.started = True
    if not c.first:
        c.first = clock_ns()
    if c.clock == APPLICATION:
        stop_clock(core, c)


cdef bint send_piece(Core* core, Connection* c, const char* data, size_t size) noexcept nogil:
    """Whether *data* has left or will leave."""
    cdef bint waits
    pthread_mutex_lock(&core.lock)
    wait_for_room(core, c)
    waits = waiting(c) > 0
    if not (c.lost or c.abandoned):
        if not waits:
            size = try_piece(c, &data, size)
        if size and not c.lost:
            c.lost = not append(&c.out, &c.sent, data, size)
            if not waits:
                core.now = clock_ns()
                start_write_clock(core, c)
                eventfd_write(core.wakeup, 1)  # whoever leads has one more deadline
    waits = not (c.lost or c.abandoned)
    pthread_mutex_unlock(&core.lock)
    return waits


cdef size_t try_piece(Connection* c, const char** data, size_t size) noexcept nogil:
    """Send what the kernel takes; how many bytes are left at *data*."""
    cdef ssize_t count
    while size:
        count = send(c.fd, data[0], size, MSG_NOSIGNAL | MSG_DONTWAIT)
        if count < 0:
            if errno == EINTR:
                continue
            c.lost = errno != EAGAIN
            break
        data[0] += count
        size -= <size_t>count
    return size


cdef bint append(Output* out, size_t* sent, const char* data, size_t size) noexcept nogil:
    """Add to what waits, in front of which what has left is dropped."""
    cdef char* larger
    if sent[0]:
        memmove(out.data, out.data + sent[0], out.size - sent[0])
        out.size -= sent[0]
        sent[0] = 0
    if out.size + size > out.room:
        larger = <char*>realloc(out.data, out.size + size)
        if larger == NULL:
            return False
        out.data = larger
        out.room = out.size + size
    memcpy(out.data + out.size, data, size)
    out.size += size
    return True


@cython.final
cdef class Client:
    """The client of a connection; any thread may ask, at any time.

    The connection has a reference to it as long as there is a connection, and writes here.
    """

    cdef bint is_gone

    @property
    def gone(self):
        """Whether it has closed its connection, or has been answered in the application's place:
        what the application still does for it is in vain."""
        return self.is_gone


cdef int introduce(Connection* c) except -1:
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
    client.is_gone = c.gone
    c.told_gone = &client.is_gone
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
    if not put_end(
        &c.out, &start.prepared, <long long>size, head_only, spans.minor,
        spans.keep_alive and not core.draining, core.date,
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
    if c.errand == OVERDUE:
        drop(&core.errands, c)
        c.errand = NOTHING
    c.streaming = False
    stop_clock(core, c)
    if c.abandoned:
        dispose(core, c)
    elif may_wait and core.leader == thread and (record is None or waiting(c) <= HIGH_WATER):
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


cdef bint is_time_to_send(Core* core) noexcept:
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


@cython.final
cdef class Ready:
    """An answer of the porter, all of it in memory, that holds ``until`` then."""

    cdef int64_t until
    cdef bytes lines, body
    cdef Prepared prepared


cdef bytes find_field(const char* data, HeadSpans* spans, bytes name):
    """The value of the field *name*, in lower case, as it was sent; None without one."""
    cdef unsigned int i
    cdef size_t size = <size_t>PyBytes_GET_SIZE(name)
    cdef Span value
    cdef bytes found = None
    for i in range(spans.count):
        if spans.fields[i].name.size == size and not strncasecmp(
            data + spans.fields[i].name.start, PyBytes_AS_STRING(name), size
        ):
            value = spans.fields[i].value
            if found is not None:
                return found + b"," + PyBytes_FromStringAndSize(data + value.start, value.size)
            found = PyBytes_FromStringAndSize(data + value.start, value.size)
    return found
