# An answer that leaves piece by piece. By the application's thread; with the GIL, unless it waits.

from posix.fcntl cimport F_DUPFD_CLOEXEC, POSIX_FADV_WILLNEED, fcntl, posix_fadvise


cdef class Stream:
    """Sends an answer piece by piece. ``c`` changes with the engine's lock."""

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
        else:
            self.send_file(data)

    cdef int send_bytes(self, bytes data) except -1:
        cdef const char* text = PyBytes_AS_STRING(data)
        cdef size_t size = <size_t>PyBytes_GET_SIZE(data)
        cdef bint left
        with nogil:
            left = send_piece(&self.engine.core, &self.c, text, size)
        if not left:
            raise TransportLost("nobody will read the answer")
        self.sent += size
        return 0

    cdef int send_file(self, object part) except -1:
        """Have the kernel send *part*, as the client reads."""
        cdef int64_t offset = part.offset
        cdef size_t size = part.size
        cdef int file = fcntl(<int>part.file.descriptor, F_DUPFD_CLOEXEC, 3)
        cdef bint left
        if file < 0:
            raise TransportLost("the file cannot be sent")
        with nogil:
            left = send_part(&self.engine.core, &self.c, file, offset, size)
        if not left:
            raise TransportLost("nobody will read the answer")
        self.sent += size
        return 0

    cdef void end(self) noexcept:
        """Nothing more is sent, whoever still tries."""
        with nogil:
            end_stream(&self.engine.core, &self.c)


cdef void end_stream(Core* core, Connection** stream) noexcept nogil:
    """Wait until those who wait for room, in threads of the application's own, have gone."""
    cdef Connection* c
    pthread_mutex_lock(&core.lock)
    c = stream[0]
    stream[0] = NULL
    if c != NULL and c.writers:
        pthread_cond_broadcast(&core.room)
        while c.writers:
            pthread_cond_wait(&core.room, &core.lock)
    pthread_mutex_unlock(&core.lock)


cdef Connection* wait_for_room(Core* core, Connection** stream) noexcept nogil:
    """Hold the thread while much waits for a slow reader, or a file does, after which nothing can
    be added: the connection then, or NULL if nobody will read. With the lock."""
    cdef Connection* c = stream[0]
    if c == NULL:
        return NULL
    c.writers += 1
    while stream[0] != NULL and not (c.lost or c.abandoned) and (
        waiting(c) > HIGH_WATER or c.file_left
    ):
        c.thread.slot[PHASE] = HELD_PHASE
        pthread_cond_wait(&core.room, &core.lock)
    c.writers -= 1
    if stream[0] == NULL:
        pthread_cond_broadcast(&core.room)
        return NULL
    if c.lost or c.abandoned:
        return NULL
    c.thread.slot[PHASE] = SENDING_PHASE
    c.started = True
    if not c.first:
        c.first = clock_ns()
    if c.clock == APPLICATION:
        stop_clock(core, c)
    return c


cdef bint send_piece(
    Core* core, Connection** stream, const char* data, size_t size
) noexcept nogil:
    """Whether *data* has left or will leave."""
    cdef bint waits, left
    cdef Connection* c
    pthread_mutex_lock(&core.lock)
    c = wait_for_room(core, stream)
    left = c != NULL
    if left:
        waits = waiting(c) > 0
        if not waits:
            size = try_piece(c, &data, size)
        if size and not c.lost:
            c.lost = not append(&c.out, &c.sent, data, size)
            if not waits:
                begin_to_wait(core, c)
        left = not c.lost
    pthread_mutex_unlock(&core.lock)
    return left


cdef void warm(int file, int64_t offset, size_t size) noexcept nogil:
    """Have the first of *file* in memory before the lock is taken: reading from a disk may take
    long. What follows is fetched while the client reads (:func:`fetch_ahead`)."""
    cdef char last
    cdef size_t burst = min(size, <size_t>BURST)
    if size:
        posix_fadvise(file, offset, <int64_t>burst, POSIX_FADV_WILLNEED)
        pread(file, &last, 1, offset + <int64_t>burst - 1)  # returns when that is there


cdef bint send_part(
    Core* core, Connection** stream, int file, int64_t offset, size_t size
) noexcept nogil:
    """Whether *size* bytes of *file*, which is ours to close, have left or will leave."""
    cdef Connection* c
    warm(file, offset, size)
    pthread_mutex_lock(&core.lock)
    c = wait_for_room(core, stream)
    if c == NULL:
        close(file)
    else:
        if c.file > 0:
            close(c.file)
        c.file, c.file_at, c.file_left = file, offset, size
        transmit(c)
        if waiting(c) and not c.lost:
            begin_to_wait(core, c)
    pthread_mutex_unlock(&core.lock)
    return c != NULL


cdef void begin_to_wait(Core* core, Connection* c) noexcept nogil:
    """The reader is slow: whoever leads has one more deadline."""
    core.now = clock_ns()
    start_write_clock(core, c)
    eventfd_write(core.wakeup, 1)


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
