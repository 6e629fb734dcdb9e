# Who waits for the sockets, and who is promoted when the leader is held up. Without the GIL.
#
# One thread is the leader: it waits, reads, and runs the application itself, so that nothing is
# handed over. A watchdog looks every TICK whether the leader is still with the same request; if
# so, an idle thread becomes the leader, and the old one goes on with its request alone.

from libc.string cimport strrchr
from posix.fcntl cimport O_CLOEXEC, O_RDONLY, open
from posix.unistd cimport pread

# In nanoseconds.
cdef int64_t TICK = 1000000
cdef int64_t ALERT_TICK = 200000  # for a while after a promotion: there may be more slow requests
cdef int64_t BUSY = 5000000  # after this a leader is replaced that computes, or waits for a CPU
cdef int ALERT = 500  # ticks
cdef int QUIET = 50  # ticks without a request after which the watchdog sleeps
cdef int EAGER_STEP = 8
cdef int EAGER_FROM = 32
cdef int EAGER_MOST = 48


cdef bint promote(Core* core) noexcept nogil:
    """Make an idle thread the leader; whether there was one. With the lock."""
    cdef Thread* thread = core.idle
    if thread == NULL:
        return False
    core.idle = thread.next
    thread.next = NULL
    thread.promoted = True
    core.leader = thread
    pthread_cond_signal(&thread.woken)
    return True


cdef bint await_leadership(Core* core, Thread* thread) noexcept nogil:
    """Be idle until it is this thread's turn to lead; false at the end of all work."""
    pthread_mutex_lock(&core.lock)
    if core.leader == NULL:
        core.leader = thread
        thread.promoted = True
    if not thread.promoted:
        thread.next = core.idle
        core.idle = thread
    while not thread.promoted and not core.stopping:
        pthread_cond_wait(&thread.woken, &core.lock)
    thread.promoted = False
    cdef bint leads = not core.stopping
    pthread_mutex_unlock(&core.lock)
    return leads


cdef void stop_all(Core* core) noexcept nogil:
    """Have every thread end. With the lock."""
    cdef Thread* thread = core.threads
    raise_flag(core.stopping)
    while thread != NULL:
        pthread_cond_signal(&thread.woken)
        thread = thread.all
    pthread_cond_broadcast(&core.room)
    pthread_cond_signal(&core.watch)
    eventfd_write(core.wakeup, 1)


cdef bint sleeps(Thread* thread) noexcept nogil:
    """Whether *thread* waits for something else than a CPU, and others could use that."""
    cdef char text[64]
    cdef ssize_t size
    cdef const char* end
    if thread.state < 0:
        return True
    size = pread(thread.state, text, sizeof(text) - 1, 0)
    if size <= 0:
        return True
    text[size] = 0
    end = strrchr(text, b")")
    return end == NULL or end[1] == 0 or end[2] != b"R"


cdef void keep_watch(Core* core) noexcept nogil:
    """The watchdog's work, until the end."""
    cdef timespec tick
    cdef int64_t seen = 0, serial, total = 0, held = 0
    cdef int quiet = 0, alert = 0
    tick.tv_sec = 0
    while not is_raised(core.stopping):
        tick.tv_nsec = ALERT_TICK if alert else TICK
        nanosleep(&tick, NULL)
        pthread_mutex_lock(&core.lock)
        serial = core.leader.serial if core.leader != NULL else 0
        held = held + tick.tv_nsec if serial and serial == seen else 0
        alert = max(0, alert - 1)
        if held and (held >= BUSY or sleeps(core.leader)) and promote(core):
            core.eager = min(core.eager + EAGER_STEP, EAGER_MOST)
            alert = ALERT
        seen = serial
        quiet = quiet + 1 if core.serial == total else 0
        total = core.serial
        while quiet > QUIET and not serial and not core.stopping:
            core.parked = True
            pthread_cond_wait(&core.watch, &core.lock)
            core.parked = False
            quiet = 0
        pthread_mutex_unlock(&core.lock)


cdef void begin_run(Core* core, Thread* thread) noexcept nogil:
    """*thread* is about to run something that may take long. With the lock."""
    core.serial += 1
    if core.leader != thread:
        return
    if core.eager >= EAGER_FROM and promote(core):
        return  # most take long: do not wait for the watchdog
    thread.serial = core.serial
    if core.parked:
        pthread_cond_signal(&core.watch)


cdef bint end_run(Core* core, Thread* thread) noexcept nogil:
    """It has come back; whether it is the leader still. With the lock."""
    cdef bint leads = core.leader == thread
    if thread.busy:
        thread.busy = False
        if not thread.written_off:
            core.running -= 1
    thread.serial = 0
    if core.eager and leads:
        core.eager -= 1
    return leads


cdef void wait_for_work(Core* core, epoll_event* events) noexcept nogil:
    """Wait for the sockets, until there is something to do that needs the GIL."""
    cdef int count, i, timeout
    cdef int64_t due
    cdef uint64_t value
    cdef Tag* tag
    while True:
        pthread_mutex_lock(&core.lock)
        due = 0 if is_work(core) else next_deadline(core)
        pthread_mutex_unlock(&core.lock)
        if due == NEVER:
            timeout = 60000
        else:
            due = (due - clock_ns() + 999999) // 1000000
            timeout = <int>max(<int64_t>0, min(due, <int64_t>60000))
        count = epoll_wait(core.epoll, events, BATCH, timeout)
        pthread_mutex_lock(&core.lock)
        core.now = clock_ns()
        renew_date(core)
        for i in range(count):
            tag = <Tag*>events[i].data.ptr
            if tag.kind == CONNECTION:
                on_connection(core, <Connection*>tag, events[i].events)
            elif tag.kind == DOOR:
                enter(core, <Door*>tag, ACCEPT)
            elif tag.kind == WAKEUP:
                eventfd_read(core.wakeup, &value)
            else:
                core.reactor_ready = True
        free_ended(core)
        expire(core)
        if is_work(core):
            pthread_mutex_unlock(&core.lock)
            return
        pthread_mutex_unlock(&core.lock)


