# What the engine is made of. Everything here is C: it is looked at and changed without the GIL.

from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint32_t, uint64_t

from enfilade.protocol._head cimport HeadSpans, Limits, Span, scan_head
from enfilade.protocol._response cimport Output


cdef extern from "<sys/epoll.h>" nogil:
    uint32_t EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR, EPOLLET, EPOLLEXCLUSIVE
    int EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL
    ctypedef union epoll_data_t:
        void* ptr
    cdef struct epoll_event:
        uint32_t events
        epoll_data_t data
    int epoll_create1(int flags)
    int epoll_ctl(int epoll, int operation, int fd, epoll_event* event)
    int epoll_wait(int epoll, epoll_event* events, int most, int timeout)

cdef extern from "<sys/eventfd.h>" nogil:
    int EFD_CLOEXEC, EFD_NONBLOCK
    int eventfd(unsigned int start, int flags)
    int eventfd_read(int fd, uint64_t* value)
    int eventfd_write(int fd, uint64_t value)

cdef extern from "<sys/uio.h>" nogil:
    cdef struct iovec:
        void* iov_base
        size_t iov_len

cdef extern from "<sys/socket.h>" nogil:
    cdef struct sockaddr:
        pass
    cdef struct sockaddr_storage:
        unsigned short ss_family
    cdef struct msghdr:
        iovec* msg_iov
        size_t msg_iovlen
    cdef struct linger_t "linger":
        int l_onoff, l_linger
    int MSG_DONTWAIT, MSG_MORE, MSG_NOSIGNAL, SOCK_NONBLOCK, SOCK_CLOEXEC
    int SOL_SOCKET, SO_LINGER, AF_INET, AF_INET6, AF_UNIX
    ssize_t recv(int fd, void* data, size_t size, int flags)
    ssize_t send(int fd, const void* data, size_t size, int flags)
    ssize_t sendmsg(int fd, const msghdr* message, int flags)
    int accept4(int fd, sockaddr* address, unsigned int* size, int flags)
    int setsockopt(int fd, int level, int name, const void* value, unsigned int size)

cdef extern from "<sys/sendfile.h>" nogil:
    ssize_t sendfile(int fd, int file, int64_t* offset, size_t size)

cdef extern from "<netinet/in.h>" nogil:
    int IPPROTO_TCP
    cdef struct in_addr:
        pass
    cdef struct in6_addr:
        pass
    cdef struct sockaddr_in:
        unsigned short sin_port
        in_addr sin_addr
    cdef struct sockaddr_in6:
        unsigned short sin6_port
        in6_addr sin6_addr

cdef extern from "<netinet/tcp.h>" nogil:
    int TCP_NODELAY

cdef extern from "<arpa/inet.h>" nogil:
    const char* inet_ntop(int family, const void* address, char* text, unsigned int size)
    unsigned short ntohs(unsigned short value)

cdef extern from "<sys/ioctl.h>" nogil:
    unsigned long TIOCOUTQ
    int ioctl(int fd, unsigned long request, int* value)

cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_mutex_t:
        pass
    ctypedef struct pthread_cond_t:
        pass
    int pthread_mutex_init(pthread_mutex_t*, void*)
    int pthread_mutex_lock(pthread_mutex_t*)
    int pthread_mutex_unlock(pthread_mutex_t*)
    int pthread_mutex_destroy(pthread_mutex_t*)
    int pthread_cond_init(pthread_cond_t*, void*)
    int pthread_cond_wait(pthread_cond_t*, pthread_mutex_t*)
    int pthread_cond_signal(pthread_cond_t*)
    int pthread_cond_broadcast(pthread_cond_t*)
    int pthread_cond_destroy(pthread_cond_t*)

cdef extern from "<time.h>" nogil:
    cdef struct timespec:
        long tv_sec, tv_nsec
    cdef struct tm:
        int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday
    int CLOCK_MONOTONIC, CLOCK_REALTIME
    int clock_gettime(int clock, timespec* time)
    int nanosleep(const timespec* time, timespec* rest)
    tm* gmtime_r(const long* time, tm* result)


cdef enum:
    BATCH = 64  # events taken, and answers kept back, at once
    ROOM = 16384  # bytes of a request that is read here; the plain loop reads larger ones
    SPARE = 256  # buffers kept for the next requests
    ACCEPT = 4  # connections taken at once: other workers share the listener
    BURST = 262144  # bytes of one answer that are sent before it is others' turn
    KEPT = 2048  # bytes of output that an idle connection keeps
    SUSPECTS = 16  # kinds of requests that were slow or failed
    HIGH_WATER = 65536  # bytes that may wait for a slow reader while an application goes on

cdef enum Kind:
    CONNECTION
    DOOR
    WAKEUP
    REACTOR

cdef enum State:
    READING  # the leader's, like every state but RUNNING
    QUEUED  # in the ring, or asked of the porter
    RUNNING  # a thread's, until its application has answered
    SENDING  # answered; leaves with the batch
    FLUSHING  # answered; the kernel did not take everything
    ERRAND  # to be seen to under the GIL
    ENDED  # forgotten, but for an event that may be on its way

cdef enum Errand:
    NOTHING
    HAND_OVER  # the plain loop goes on with it
    SAMPLED  # the same, and it is its turn to be traced
    TOO_SLOW  # its head has not come in time
    OVERDUE  # its application has not begun to answer in time
    LINGER  # answered, and the client does not expect the end
    TOLD  # its answer has left: the access record can be told
    VAIN  # nobody has waited for it; only the access log is told

