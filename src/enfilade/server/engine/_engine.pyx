"""The compiled engine: epoll, and threads that are leader and followers (README.md).

What is simple, a request that is whole in memory and its answer, is done here. Everything else
goes to the plain loop, socket and bytes: ``host`` is the
:class:`~enfilade.server.engine.loop.CompiledLoop` that has both.
"""

cimport cython

import logging
from collections import deque
from io import BytesIO
from threading import get_ident

from enfilade.exceptions import TransportLost
from enfilade.gateway.wsgi import Delivery, report
from enfilade.protocol.response import CLOSE
from enfilade.protocol.response_head import PreparedHead
from enfilade.server.loop.client import CLIENT as CLIENT_KEY
from enfilade.trace import FAILURE as FAILURE_KEY

include "structs.pxi"
include "scoreboard.pxi"
include "lists.pxi"
include "chosen.pxi"
include "receive.pxi"
include "send.pxi"
include "leadership.pxi"
include "serve.pxi"
include "answers.pxi"
include "door.pxi"
include "request.pxi"
include "errands.pxi"
include "stream.pxi"

logger = logging.getLogger("enfilade.server")

cdef int64_t KEPT_BACK = 200000  # nanoseconds that an answer may wait for the rest of the batch
cdef int MOST_READY = 4096  # answers of the porter that are kept
cdef str CLIENT = CLIENT_KEY
cdef str FAILURE_TEXT = FAILURE_KEY
cdef str IN_A_THREAD = "unexpected error in an application thread; it goes on"
cdef str IN_THE_LOOP = "unexpected error in the server loop; it goes on"
cdef object LIST_ITERATOR = type(iter([]))
cdef object TUPLE_ITERATOR = type(iter(()))


cdef int complain(str text) except -1:
    """Log the exception that is being handled, if there is memory for that."""
    try:
        logger.exception(text)
    except BaseException:
        pass
    return 0


