# What an application has answered, on its way out. With the GIL, by the application's thread.


cdef bint gather(Engine self, StartResponse start, object chunks) except -1:
    """Put the answer together from *chunks*, which are all of it; false if the gateway has
    to."""
    cdef object chunk, body
    for chunk in chunks:
        if type(chunk) is not bytes:
            return False
    cdef size_t before = start.c.out.size
    try:
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return put_answer(&self.core, start, <bytes>body)
    except MemoryError:
        start.c.out.size = before
        return False


cdef int deliver(Engine self, StartResponse start, object result, object chunks) except -1:
    """Leave the answer to the gateway: it has to be sent as it comes, or has a fault. *chunks*
    is the iterator of *result*, or all that it had, if it has been asked for."""
    try:
        start.deliver().deliver(result, iter(chunks) if is_sequence(chunks) else chunks)
    except TransportLost:
        pass
    except BaseException:
        if start.delivery is None:
            close_result(self, start, getattr(result, "close", None))
            raise  # there is not even anything to send a 500
        complain(IN_A_THREAD)
    return 0


cdef int fail(Engine self, StartResponse start, object error) except -1:
    try:
        start.deliver().fail(error)
    except TransportLost:
        pass
    except BaseException:
        if start.delivery is None:
            raise
        complain(IN_A_THREAD)
    return 0


cdef int finish(
    Engine self, Thread* thread, Connection* c, StartResponse start, object result
) except -1:
    """The application has answered: send that, now or with the batch, and close *result*.

    If closing takes long, whoever is promoted meanwhile sends the batch.
    """
    cdef Core* core = &self.core
    cdef HeadSpans* spans = &c.buffer.spans
    cdef bint whole = start.delivery is None
    cdef object record = None, close = None
    cdef bint kept
    cdef int status
    cdef int64_t took = clock_ns() - c.queued
    if whole:
        status = start.prepared.status
        note_end(thread.slot, c, status, waiting(c), took)
        if result is not None and type(result) is not list and type(result) is not tuple:
            close = getattr(result, "close", None)
    else:
        c.closing = not (start.writer.complete and start.writer.keep_alive)
        c.resetting = start.writer.framing is CLOSE and not start.writer.complete
        status = start.writer.status
        note_end(thread.slot, c, status, start.stream.sent, took)
        start.stream.end()
    c.lingering = c.closing and spans.keep_alive and not c.resetting
    if not c.abandoned and is_told(self, c, status, took):
        record = access_record(self, c, start, status, took)
    pthread_mutex_lock(&core.lock)
    kept = let_go(core, thread, c, whole, record)
    pthread_mutex_unlock(&core.lock)
    if record is not None and not kept:
        tell(self, record)
    close_result(self, start, close)
    return 0


cdef bint is_told(Engine self, Connection* c, int status, int64_t took) noexcept:
    """Whether the access log or the recorder wants to know of an answer."""
    cdef Recording* terms = &self.core.recording
    if self.access is not None:
        return True
    return terms.on and not c.at_door and (status >= 500 or took >= terms.slow)


cdef object access_record(
    Engine self, Connection* c, StartResponse start, int status, int64_t took
):
    """What they are told; None where there is no memory for that."""
    try:
        return make_record(self, c, start, status, took)
    except BaseException:
        complain("a request could not be logged")
        return None


cdef object make_record(
    Engine self, Connection* c, StartResponse start, int status, int64_t took
):
    cdef size_t size = body_size(c) if start.delivery is None else start.writer.body_sent
    cdef object error = "", client = start.client
    if client is None:
        client = <object>c.address or ""
    if status >= 500 and start.environ is not None:
        error = start.environ.get(FAILURE_TEXT, "")
    times = (
        took / 1e9, (c.began - c.queued + c.held) / 1e9,
        (c.first - c.queued) / 1e9 if c.first else 0.0,
        0.0 if c.at_door else c.began / 1e9,
    )
    head = head_of(c.buffer.data, &c.buffer.spans)
    return self.host.record(head, client, status, size, times, error)


cdef int tell(Engine self, object record) except -1:
    try:
        self.host.tell(record)
    except BaseException:
        complain("a request could not be logged")
    return 0


cdef int close_result(Engine self, StartResponse start, object close) except -1:
    """Call *close*, unless that is None."""
    if close is None:
        return 0
    try:
        close()
    except Exception as error:
        report(self.errors, start.environ, "close() failed", error)
    return 0