cdef bint is_work(Core* core) noexcept nogil:
    return (
        core.stopping
        or core.reactor_ready
        or (core.draining and not core.count and not core.elsewhere)
        or core.errands.first != NULL
        or core.trouble
        or core.garbage_count > 1000
        or core.garbage_bytes > 1000000
        or core.asked.first != NULL
        or (core.running < core.most and (core.ring.first != NULL or core.jobs > 0))
    )


cdef Connection* next_request(Core* core) noexcept nogil:
    """The request that has waited longest, of those that are still to be run. With the lock."""
    cdef Connection* c = pop(&core.ring)
    cdef int64_t since = clock_ns() - core.patience[<int>WAITING] if core.sheds and c != NULL else 0
    while c != NULL and (c.lost or (core.sheds and (c.ended or c.queued < since))):
        if c.lost or c.ended:
            send_errand(core, c, VAIN)
        else:
            stop_clock(core, c)
            c.errand = OVERDUE
            push(&core.errands, c)
        eventfd_write(core.wakeup, 1)  # whoever leads may be another, and wait
        c = pop(&core.ring)
    return c


cdef void expire(Core* core) noexcept nogil:
    """See to the deadlines that have passed."""
    cdef Connection* c
    cdef int i
    if core.rest and core.rest <= core.now:
        core.rest = 0
        open_doors(core)
    if core.reactor_due <= core.now:
        core.reactor_ready = True
    for i in range(CLOCKS):
        while core.clocks[i].first != NULL and core.clocks[i].first.deadline <= core.now:
            c = core.clocks[i].first
            stop_clock(core, c)
            expire_one(core, c, <Clock>i)


cdef void expire_one(Core* core, Connection* c, Clock clock) noexcept nogil:
    if clock == IDLE:
        hang_up(core, c)
    elif clock == HEAD or clock == FRESH:
        if c.size:
            send_errand(core, c, TOO_SLOW)
        else:
            hang_up(core, c)
    elif clock == BODY:
        send_errand(core, c, HAND_OVER)  # the plain loop holds it to a rate
    elif clock == WAITING or clock == APPLICATION:
        c.errand = OVERDUE
        if c.state == QUEUED:
            drop(&core.ring, c)
        push(&core.errands, c)
    elif unread_by_client(c) < c.unread:
        start_write_clock(core, c)  # it has taken something since
    else:
        lose(core, c)


cdef void begin_drain(Core* core, int64_t idle_until, int backlog) noexcept nogil:
    """Accept what waits and then no more; let no connection be idle beyond *idle_until*."""
    cdef Connection* c
    cdef int i
    if not core.draining:
        core.draining = True
        for i in range(core.door_count):
            enter(core, &core.doors[i], backlog)
        close_doors(core)
    core.idle_until = min(core.idle_until, idle_until)
    c = core.clocks[<int>IDLE].first
    while c != NULL:
        c.deadline = min(c.deadline, core.idle_until)
        c = c.later
    hasten_fresh(core)


cdef void hasten_fresh(Core* core) noexcept nogil:
    """Those that have not sent anything are idle, too: of the deadlines beyond ``idle_until``, theirs
    now come first."""
    cdef Queue fresh = core.clocks[<int>FRESH]
    cdef Connection* c
    cdef Connection* later
    cdef int i
    memset(&core.clocks[<int>FRESH], 0, sizeof(Queue))
    for i in range(2):
        c = fresh.first
        while c != NULL:
            later = c.later
            if i == 1 or c.size == 0 or c.deadline <= core.idle_until:
                part(&fresh, c)
                join(
                    &core.clocks[<int>FRESH], c, FRESH,
                    c.deadline if i or c.size else min(c.deadline, core.idle_until),
                )
            c = later


cdef Thread* enlist(Core* core, unsigned long ident, uint64_t* slot) noexcept nogil:
    """Add the calling thread."""
    cdef Thread* thread = <Thread*>calloc(1, sizeof(Thread))
    if thread == NULL:
        return NULL
    thread.state = open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC)
    pthread_cond_init(&thread.woken, NULL)
    thread.ident = ident
    thread.slot = slot
    pthread_mutex_lock(&core.lock)
    thread.all = core.threads
    core.threads = thread
    pthread_mutex_unlock(&core.lock)
    return thread


cdef void discharge(Core* core, Thread* thread) noexcept nogil:
    """It ends. With the lock."""
    cdef Thread** at = &core.threads
    while at[0] != thread:
        at = &at[0].all
    at[0] = thread.all
    at = &core.idle
    while at[0] != NULL and at[0] != thread:
        at = &at[0].next
    if at[0] == thread:
        at[0] = thread.next
    end_run(core, thread)  # if it ends by an exception
    if core.leader == thread:
        core.leader = NULL
        promote(core)
    if thread.state >= 0:
        close(thread.state)
    discard(core, thread.start)
    pthread_cond_destroy(&thread.woken)
    free(thread)


cdef void write_off(Core* core, Thread* thread) noexcept nogil:
    """It may never come back. With the lock."""
    if not thread.written_off:
        thread.written_off = True
        if thread.busy:
            core.running -= 1