cdef class Engine:
    """Serves *application* for *host*, with at most *threads* calls of it at once.

    *sinks* is the list of those who want traces; where there are any, the plain loop serves.
    *words* are those of the scoreboard in which connections are counted.
    """

    cdef Core core
    cdef object host, application, access, errors, sinks, jobs, words
    cdef list bases, prefixes
    cdef dict ready

    def __cinit__(self):
        memset(&self.core, 0, sizeof(Core))
        pthread_mutex_init(&self.core.lock, NULL)
        pthread_cond_init(&self.core.room, NULL)
        pthread_cond_init(&self.core.watch, NULL)
        self.core.epoll = epoll_create1(EPOLL_CLOEXEC)
        self.core.wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)
        self.core.idle_until = self.core.reactor_due = NEVER
        self.core.reactor_ready = True  # it may have a deadline from the first
        self.core.now = clock_ns()
        renew_date(&self.core)

    def __init__(
        self, host, application, policy, access, errors, sinks, words, server, threads, limit
    ):
        if self.core.epoll < 0 or self.core.wakeup < 0:
            raise OSError(errno, "the engine gets no descriptors")
        self.host = host
        self.application = application
        self.access = access
        self.errors = errors
        self.sinks = sinks
        self.jobs = deque()
        self.words = [words, server]
        self.core.slot = words_of(words)
        self.core.paused = words_of(server)
        self.bases = []
        self.prefixes = []
        self.ready = {}
        self.core.told = access is not None
        self.core.most = threads
        self.core.limit = limit
        set_limits(&self.core.limits, policy)
        self.core.wakeup_tag.kind = WAKEUP
        self.core.reactor_tag.kind = REACTOR
        if not watch(&self.core, self.core.wakeup, EPOLLIN, &self.core.wakeup_tag):
            raise OSError(errno, "the engine cannot watch its own wake-up")

    # Before it runs --------------------------------------------------------------------------

    def set_body(self, long long most):
        """Leave larger bodies, which may have to wait elsewhere than in memory, to the plain loop."""
        self.core.body = most

    def set_patience(self, *, head, idle, body, waiting, application, writing, sheds):
        """How long each kind of deadline is, in seconds; 0 for ever. *sheds*: what has waited too
        long is not run either, nor what nobody waits for any more."""
        self.core.sheds = sheds
        for clock, seconds in (
            (FRESH, head), (HEAD, head), (IDLE, idle), (BODY, body),
            (WAITING, waiting), (APPLICATION, application), (WRITING, writing),
        ):
            self.core.patience[<int>clock] = <int64_t>(seconds * 1e9)

    def add_door(self, int fd, bint tcp, dict base):
        """Accept at the listening socket *fd*; requests get copies of *base*."""
        cdef int count = self.core.door_count
        cdef Door* doors = <Door*>realloc(self.core.doors, (count + 1) * sizeof(Door))
        if doors == NULL:
            raise MemoryError
        self.core.doors = doors
        doors[count].tag.kind = DOOR
        doors[count].fd = fd
        doors[count].tcp = tcp
        doors[count].open = False
        self.core.door_count += 1
        self.bases.append(base)

    def set_prefixes(self, prefixes):
        """Ask the porter about requests whose path begins with one of *prefixes*."""
        self.prefixes = list(prefixes)
        self.core.prefixes = <Prefix*>calloc(len(self.prefixes) + 1, sizeof(Prefix))
        if self.core.prefixes == NULL:
            raise MemoryError
        for index, text in enumerate(self.prefixes):
            self.core.prefixes[<int>index].text = PyBytes_AS_STRING(text)
            self.core.prefixes[<int>index].size = <size_t>len(text)
        self.core.prefix_count = <int>len(self.prefixes)

    def set_recorder(
        self, *, slow, sample, seed, everything, asked, upstream, double a_second, double sampled
    ):
        """Have the host told of what is slow, in seconds, or fails, and have the plain loop serve
        what may be traced: *everything*, one in *sample*, those that were *asked* for, or whose
        *upstream* says so: of each kind *a_second* in a second, of one in *sample* only *sampled*
        in the long run. *seed* is any number but 0."""
        cdef Recording* terms = &self.core.recording
        terms.slow = NEVER if slow > 1e9 else <int64_t>(slow * 1e9)
        terms.all, terms.asked, terms.upstream = everything, asked, upstream
        terms.sampled.rate, terms.called.rate, terms.like.rate = sampled, a_second, a_second
        terms.sampled.most = terms.called.most = terms.like.most = a_second
        terms.random = seed
        terms.sample = sample
        terms.countdown = draw(terms) if sample else NEVER
        terms.on = self.core.told = True

    def suspect(self, str method, str path, double seconds, int count):
        """Have the plain loop serve the next *count* requests for *path*, percent-encoded, within
        so many seconds."""
        cdef bytes verb = method.encode("latin-1"), name = path.encode("latin-1")
        cdef uint64_t kind = kind_of(
            PyBytes_AS_STRING(verb), <size_t>PyBytes_GET_SIZE(verb),
            PyBytes_AS_STRING(name), <size_t>PyBytes_GET_SIZE(name),
        )
        cdef int64_t until = clock_ns() + <int64_t>(seconds * 1e9)
        pthread_mutex_lock(&self.core.lock)
        suspect_kind(&self.core, kind, until, count)
        pthread_mutex_unlock(&self.core.lock)

    def watch_reactor(self, int fd):
        """Give the plain loop its turn when its selector, *fd*, has events."""
        if not watch(&self.core, fd, EPOLLIN, &self.core.reactor_tag):
            raise OSError(errno, "the engine cannot watch the plain loop")

    def open_doors(self):
        """Begin to accept."""
        pthread_mutex_lock(&self.core.lock)
        open_doors(&self.core)
        pthread_mutex_unlock(&self.core.lock)

    # While it runs; from the leader's thread -------------------------------------------------

    def begin_drain(self, double patience, int backlog):
        """Accept what waits and no more; connections may be idle for *patience* seconds."""
        cdef int64_t until = NEVER
        if patience < 1e9:
            until = clock_ns() + <int64_t>(patience * 1e9)
        with nogil:
            pthread_mutex_lock(&self.core.lock)
            begin_drain(&self.core, until, backlog)
            pthread_mutex_unlock(&self.core.lock)

    def accepts(self, bytes data):
        """Whether *data*, which has come from a connection of the plain loop, is simple."""
        cdef bint accepted
        if self.sinks:
            return False
        pthread_mutex_lock(&self.core.lock)
        accepted = is_simple(
            &self.core, PyBytes_AS_STRING(data), <size_t>PyBytes_GET_SIZE(data)
        )
        pthread_mutex_unlock(&self.core.lock)
        return accepted

    def adopt(self, int fd, dict base, peer, bytes data):
        """Go on with the connection *fd*, from which *data* has come, which :meth:`accepts`.

        Raises :exc:`MemoryError`.
        """
        cdef int door = -1, port = 0
        cdef bint adopted
        for index, one in enumerate(self.bases):
            if one is base:
                door = index
        address = b""
        if peer is not None:
            address, port = peer[0].encode("latin-1"), peer[1]
        pthread_mutex_lock(&self.core.lock)
        adopted = adopt(
            &self.core, fd, door, PyBytes_AS_STRING(data), <size_t>PyBytes_GET_SIZE(data),
            PyBytes_AS_STRING(address), port,
        )
        pthread_mutex_unlock(&self.core.lock)
        if not adopted:
            raise MemoryError

    def add_job(self, job):
        """Have a thread call *job*, in the order in which requests and jobs came."""
        self.jobs.append(job)
        pthread_mutex_lock(&self.core.lock)
        self.core.jobs += 1
        pthread_mutex_unlock(&self.core.lock)

    def await_room(self):
        """Give the plain loop a turn when a connection has ended: it has no room for its own."""
        pthread_mutex_lock(&self.core.lock)
        self.core.awaited = True
        pthread_mutex_unlock(&self.core.lock)

    def write_off(self, unsigned long ident):
        """The thread *ident* may never come back: another will be added in its place."""
        cdef Thread* thread
        pthread_mutex_lock(&self.core.lock)
        thread = self.core.threads
        while thread != NULL and thread.ident != ident:
            thread = thread.all
        if thread != NULL:
            write_off(&self.core, thread)
        pthread_mutex_unlock(&self.core.lock)

    def oldest_wait(self):
        """Seconds for which the request has waited for a thread that waits longest."""
        cdef int64_t since = 0
        pthread_mutex_lock(&self.core.lock)
        if self.core.ring.first != NULL:
            since = self.core.ring.first.queued
        pthread_mutex_unlock(&self.core.lock)
        return max(0, clock_ns() - since) / 1e9 if since else 0.0

    @property
    def connections(self):
        """How many are here."""
        pthread_mutex_lock(&self.core.lock)
        cdef int count = self.core.count
        pthread_mutex_unlock(&self.core.lock)
        return count

    @property
    def stopping(self):
        """Whether all threads are to end."""
        return is_raised(self.core.stopping)

    # The threads -----------------------------------------------------------------------------

    def watchdog(self):
        """Promote a follower whenever the leader is held up; the work of a thread of its own."""
        with nogil:
            keep_watch(&self.core)

    def work(self, words):
        """Lead and follow until the end; the work of an application thread, whose slot on the
        scoreboard has *words*."""
        cdef Thread* thread = enlist(&self.core, get_ident(), words_of(words))
        cdef bint leads
        if thread == NULL:
            raise MemoryError
        try:
            while True:
                with nogil:
                    leads = await_leadership(&self.core, thread)
                if not leads or not self.lead(thread):
                    return
        finally:
            pthread_mutex_lock(&self.core.lock)
            discharge(&self.core, thread)
            pthread_mutex_unlock(&self.core.lock)

    cdef bint lead(self, Thread* thread) except -1:
        """Wait, and run what has come, until somebody else leads; false at this thread's end."""
        cdef epoll_event events[BATCH]
        cdef bint leads = True
        with nogil:
            send_all(&self.core)  # what the one before kept back
        while leads:
            with nogil:
                wait_for_work(&self.core, events)
            if self.stopping:
                return False
            try:
                attend(self)
            except BaseException:
                complain(IN_THE_LOOP)
            self.answer_at_door(thread)
            leads = self.run(thread)
            if thread.written_off:
                return False  # whoever it was written off for, it would run nothing more
        return True

    cdef bint run(self, Thread* thread) except -1:
        """Run what waits for a thread; whether this one leads still.

        Whoever leads looks at the sockets again after a batch: a client that sends one request
        after the other, without end, is not the only one.
        """
        cdef Core* core = &self.core
        cdef Connection* c
        cdef bint leads, is_job, is_time
        cdef int count = 0
        while True:
            c = NULL
            is_job = False
            pthread_mutex_lock(&core.lock)
            leads = end_run(core, thread)
            if thread.written_off or core.stopping or (leads and count >= BATCH):
                pass
            elif core.running < core.most:
                is_job = core.jobs > 0 and (core.ring.first == NULL or not core.was_job)
                if is_job:
                    core.jobs -= 1
                else:
                    c = next_request(core)
                core.was_job = is_job  # by turns, so that neither kind waits for the other's end
                if c != NULL or is_job:
                    thread.busy = True
                    core.running += 1
                    begin_run(core, thread)
                if c != NULL:
                    c.state = RUNNING
                    c.thread = thread
                    thread.serves = c
                    c.began = clock_ns()
                    start_clock(core, c, APPLICATION, c.began)
            pthread_mutex_unlock(&core.lock)
            count += 1
            if c != NULL:
                attempt(self, thread, c)
            elif is_job:
                self.run_job()
            else:
                break
            if not leads_on(core, thread, &is_time):
                # Deadlines and errands may be new to whoever leads.
                eventfd_write(core.wakeup, 1)
            elif is_time:
                with nogil:
                    send_all(core)
        if leads:
            with nogil:
                send_all(core)
        return leads

    cdef int answer_at_door(self, Thread* thread) except -1:
        """Answer what the porter is asked, a batch at most, which waits for no application."""
        cdef Core* core = &self.core
        cdef Connection* c
        cdef bint is_time
        cdef int count = 0
        while core.asked.first != NULL and count < BATCH:
            count += 1
            pthread_mutex_lock(&core.lock)
            c = pop(&core.asked)
            c.state = RUNNING
            c.thread = thread
            thread.serves = c
            c.began = clock_ns()
            pthread_mutex_unlock(&core.lock)
            attempt(self, thread, c)
            leads_on(core, thread, &is_time)
            if is_time:
                with nogil:
                    send_all(core)
        return 0

    cdef int run_job(self) except -1:
        job = self.jobs.popleft()
        try:
            job()
        except BaseException:  # whatever it is, the thread serves the next request
            complain(IN_A_THREAD)
        return 0

    def close(self):
        """Have all threads end, and give the descriptors back."""
        pthread_mutex_lock(&self.core.lock)
        stop_all(&self.core)
        pthread_mutex_unlock(&self.core.lock)
        if self.core.epoll >= 0:
            close(self.core.epoll)
            close(self.core.wakeup)
            self.core.epoll = self.core.wakeup = -1

    def __dealloc__(self):
        cdef Buffer* buffer
        free_ended(&self.core)
        while self.core.buffers != NULL:
            buffer = self.core.buffers
            self.core.buffers = buffer.next
            free(buffer)
        free(self.core.doors)
        free(self.core.prefixes)
        free(self.core.garbage)
        if self.core.epoll >= 0:
            close(self.core.epoll)
        if self.core.wakeup >= 0:
            close(self.core.wakeup)
        pthread_cond_destroy(&self.core.watch)
        pthread_cond_destroy(&self.core.room)
        pthread_mutex_destroy(&self.core.lock)
