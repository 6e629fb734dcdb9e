# What needs the GIL and is no request: what the plain loop is for. By the leader.

cdef int attend(Engine self) except -1:
    """What needs the GIL and is no request."""
    cdef Core* core = &self.core
    cdef Connection* c
    cdef bint ready
    collect_garbage(self)
    if core.trouble:
        number, core.trouble = core.trouble, 0
        self.host.excuse(number)
    while True:
        pthread_mutex_lock(&core.lock)
        c = pop(&core.errands)
        if c != NULL:
            core.reactor_ready = True  # the plain loop gets something, and perhaps a deadline
        ready = core.reactor_ready
        pthread_mutex_unlock(&core.lock)
        if c == NULL:
            break
        try_errand(self, c)
    if ready:
        give_turn(self)
    pthread_mutex_lock(&core.lock)
    if core.full:
        open_doors(core)
    if core.draining and not core.count and not core.elsewhere:
        stop_all(core)
    pthread_mutex_unlock(&core.lock)
    return 0


cdef int give_turn(Engine self) except -1:
    """Have the plain loop do what there is to do."""
    cdef Core* core = &self.core
    cdef int64_t reactor_due = NEVER
    cdef int elsewhere
    pthread_mutex_lock(&core.lock)
    core.reactor_ready = False
    core.reactor_due = clock_ns() + REST  # should that fail
    pthread_mutex_unlock(&core.lock)
    due, elsewhere = self.host.turn()
    if due is not None:
        reactor_due = clock_ns() + <int64_t>(<double>due * 1e9)
    pthread_mutex_lock(&core.lock)
    core.reactor_due = reactor_due
    core.elsewhere = elsewhere
    pthread_mutex_unlock(&core.lock)
    return 0


cdef int collect_garbage(Engine self) except -1:
    cdef int i, count
    cdef PyObject** garbage
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
    except BaseException:
        if c.state == ERRAND:
            pthread_mutex_lock(&self.core.lock)
            hang_up(&self.core, c)
            pthread_mutex_unlock(&self.core.lock)
        complain(IN_THE_LOOP)
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
        tell(self, record)
        pthread_mutex_lock(&core.lock)
        rest(core, c)
        pthread_mutex_unlock(&core.lock)
    elif errand == VAIN:
        run_vain(self, c)
    else:
        hand_over(self, c, errand)
    return 0


cdef int hand_over(Engine self, Connection* c, Errand errand) except -1:
    """Have the plain loop go on with *c*."""
    cdef Core* core = &self.core
    cdef bint lingers = errand == LINGER
    data = b""
    if c.buffer != NULL and not lingers:
        data = PyBytes_FromStringAndSize(c.buffer.data, c.size)
    peer, base = peer_of(self, c), self.bases[c.door]
    if errand == SAMPLED:
        self.host.sample_next()
    sock = self.host.socket_of(c.fd)  # which owns the descriptor from here on
    pthread_mutex_lock(&core.lock)
    unwatch(core, c.fd)
    core.slot[HANDED_OVER] += 1
    core.elsewhere += 1  # until the plain loop has counted them itself
    forget(core, c)
    pthread_mutex_unlock(&core.lock)
    self.host.take(sock, base, peer, data, errand == TOO_SLOW, lingers)
    return 0


cdef int run_vain(Engine self, Connection* c) except -1:
    """Log a request that nobody has waited for, and end its connection."""
    cdef Core* core = &self.core
    cdef int64_t waited = clock_ns() - c.queued
    if self.access is not None:
        head, peer = head_of(c.buffer.data, &c.buffer.spans), peer_of(self, c)
        tell(self, self.host.record_vain(head, peer, waited / 1e9))
    pthread_mutex_lock(&core.lock)
    observe(core.slot, WAITED, waited)
    core.slot[RESPONSES] += 1
    core.slot[GONE] += 1
    hang_up(core, c)
    pthread_mutex_unlock(&core.lock)
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
        sock = self.host.socket_of(fd)
    except BaseException:
        close(fd)
        pthread_mutex_lock(&core.lock)
        core.slot[CLOSED] += 1
        pthread_mutex_unlock(&core.lock)
        if ident:
            self.host.replace(ident)
        raise
    finally:
        pthread_mutex_lock(&core.lock)
        put_down(core, c)
        pthread_mutex_unlock(&core.lock)
    self.host.overdue(sock, base, peer, head, queued / 1e9, began / 1e9, ident)
    return 0
