# Queues, deadlines, buffers: the bookkeeping of the engine. Called with the lock held.

from posix.unistd cimport close
from libc.stdlib cimport calloc, free, malloc, realloc


cdef int64_t NEVER = 0x7FFFFFFFFFFFFFFF


cdef int64_t clock_ns() noexcept nogil:
    cdef timespec t
    clock_gettime(CLOCK_MONOTONIC, &t)
    return <int64_t>t.tv_sec * 1000000000 + t.tv_nsec


# Queues, linked by ``next`` -------------------------------------------------------------------


cdef void push(Queue* queue, Connection* c) noexcept nogil:
    c.next = NULL
    if queue.last == NULL:
        queue.first = c
    else:
        queue.last.next = c
    queue.last = c
    queue.size += 1


cdef Connection* pop(Queue* queue) noexcept nogil:
    cdef Connection* c = queue.first
    if c != NULL:
        queue.first = c.next
        if queue.first == NULL:
            queue.last = NULL
        queue.size -= 1
        c.next = NULL
    return c


cdef bint drop(Queue* queue, Connection* wanted) noexcept nogil:
    """Take *wanted* out, wherever it stands; whether it was there."""
    cdef Connection* before = NULL
    cdef Connection* c = queue.first
    while c != NULL and c != wanted:
        before = c
        c = c.next
    if c == NULL:
        return False
    if before == NULL:
        queue.first = c.next
    else:
        before.next = c.next
    if queue.last == c:
        queue.last = before
    queue.size -= 1
    c.next = NULL
    return True


# Deadlines, linked by ``earlier`` and ``later`` -----------------------------------------------


cdef void join(Queue* queue, Connection* c, Clock clock, int64_t deadline) noexcept nogil:
    """Add *c* at the end, where nothing has a later deadline."""
    c.deadline = deadline
    c.clock = clock
    c.earlier = queue.last
    c.later = NULL
    if queue.last != NULL:
        queue.last.later = c
    else:
        queue.first = c
    queue.last = c


cdef void part(Queue* queue, Connection* c) noexcept nogil:
    """Take *c* out."""
    if c.earlier != NULL:
        c.earlier.later = c.later
    else:
        queue.first = c.later
    if c.later != NULL:
        c.later.earlier = c.earlier
    else:
        queue.last = c.earlier
    c.earlier = c.later = NULL


cdef void stop_clock(Core* core, Connection* c) noexcept nogil:
    if c.clock != STOPPED:
        part(&core.clocks[<int>c.clock], c)
        c.clock = STOPPED


cdef void start_clock(Core* core, Connection* c, Clock clock, int64_t now) noexcept nogil:
    """Give *c* the deadline of that kind, in place of the one that it has."""
    cdef int64_t patience = core.patience[<int>clock]
    cdef int64_t deadline = now + patience if patience else NEVER
    stop_clock(core, c)
    if clock == IDLE and core.draining:
        deadline = min(deadline, core.idle_until)
    join(&core.clocks[<int>clock], c, clock, deadline)


cdef int64_t next_deadline(Core* core) noexcept nogil:
    cdef int64_t soonest = core.reactor_due
    cdef int i
    for i in range(CLOCKS):
        if core.clocks[i].first != NULL and core.clocks[i].first.deadline < soonest:
            soonest = core.clocks[i].first.deadline
    if core.rest and core.rest < soonest:
        soonest = core.rest
    return soonest


# Memory ---------------------------------------------------------------------------------------


cdef Buffer* take_buffer(Core* core) noexcept nogil:
    cdef Buffer* buffer = core.buffers
    if buffer == NULL:
        return <Buffer*>malloc(sizeof(Buffer))
    core.buffers = buffer.next
    core.spare -= 1
    return buffer


cdef void give_buffer(Core* core, Connection* c) noexcept nogil:
    if c.buffer == NULL:
        return
    if core.spare < SPARE:
        c.buffer.next = core.buffers
        core.buffers = c.buffer
        core.spare += 1
    else:
        free(c.buffer)
    c.buffer = NULL


cdef void discard(Core* core, PyObject* reference) noexcept nogil:
    """Give up *reference* when somebody has the GIL next."""
    cdef PyObject** larger
    if reference == NULL:
        return
    if core.garbage_count == core.garbage_room:
        larger = <PyObject**>realloc(
            core.garbage, (core.garbage_room * 2 + 256) * sizeof(PyObject*)
        )
        if larger == NULL:
            return  # it leaks, and nothing worse
        core.garbage = larger
        core.garbage_room = core.garbage_room * 2 + 256
    core.garbage[core.garbage_count] = reference
    core.garbage_count += 1


cdef void release_output(Connection* c) noexcept nogil:
    c.out.size = 0
    c.sent = 0
    if c.out.room > KEPT:
        free(c.out.data)
        c.out.data = NULL
        c.out.room = 0


cdef void send_errand(Core* core, Connection* c, Errand errand) noexcept nogil:
    """Have somebody with the GIL see to *c*, which is left alone until then."""
    stop_clock(core, c)
    c.state = ERRAND
    c.errand = errand
    push(&core.errands, c)


cdef void tell_gone(Connection* c) noexcept nogil:
    """Let the application know, if it asks, that nobody waits for its answer."""
    if c.fate != NULL:
        raise_flag(c.fate.gone)


cdef void tell_ended(Connection* c) noexcept nogil:
    """Let it know that the client sends no more."""
    c.ended = True
    if c.fate != NULL:
        raise_flag(c.fate.ended)


cdef void dispose(Core* core, Connection* c) noexcept nogil:
    """Forget *c*, whose socket is closed."""
    core.slot[CLOSED] += 1
    forget(core, c)


cdef void forget(Core* core, Connection* c) noexcept nogil:
    """Forget *c*, whose socket is somebody else's, or closed."""
    stop_clock(core, c)
    give_buffer(core, c)
    free(c.out.data)
    if c.file > 0:
        close(c.file)
    discard(core, c.tail)
    discard(core, c.address)
    discard(core, c.port)
    discard(core, c.record)
    tell_gone(c)
    discard(core, c.client)
    if not c.abandoned:
        core.count -= 1
    c.state = ENDED
    push(&core.ended, c)
    if core.full:
        open_doors(core)
    if core.awaited:
        core.awaited = False
        core.reactor_ready = True


cdef void free_ended(Core* core) noexcept nogil:
    """By the leader, when it has been through its events. Other threads end connections as well,
    and the kernel may have told the leader of one already."""
    while core.ended.first != NULL:
        free(pop(&core.ended))
