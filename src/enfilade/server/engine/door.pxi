# What the porter says, kept ready so that a file that is asked for often needs no Python.


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


cdef int serve_at_door(
    Engine self, Thread* thread, Connection* c, StartResponse start
) except -1:
    """Give the answer that the porter has ready, or have the plain loop ask it."""
    cdef HeadSpans* spans = &c.buffer.spans
    cdef bytes wish = find_field(c.buffer.data, spans, b"accept-encoding")
    cdef bytes path = PyBytes_FromStringAndSize(
        c.buffer.data + spans.path.start, spans.path.size
    )
    cdef Ready ready = self.ready.get((path, wish))
    if ready is None or ready.until < c.began:
        ready = ask_porter(self, path, wish)
    if ready is None:
        leave(self, thread, c)
        return 0
    note_begin(thread.slot, c)
    start.begin(c, None)
    c.out.size = 0
    reserve(&c.out, <size_t>PyBytes_GET_SIZE(ready.lines))
    c.out.size = <size_t>PyBytes_GET_SIZE(ready.lines)
    memcpy(c.out.data, PyBytes_AS_STRING(ready.lines), c.out.size)
    start.prepared = ready.prepared
    if not put_answer(&self.core, start, ready.body):
        start.end()
        leave(self, thread, c)
        return 0
    if self.access is not None:
        head = head_of(c.buffer.data, spans)
        start.client = self.host.visitor(head, <object>c.address)
    finish(self, thread, c, start, None)
    start.end()
    return 0


cdef Ready ask_porter(Engine self, bytes path, bytes wish):
    """What it says in advance, kept for as long as that holds."""
    cdef Ready ready
    found = self.host.ready(
        path.decode("latin-1"), None if wish is None else wish.decode("latin-1")
    )
    if found is None:
        return None
    if len(self.ready) > MOST_READY:
        self.ready.clear()
    ready = self.ready[path, wish] = Ready()
    answer, until = found
    ready.until = <int64_t>(until * 1e9)
    ready.lines = answer.head.lines
    ready.body = answer.body
    ready.prepared.status = answer.head.status
    ready.prepared.content_length = len(answer.body)
    ready.prepared.has_date = answer.head.has_date
    ready.prepared.has_server = answer.head.has_server
    return ready
