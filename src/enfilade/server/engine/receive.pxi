# Connections come in and are read until a request is whole. Without the GIL, with the lock.

from libc.errno cimport (
    EAGAIN, ECONNABORTED, EHOSTDOWN, EHOSTUNREACH, EINTR, ENETDOWN, ENETUNREACH, ENOMEM,
    ENOPROTOOPT, EOPNOTSUPP, EPERM, EPROTO, errno,
)
from libc.string cimport memcmp, strncpy
from posix.strings cimport strncasecmp
from posix.unistd cimport close

cdef int64_t REST = 500000000  # nanoseconds without accepting after the system ran out of something


# Accepting ------------------------------------------------------------------------------------


cdef bint watch(Core* core, int fd, uint32_t events, void* tag) noexcept nogil:
    cdef epoll_event event
    event.events = events
    event.data.ptr = tag
    return epoll_ctl(core.epoll, EPOLL_CTL_ADD, fd, &event) == 0


cdef void watch_again(Core* core, int fd, uint32_t events, void* tag) noexcept nogil:
    cdef epoll_event event
    event.events = events
    event.data.ptr = tag
    epoll_ctl(core.epoll, EPOLL_CTL_MOD, fd, &event)


cdef void unwatch(Core* core, int fd) noexcept nogil:
    epoll_ctl(core.epoll, EPOLL_CTL_DEL, fd, NULL)


cdef void open_doors(Core* core) noexcept nogil:
    """Accept, unless there is a reason not to."""
    cdef int i
    if core.draining or core.rest or 0 < core.limit <= core.count + core.elsewhere:
        return
    core.full = False
    for i in range(core.door_count):
        if not core.doors[i].open:
            core.doors[i].open = watch(
                core, core.doors[i].fd, EPOLLIN | EPOLLEXCLUSIVE, &core.doors[i]
            )


cdef void close_doors(Core* core) noexcept nogil:
    cdef int i
    for i in range(core.door_count):
        if core.doors[i].open:
            unwatch(core, core.doors[i].fd)
            core.doors[i].open = False


cdef void enter(Core* core, Door* door, int most) noexcept nogil:
    """Take up to *most* connections that wait at *door*."""
    while most > 0:
        if 0 < core.limit <= core.count + core.elsewhere and not core.draining:
            core.full = True
            close_doors(core)
            return
        if not admit(core, door):
            return
        most -= 1


cdef bint admit(Core* core, Door* door) noexcept nogil:
    """Accept one connection; whether there may be another."""
    cdef sockaddr_storage address
    cdef unsigned int size = sizeof(address)
    cdef int yes = 1
    cdef Connection* c
    cdef int fd = accept4(door.fd, <sockaddr*>&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC)
    if fd < 0:
        return excuse(core, errno)
    c = <Connection*>calloc(1, sizeof(Connection))
    if c == NULL:
        close(fd)
        return excuse(core, ENOMEM)
    c.tag.kind = CONNECTION
    c.fd = fd
    c.door = <int>(door - core.doors)
    c.clock = STOPPED
    if door.tcp:
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes))
        note_peer(c, &address)
    core.count += 1
    start_clock(core, c, FRESH, core.now)
    core.slot[ACCEPTED] += 1
    if not watch(core, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c):
        close(fd)
        dispose(core, c)
        return excuse(core, ENOMEM)
    return True


cdef void note_peer(Connection* c, sockaddr_storage* address) noexcept nogil:
    if address.ss_family == AF_INET:
        inet_ntop(AF_INET, &(<sockaddr_in*>address).sin_addr, c.peer, sizeof(c.peer))
        c.peer_port = ntohs((<sockaddr_in*>address).sin_port)
    else:
        inet_ntop(AF_INET6, &(<sockaddr_in6*>address).sin6_addr, c.peer, sizeof(c.peer))
        c.peer_port = ntohs((<sockaddr_in6*>address).sin6_port)


cdef bint excuse(Core* core, int number) noexcept nogil:
    """accept(2) has failed; whether to try again. A listener stays readable when the system has
    run out of something, or it is deaf, so trying at once would only spin."""
    if number == EAGAIN or number == EINTR:
        return False
    if number in (
        ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP,
        ENETUNREACH, EPERM,
    ):
        return True  # accept(2): the connection has gone before it was accepted
    core.trouble = number
    core.rest = core.now + REST
    close_doors(core)
    return False


cdef bint is_simple(Core* core, const char* data, size_t size) noexcept nogil:
    """Whether *data* is a request that is whole and is answered here, and perhaps more. With the
    lock."""
    cdef HeadSpans spans
    cdef int head
    if size > ROOM:
        return False
    head = scan_head(data, size, 0, &core.limits, &spans)
    if head <= 0 or core.paused[0]:
        return False
    if is_porters(core, data, &spans):
        return False  # where it is now, the porter can be asked
    if core.recording.on and is_wanted(core, data, &spans):
        return False
    return spans.content_length <= min(core.body, <long long>size - head)


cdef bint adopt(
    Core* core, int fd, int door, const char* data, size_t size, const char* peer, int port
) noexcept nogil:
    """Take over a connection from which *data* has come; whether there was room."""
    cdef Connection* c = <Connection*>calloc(1, sizeof(Connection))
    if c == NULL:
        return False
    c.buffer = take_buffer(core)
    if c.buffer == NULL or not watch(core, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c):
        give_buffer(core, c)
        free(c)
        return False
    c.tag.kind = CONNECTION
    c.fd = fd
    c.door = door
    c.clock = STOPPED
    c.peer_port = <unsigned short>port
    strncpy(c.peer, peer, sizeof(c.peer) - 1)
    memcpy(c.buffer.data, data, size)
    c.size = <unsigned int>size
    c.readable = True  # more may have come since
    core.count += 1
    start_clock(core, c, IDLE, core.now)
    look(core, c)
    return True


