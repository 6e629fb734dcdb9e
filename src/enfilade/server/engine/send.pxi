# Answers leave, and connections go on to the next request. Without the GIL.

from posix.fcntl cimport POSIX_FADV_WILLNEED, posix_fadvise


cdef size_t waiting(Connection* c) noexcept nogil:
    """Bytes that have not left."""
    return c.out.size - c.sent + c.tail_size - c.tail_sent + c.file_left


cdef void transmit(Connection* c) noexcept nogil:
    """Give the kernel what it takes of the answer, and BURST bytes at most, so that a fast reader
    of something large does not hold up the others. Needs no lock while *c* is one thread's."""
    cdef size_t burst = BURST
    cdef ssize_t count
    while not c.lost and waiting(c):
        if not burst:
            c.more = True
            return
        if waiting(c) == c.file_left:
            count = sendfile(c.fd, c.file, &c.file_at, min(c.file_left, burst))
            if count > 0:
                c.file_left -= <size_t>count
                fetch_ahead(c)
            elif count == 0:
                c.lost = True  # the file is shorter than it was
        else:
            count = transmit_bytes(c, burst)
        if count < 0:
            if errno == EINTR:
                continue
            if errno != EAGAIN:
                c.lost = True
            return
        burst -= <size_t>count


cdef void fetch_ahead(Connection* c) noexcept nogil:
    """Have the kernel read what is sent next, for whoever sends it holds the lock."""
    if c.file_left:
        posix_fadvise(c.file, c.file_at, BURST, POSIX_FADV_WILLNEED)


cdef ssize_t transmit_bytes(Connection* c, size_t most) noexcept nogil:
    """Send up to *most* bytes of what is in memory; how many were taken, or -1 with ``errno``."""
    cdef iovec parts[2]
    cdef msghdr message
    cdef ssize_t count
    cdef size_t left = c.out.size - c.sent
    cdef int more = MSG_MORE if c.file_left else 0
    if c.tail_size == c.tail_sent:
        count = send(
            c.fd, c.out.data + c.sent, min(left, most), MSG_NOSIGNAL | MSG_DONTWAIT | more
        )
    else:
        parts[0].iov_base = c.out.data + c.sent
        parts[0].iov_len = min(left, most)
        parts[1].iov_base = <void*>(c.tail_data + c.tail_sent)
        parts[1].iov_len = min(c.tail_size - c.tail_sent, most - parts[0].iov_len)
        memset(&message, 0, sizeof(message))
        message.msg_iov = parts
        message.msg_iovlen = 2
        count = sendmsg(c.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT)
    if count > 0:
        c.sent += min(<size_t>count, left)
        if <size_t>count > left:
            c.tail_sent += <size_t>count - left
    return count


cdef void settle(Core* core, Connection* c) noexcept nogil:
    """The answer of *c* is complete and has been given to the kernel, as far as that took it."""
    if c.lost:
        forget_output(core, c)
        c.closing = c.resetting = True
        c.lingering = False
        core.slot[GONE] += 1
    elif waiting(c):
        c.state = FLUSHING
        start_write_clock(core, c)
        return
    if c.record != NULL and core.told:
        send_errand(core, c, TOLD)
        return
    rest(core, c)


cdef void rest(Core* core, Connection* c) noexcept nogil:
    """Every byte of the answer has left: on to the next request, or the end."""
    cdef unsigned int left = c.size - c.needed
    forget_output(core, c)
    release_output(c)
    if c.closing:
        if c.lingering or (left and not c.resetting):
            send_errand(core, c, LINGER)
        else:
            hang_up(core, c)
        return
    c.state = READING
    c.started = False
    c.first = 0
    if left:
        memmove(c.buffer.data, c.buffer.data + c.needed, left)
    else:
        give_buffer(core, c)
    c.size = left
    c.needed = c.scanned = 0
    start_clock(core, c, IDLE, core.now)
    if left:
        look(core, c)
    if c.state == READING and c.readable:
        receive(core, c)


cdef void go_on_sending(Core* core, Connection* c) noexcept nogil:
    """The kernel takes more again."""
    transmit(c)
    if c.lost:
        forget_output(core, c)
    if c.streaming:
        if waiting(c):
            start_write_clock(core, c)
        else:
            c.out.size = c.sent = 0
            stop_clock(core, c)
        if waiting(c) <= HIGH_WATER:
            pthread_cond_broadcast(&core.room)
    else:
        settle(core, c)


cdef void start_write_clock(Core* core, Connection* c) noexcept nogil:
    """The client has to take more by then; and if it would take more now, it gets its turn after
    the others: asking again for edges makes one."""
    if c.more:
        c.more = False
        watch_again(core, c.fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c)
    c.unread = unread_by_client(c)
    start_clock(core, c, WRITING, core.now)


cdef int unread_by_client(Connection* c) noexcept nogil:
    cdef int size = 0
    ioctl(c.fd, TIOCOUTQ, &size)
    return size


cdef void send_all(Core* core) noexcept nogil:
    """Send the answers that were kept back. Without the lock; by the leader."""
    cdef Queue queue
    cdef Connection* c
    pthread_mutex_lock(&core.lock)
    if core.sending.first == NULL:
        pthread_mutex_unlock(&core.lock)
        return
    queue = core.sending
    memset(&core.sending, 0, sizeof(Queue))
    core.sending_bytes = 0
    pthread_mutex_unlock(&core.lock)
    c = queue.first
    while c != NULL:
        transmit(c)
        c = c.next
    pthread_mutex_lock(&core.lock)
    core.now = clock_ns()
    while queue.first != NULL:
        c = pop(&queue)
        transmit(c)  # whoever leads meanwhile may have been told that the kernel takes more
        settle(core, c)
    pthread_mutex_unlock(&core.lock)


# The date -------------------------------------------------------------------------------------

cdef const char* DAYS = "SunMonTueWedThuFriSat"
cdef const char* MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


cdef extern from "<stdio.h>" nogil:
    int snprintf(char* text, size_t room, const char* form, ...)


cdef void renew_date(Core* core) noexcept nogil:
    """Keep ``Date: ...`` of the present second (RFC 9110, 5.6.7)."""
    cdef timespec t
    cdef tm d
    clock_gettime(CLOCK_REALTIME, &t)
    if t.tv_sec == core.date_second:
        return
    core.date_second = t.tv_sec
    gmtime_r(&t.tv_sec, &d)
    snprintf(
        core.date, sizeof(core.date), "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
        DAYS + 3 * d.tm_wday, d.tm_mday, MONTHS + 3 * d.tm_mon, d.tm_year + 1900,
        d.tm_hour, d.tm_min, d.tm_sec,
    )
