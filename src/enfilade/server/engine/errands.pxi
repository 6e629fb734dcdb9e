# What needs the GIL and is no request: what the plain loop is for. By the leader.

cdef int attend(Engine self) except -1:
    """What needs the GIL and is no request."""
    cdef Core* core = &self.core
    cdef Connection* c
    collect_garbage(self)
    if core.trouble:
        number, core.trouble = core.trouble, 0
        self.host.excuse(number)
    while core.errands.first != NULL:
        pthread_mutex_lock(&core.lock)
        c = pop(&core.errands)
        pthread_mutex_unlock(&core.lock)
        if c != NULL:
            try_errand(self, c)
    core.reactor_ready = False
    due, elsewhere = self.host.turn()
    pthread_mutex_lock(&core.lock)
    core.reactor_due = NEVER if due is None else clock_ns() + <int64_t>(due * 1e9)
    core.elsewhere = elsewhere
    if core.full:
        open_doors(core)
    if core.draining and not core.count and not core.elsewhere:
        stop_all(core)
    pthread_mutex_unlock(&core.lock)
    return 0


cdef int collect_garbage(Engine self) except -1:
    cdef int i, count
    cdef PyObject** garbage
    if not self.core.garbage_count:
        self.core.garbage_bytes = 0  # whatever they were, they leaked
        return 0
    pthread_mutex_lock(&self.core.lock)
    garbage, count = self.core.garbage, self.core.garbage_count
    self.core.garbage = NULL
    self.core.garbage_count = self.core.garbage_room = 0
    self.core.garbage_bytes = 0
    pthread_mutex_unlock(&self.core.lock)
    for i in range(count):
        Py_DECREF(<object>garbage[i])
    free(garbage)
    return 0


cdef int try_errand(Engine self, Connection* c) except -1:
    try:
        run_errand(self, c)
    except Exception:
        logger.exception("unexpected error in the server loop; it goes on")
        if c.state == ERRAND:
            pthread_mutex_lock(&self.core.lock)
            hang_up(&self.core, c)
            pthread_mutex_unlock(&self.core.lock)
    return 0


cdef int run_errand(Engine self, Connection* c) except -1:
    cdef Core* core = &self.core
    cdef Errand errand = c.errand
    if errand == OVERDUE:
        run_overdue(self, c)
        return 0
    c.errand = NOTHING
    if errand == TOLD:
        record = <object>c.record
        Py_DECREF(record)
        c.record = NULL
        self.host.tell(record)
        pthread_mutex_lock(&core.lock)
        rest(core, c)
        pthread_mutex_unlock(&core.lock)
    else:
        data = b"" if c.buffer == NULL else PyBytes_FromStringAndSize(c.buffer.data, c.size)
        if errand == LINGER:
            data = b""
        peer, door, fd = peer_of(self, c), c.door, c.fd
        pthread_mutex_lock(&core.lock)
        unwatch(core, fd)
        core.slot[HANDED_OVER] += 1
        dispose(core, c)
        pthread_mutex_unlock(&core.lock)
        self.host.take(
            fd, self.bases[door], peer, data, errand == TOO_SLOW, errand == LINGER
        )
    return 0


cdef int run_overdue(Engine self, Connection* c) except -1:
    """Answer in the application's place."""
    cdef Core* core = &self.core
    cdef unsigned long ident
    cdef int64_t queued, began
    cdef int fd
    pthread_mutex_lock(&core.lock)
    fd = take_away(core, c)
    ident = c.thread.ident if fd >= 0 and c.state == RUNNING else 0
    pthread_mutex_unlock(&core.lock)
    if fd < 0:
        return 0
    try:
        head = head_of(c.buffer.data, &c.buffer.spans)
        peer, base = peer_of(self, c), self.bases[c.door]
        queued, began = c.queued, c.began if ident else 0
    except BaseException:
        close(fd)
        raise
    finally:
        pthread_mutex_lock(&core.lock)
        put_down(core, c)
        pthread_mutex_unlock(&core.lock)
    self.host.overdue(fd, base, peer, head, queued / 1e9, began / 1e9, ident)
    return 0
