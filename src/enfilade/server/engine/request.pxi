# One request: from the thread that took it to its answer. With the GIL.


cdef int attempt(Engine self, Thread* thread, Connection* c) except -1:
    """Serve *c*; whatever happens, it gets an answer, or its end, and the thread goes on."""
    try:
        if is_kept(thread.start):
            renew_start(self, thread)
        serve(self, thread, c, <StartResponse>thread.start)
    except BaseException:
        if thread.start != NULL:
            (<StartResponse>thread.start).end()
        pthread_mutex_lock(&self.core.lock)
        give_up(&self.core, thread)
        pthread_mutex_unlock(&self.core.lock)
        complain(IN_A_THREAD)
    return 0


cdef int renew_start(Engine self, Thread* thread) except -1:
    start = StartResponse(self)
    Py_INCREF(start)
    Py_XDECREF(thread.start)
    thread.start = <PyObject*>start
    return 0


cdef int serve(Engine self, Thread* thread, Connection* c, StartResponse start) except -1:
    cdef dict environ
    cdef object chunks = None
    if self.sinks:
        leave(self, thread, c)
        return 0
    if c.address == NULL:
        introduce(&self.core, c)
    if c.at_door:
        serve_at_door(self, thread, c, start)
        return 0
    environ = build_environ(self, c)
    environ[CLIENT] = <object>c.client
    c.held = 0
    if may_be_forwarded(c):
        fields = head_of(c.buffer.data, &c.buffer.spans).fields
        c.held = <int64_t>(self.host.time_in_proxy(fields, environ["REMOTE_ADDR"]) * 1e9)
        self.host.proxies.apply(environ, fields)
        start.client = environ["REMOTE_ADDR"]
    note_begin(thread.slot, c)
    start.begin(c, environ)
    try:
        result = self.application(environ, start)
    except BaseException as error:
        fail(self, start, error)
        result = None
    else:
        if start.delivery is None and start.called:
            chunks = chunks_of(result)
        if not is_sequence(chunks) or not gather(self, start, chunks):
            deliver(self, start, result, chunks)
            result = None
    finish(self, thread, c, start, result)
    start.end()
    return 0


cdef dict build_environ(Engine self, Connection* c):
    cdef HeadSpans* spans = &c.buffer.spans
    cdef object body
    if c.needed == spans.size:
        body = BytesIO()
    else:
        body = BytesIO(
            PyBytes_FromStringAndSize(c.buffer.data + spans.size, c.needed - spans.size)
        )
    return environ_of(
        <dict>self.bases[c.door], c.buffer.data, spans, <object>c.address, <object>c.port, body
    )


cdef int leave(Engine self, Thread* thread, Connection* c) except -1:
    """Have the plain loop serve *c*."""
    pthread_mutex_lock(&self.core.lock)
    thread.serves = NULL
    if not is_abandoned(&self.core, c):
        send_errand(&self.core, c, HAND_OVER)
        self.core.slot[REQUESTS] -= 1  # it will come again
    pthread_mutex_unlock(&self.core.lock)
    eventfd_write(self.core.wakeup, 1)
    return 0
