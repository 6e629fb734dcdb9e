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
    if whole:
        note_end(thread.slot, c, start.prepared.status, waiting(c))
        if result is not None and type(result) is not list and type(result) is not tuple:
            close = getattr(result, "close", None)
    else:
        c.closing = not (start.writer.complete and start.writer.keep_alive)
        c.resetting = start.writer.framing is CLOSE and not start.writer.complete
        note_end(thread.slot, c, start.writer.status, start.stream.sent)
        start.stream.end()
    c.lingering = c.closing and spans.keep_alive and not c.resetting
    if self.access is not None and not c.abandoned:
        record = access_record(self, c, start, whole)
    pthread_mutex_lock(&core.lock)
    kept = let_go(core, thread, c, whole, record)
    pthread_mutex_unlock(&core.lock)
    if record is not None and not kept:
        tell(self, record)
    close_result(self, start, close)
    return 0


cdef object access_record(Engine self, Connection* c, StartResponse start, bint whole):
    """What the access log is told; None where there is no memory for that."""
    try:
        return make_record(self, c, start, whole)
    except BaseException:
        complain("a request could not be logged")
        return None


cdef object make_record(Engine self, Connection* c, StartResponse start, bint whole):
    cdef size_t size
    head = head_of(c.buffer.data, &c.buffer.spans)
    if whole:
        status, size = start.prepared.status, body_size(c)
    else:
        status, size = start.writer.status, start.writer.body_sent
    return self.host.record(
        head, start.client, status, size,
        (clock_ns() - c.queued) / 1e9, (c.began - c.queued + c.held) / 1e9,
        (c.first - c.queued) / 1e9 if c.first else 0.0,
    )


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