# Receiving ------------------------------------------------------------------------------------


cdef void on_connection(Core* core, Connection* c, uint32_t events) noexcept nogil:
    if c.state == ENDED:
        return
    if events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR):
        tell_ended(c)
    if events & (EPOLLHUP | EPOLLERR):
        tell_gone(c)
    if events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR):
        c.readable = True
    if c.state == READING:
        if c.readable:
            receive(core, c)
    elif events & (EPOLLHUP | EPOLLERR):
        lose(core, c)
    elif events & EPOLLOUT and (c.state == FLUSHING or c.streaming):
        go_on_sending(core, c)


cdef void receive(Core* core, Connection* c) noexcept nogil:
    """Read until the request is whole, or nothing more has come."""
    cdef size_t room
    cdef ssize_t count
    while c.state == READING and c.readable:
        if c.buffer == NULL:
            c.buffer = take_buffer(core)
            if c.buffer == NULL:
                hang_up(core, c)
                return
        room = ROOM - c.size
        if room == 0:
            send_errand(core, c, HAND_OVER)
            return
        count = recv(c.fd, c.buffer.data + c.size, room, MSG_DONTWAIT)
        if count > 0:
            c.size += <unsigned int>count
            if <size_t>count < room and not c.ended:
                c.readable = False  # what comes later makes another edge
            look(core, c)
        elif count == 0 or errno not in (EAGAIN, EINTR):
            if count == 0 and c.size:
                send_errand(core, c, HAND_OVER)  # cut off: the plain loop says so
            else:
                hang_up(core, c)
            return
        elif errno == EAGAIN:
            c.readable = False
            if c.size == 0:
                give_buffer(core, c)


cdef void look(Core* core, Connection* c) noexcept nogil:
    """See whether a request is whole now."""
    cdef HeadSpans* spans = &c.buffer.spans
    cdef Errand errand
    cdef int size
    if not c.needed:
        size = scan_head(c.buffer.data, c.size, c.scanned, &core.limits, spans)
        if size == 0:
            c.scanned = c.size
            if c.clock != HEAD and (c.clock != FRESH or core.draining):
                start_clock(core, c, HEAD, core.now)
            return
        if size < 0 or core.paused[0]:
            send_errand(core, c, HAND_OVER)
            return
        if core.recording.on:
            errand = choose(core, c)
            if errand != NOTHING:
                send_errand(core, c, errand)
                return
        c.at_door = is_porters(core, c.buffer.data, spans)
        if c.at_door and not is_plain_question(c.buffer.data, spans):
            send_errand(core, c, HAND_OVER)
            return
        c.needed = <unsigned int>size
        if spans.content_length > 0:
            if spans.content_length > min(core.body, <long long>(ROOM - size)):
                send_errand(core, c, HAND_OVER)
                return
            c.needed += <unsigned int>spans.content_length
    if c.size >= c.needed:
        c.state = QUEUED
        c.queued = core.now
        if c.at_door:
            stop_clock(core, c)  # it waits for no thread
            push(&core.asked, c)
        else:
            start_clock(core, c, WAITING, core.now)
            push(&core.ring, c)
        core.slot[REQUESTS] += 1
        core.slot[RECEIVED] += c.needed
    elif c.clock != BODY:
        start_clock(core, c, BODY, core.now)


cdef bint is_porters(Core* core, const char* data, HeadSpans* spans) noexcept nogil:
    """Whether the porter has to be asked."""
    cdef Span path = spans.path
    cdef int i
    for i in range(core.prefix_count):
        if path.size >= core.prefixes[i].size and not memcmp(
            data + path.start, core.prefixes[i].text, core.prefixes[i].size
        ):
            return True
    return False


cdef bint is_plain_question(const char* data, HeadSpans* spans) noexcept nogil:
    """Whether it is a GET or HEAD without a body that sets no conditions."""
    cdef Span name
    cdef unsigned int i
    if spans.content_length > 0 or spans.method.size > 4:
        return False
    if data[spans.method.start] not in (b"G", b"H"):
        return False
    for i in range(spans.count):
        name = spans.fields[i].name
        if name.size == 5 and not strncasecmp(data + name.start, "range", 5):
            return False
        if name.size > 3 and not strncasecmp(data + name.start, "if-", 3):
            return False
    return True


cdef void lose(Core* core, Connection* c) noexcept nogil:
    """Nobody reads any more: forget what waits, and free a thread that does."""
    if c.lost:
        return
    c.lost = True
    tell_gone(c)
    if c.streaming:
        forget_output(core, c)
        pthread_cond_broadcast(&core.room)
    elif c.state == FLUSHING:
        forget_output(core, c)
        stop_clock(core, c)
        settle(core, c)


cdef void forget_output(Core* core, Connection* c) noexcept nogil:
    core.garbage_bytes += c.tail_size
    c.out.size = c.sent = c.tail_size = c.tail_sent = 0
    if c.file_left or c.file > 0:
        close(c.file)
        c.file = 0
        c.file_left = 0
    discard(core, c.tail)
    c.tail = NULL


cdef void hang_up(Core* core, Connection* c) noexcept nogil:
    """End the connection."""
    cdef linger_t at_once
    unwatch(core, c.fd)  # a child of the application may have a copy, which would go on telling
    if c.resetting:
        at_once.l_onoff = 1
        at_once.l_linger = 0
        setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once))
    close(c.fd)
    dispose(core, c)