cdef enum Clock:
    # Deadlines of one kind are equally far ahead, so each kind is a list in order of time.
    FRESH  # accepted, and no whole head yet
    IDLE
    HEAD
    BODY
    WAITING  # for a thread
    APPLICATION
    WRITING
    CLOCKS
    STOPPED


cdef extern from *:
    """
    #define is_raised(flag) __atomic_load_n(&(flag), __ATOMIC_RELAXED)
    #define raise_flag(flag) __atomic_store_n(&(flag), 1, __ATOMIC_RELAXED)
    """
    bint is_raised(bint flag) nogil  # flags that are looked at without the lock
    void raise_flag(bint flag) nogil


cdef struct Fate:
    bint ended, gone

cdef struct Connection

cdef struct Thread:
    pthread_cond_t woken
    Thread* next  # among the idle
    Thread* all  # next of all
    bint promoted, busy, written_off
    unsigned long ident
    int64_t serial  # of what the leader runs, 0 for nothing
    int state  # the file in /proc that tells whether it sleeps, or -1
    uint64_t* slot  # on the scoreboard
    Connection* serves  # whose application it runs
    PyObject* start  # the StartResponse that it uses again and again

cdef struct Tag:
    Kind kind

cdef struct Buffer:
    Buffer* next
    HeadSpans spans
    char data[ROOM]

cdef struct Connection:
    Tag tag
    int fd
    int door
    State state
    Errand errand
    Clock clock
    bint readable  # an edge has come that has not been read to its end
    bint ended  # the client has ended its sending half, or all
    bint lost  # nobody reads any more
    bint abandoned  # answered in the application's place; a thread still runs it
    int writers  # those who wait for room
    bint in_hand  # somebody looks at it still, and will forget it
    bint streaming  # its thread sends it piece by piece
    bint started  # a byte of the answer has left, or may have
    bint closing  # ends with this answer
    bint lingering  # and the client may not expect that
    bint at_door  # the porter has the answer ready, or will be asked
    bint resetting  # only a reset can tell that the answer is not whole
    unsigned int size  # bytes in the buffer
    unsigned int needed  # of those the request's, 0 while that is not known
    unsigned int scanned
    int unread  # bytes the client had not taken when the write deadline was set
    int64_t deadline, queued, began
    int64_t held  # nanoseconds that a proxy had the request before
    int64_t first  # when the first byte of an answer left that goes piece by piece, or 0
    Connection* earlier
    Connection* later
    Connection* next
    Buffer* buffer
    Output out
    size_t sent
    PyObject* tail  # bytes that follow ``out``
    const char* tail_data
    size_t tail_size, tail_sent
    int file  # a descriptor of which ``file_left`` bytes follow, if that is not 0
    int64_t file_at
    size_t file_left
    bint more  # the kernel would take more, but it is others' turn
    PyObject* address
    PyObject* port
    PyObject* record
    PyObject* client  # environ["enfilade.client"]
    Fate* fate  # what that says
    Thread* thread  # which runs it
    char peer[46]
    unsigned short peer_port

cdef struct Queue:
    Connection* first
    Connection* last
    int size

cdef struct Door:
    Tag tag
    int fd
    bint tcp
    bint open

ctypedef char[40] Date  # "Date: ...", and the end of that line

cdef struct Prefix:
    const char* text
    size_t size

cdef struct Budget:
    double rate, most  # a second in the long run, and at once
    double left
    int64_t last

cdef struct Suspect:
    uint64_t kind
    int64_t until
    int left

cdef struct Recording:
    bint on
    bint all  # everything may be traced
    bint asked, upstream  # those with a token, or with a caller who records them
    int64_t slow  # nanoseconds from which on an answer is recorded
    int64_t sample, countdown  # one in so many, and how many until the next
    uint64_t random
    Budget sampled, called, like
    Suspect suspected[SUSPECTS]
    int suspects

cdef struct Core:
    int epoll, wakeup, reactor
    Tag wakeup_tag, reactor_tag
    pthread_mutex_t lock  # for everything below; who has it never waits for the GIL
    pthread_cond_t room  # a slow reader has caught up, or has gone
    pthread_cond_t watch
    bint parked  # the watchdog sleeps
    Thread* leader
    Thread* idle
    Thread* threads
    int64_t serial
    int eager  # grows with each slow application; promote before the call when high
    int running, most
    int jobs  # callables of the plain loop that wait for a thread
    bint was_job  # what was run last
    Queue ring  # requests for the application
    Queue asked  # requests for the porter
    Queue sending, errands, ended
    size_t sending_bytes
    int64_t sending_since
    Queue clocks[CLOCKS]
    int64_t patience[CLOCKS]  # nanoseconds, 0 for ever
    Buffer* buffers
    int spare
    Door* doors
    int door_count
    int count, elsewhere, limit  # connections here, in the plain loop, and at most
    bint draining, stopping, told, full
    bint sheds  # nothing is run that has waited for too long, or whose client has gone
    bint awaited  # the plain loop waits for room for its connections
    long long body  # bytes of a body that is read here, at most
    int trouble  # the errno that accepting met
    int64_t rest  # no accepting before this time
    int64_t idle_until  # while draining, latest deadline of an idle connection
    int64_t reactor_due  # the plain loop's next deadline
    bint reactor_ready
    int64_t now
    Recording recording
    Limits limits
    Prefix* prefixes
    int prefix_count
    PyObject** garbage  # references to give up under the GIL
    int garbage_count, garbage_room
    size_t garbage_bytes
    Date date
    long date_second
    uint64_t* slot  # the engine's own, on the scoreboard; whoever has the lock writes it
    const uint64_t* paused
