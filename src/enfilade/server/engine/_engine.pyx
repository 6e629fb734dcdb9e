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
from time import time

from enfilade.exceptions import TransportLost
from enfilade.gateway.wsgi import Delivery, report
from enfilade.protocol.response import CLOSE
from enfilade.protocol.response_head import PreparedHead
from enfilade.server.loop.client import CLIENT as CLIENT_KEY

include "structs.pxi"
include "scoreboard.pxi"
include "lists.pxi"
include "receive.pxi"
include "send.pxi"
include "leadership.pxi"
include "serve.pxi"
include "stream.pxi"

logger = logging.getLogger("enfilade.server")

cdef int64_t KEPT_BACK = 200000  # nanoseconds that an answer may wait for the rest of the batch
cdef int MOST_READY = 4096  # answers of the porter that are kept
cdef str CLIENT = CLIENT_KEY
cdef object LIST_ITERATOR = type(iter([]))
cdef object TUPLE_ITERATOR = type(iter(()))


cdef class Engine:
    """Serves *application* for *host*, with at most *threads* calls of it at once.

    *sinks* is the list of those who want traces; where there are any, the plain loop serves.
    *paused* and *slot* are words of the scoreboard.
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
        self.core.now = clock_ns()
        renew_date(&self.core)

    def __init__(self, host, application, policy, access, errors, sinks, block, threads, limit):
        if self.core.epoll < 0 or self.core.wakeup < 0:
            raise OSError(errno, "the engine gets no descriptors")
        self.host = host
        self.application = application
        self.access = access
        self.errors = errors
        self.sinks = sinks
        self.jobs = deque()
        self.words = [block.loop.words, block.server]
        self.core.slot = words_of(block.loop.words)
        self.core.paused = words_of(block.server)
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
        """Leave requests whose path begins with one of *prefixes* to the plain loop."""
        self.prefixes = list(prefixes)
        self.core.prefixes = <Prefix*>calloc(len(self.prefixes) + 1, sizeof(Prefix))
        if self.core.prefixes == NULL:
            raise MemoryError
        for index, text in enumerate(self.prefixes):
            self.core.prefixes[<int>index].text = PyBytes_AS_STRING(text)
            self.core.prefixes[<int>index].size = <size_t>len(text)
        self.core.prefix_count = <int>len(self.prefixes)

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
        return not self.sinks and is_simple(
            &self.core, PyBytes_AS_STRING(data), <size_t>PyBytes_GET_SIZE(data)
        )

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
        return self.core.count

    @property
    def stopping(self):
        """Whether all threads are to end."""
        return self.core.stopping

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
            if self.core.stopping:
                return False
            try:
                self.attend()
            except Exception:
                logger.exception("unexpected error in the server loop; it goes on")
            leads = self.run(thread)
        return not thread.written_off

    cdef bint run(self, Thread* thread) except -1:
        """Run what waits for a thread; whether this one leads still."""
        cdef Core* core = &self.core
        cdef Connection* c
        cdef bint leads, is_job
        while True:
            c = NULL
            is_job = False
            pthread_mutex_lock(&core.lock)
            leads = end_run(core, thread)
            if not (thread.written_off or core.stopping) and core.running < core.most:
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
            if c != NULL:
                self.attempt(thread, c)
            elif is_job:
                self.run_job()
            else:
                break
            if core.leader != thread:
                # Deadlines and errands may be new to whoever leads.
                eventfd_write(core.wakeup, 1)
            elif is_time_to_send(core):
                with nogil:
                    send_all(core)
        if leads and core.sending.first != NULL:
            with nogil:
                send_all(core)
        return leads

    cdef int run_job(self) except -1:
        job = self.jobs.popleft()
        try:
            job()
        except BaseException:  # whatever it is, the thread serves the next request
            logger.exception("unexpected error in an application thread; it goes on")
        return 0

    # One request -----------------------------------------------------------------------------

    cdef int attempt(self, Thread* thread, Connection* c) except -1:
        """Serve *c*; whatever happens, it gets an answer, or its end, and the thread goes on."""
        try:
            if is_kept(thread.start):
                self.renew_start(thread)
            self.serve(thread, c, <StartResponse>thread.start)
        except BaseException:
            if thread.start != NULL:
                (<StartResponse>thread.start).end()
            pthread_mutex_lock(&self.core.lock)
            give_up(&self.core, thread)
            pthread_mutex_unlock(&self.core.lock)
            logger.exception("unexpected error in an application thread; it goes on")
        return 0

    cdef int renew_start(self, Thread* thread) except -1:
        start = StartResponse(self)
        Py_INCREF(start)
        Py_XDECREF(thread.start)
        thread.start = <PyObject*>start
        return 0

    cdef int serve(self, Thread* thread, Connection* c, StartResponse start) except -1:
        cdef dict environ
        cdef object chunks = None
        if self.sinks:
            self.leave(thread, c)
            return 0
        if c.address == NULL:
            introduce(c)
        if c.at_door:
            self.serve_at_door(thread, c, start)
            return 0
        environ = self.environ_of(c)
        environ[CLIENT] = <object>c.client
        c.held = 0
        if may_be_forwarded(c):
            fields = head_of(c.buffer.data, &c.buffer.spans).fields
            c.held = <int64_t>(self.host.time_in_proxy(fields, environ["REMOTE_ADDR"]) * 1e9)
            self.host.proxies.apply(environ, fields)
        note_begin(thread.slot, c)
        start.begin(c, environ)
        try:
            result = self.application(environ, start)
        except BaseException as error:
            self.fail(start, error)
            result = None
        else:
            if start.delivery is None and start.called:
                chunks = chunks_of(result)
            if not is_sequence(chunks) or not self.gather(start, chunks):
                self.deliver(start, result, chunks)
                result = None
        self.finish(thread, c, start, result)
        start.end()
        return 0

    cdef int serve_at_door(self, Thread* thread, Connection* c, StartResponse start) except -1:
        """Give the answer that the porter has ready, or have the plain loop ask it."""
        cdef HeadSpans* spans = &c.buffer.spans
        cdef bytes wish = find_field(c.buffer.data, spans, b"accept-encoding")
        cdef bytes path = PyBytes_FromStringAndSize(
            c.buffer.data + spans.path.start, spans.path.size
        )
        cdef Ready ready = self.ready.get((path, wish))
        if ready is None or ready.until < c.began:
            ready = self.ask_porter(path, wish)
        if ready is None:
            self.leave(thread, c)
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
            self.leave(thread, c)
            return 0
        if self.access is not None:
            head = head_of(c.buffer.data, spans)
            start.client = self.host.visitor(head, <object>c.address)
        self.finish(thread, c, start, None)
        start.end()
        return 0

    cdef Ready ask_porter(self, bytes path, bytes wish):
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

    cdef dict environ_of(self, Connection* c):
        cdef HeadSpans* spans = &c.buffer.spans
        cdef object body
        if c.needed == spans.size:
            body = BytesIO()
        else:
            body = BytesIO(
                PyBytes_FromStringAndSize(c.buffer.data + spans.size, c.needed - spans.size)
            )
        return environ_of(
            <dict>self.bases[c.door], c.buffer.data, spans, <object>c.address, <object>c.port, body
        )

    cdef int leave(self, Thread* thread, Connection* c) except -1:
        """Have the plain loop serve *c*."""
        pthread_mutex_lock(&self.core.lock)
        thread.serves = NULL
        if not is_abandoned(&self.core, c):
            send_errand(&self.core, c, HAND_OVER)
            self.core.slot[REQUESTS] -= 1  # it will come again
        pthread_mutex_unlock(&self.core.lock)
        eventfd_write(self.core.wakeup, 1)
        return 0

    cdef bint gather(self, StartResponse start, object chunks) except -1:
        """Put the answer together from *chunks*, which are all of it; false if the gateway has
        to."""
        cdef object chunk, body
        for chunk in chunks:
            if type(chunk) is not bytes:
                return False
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return put_answer(&self.core, start, <bytes>body)

    cdef int deliver(self, StartResponse start, object result, object chunks) except -1:
        """Leave the answer to the gateway: it has to be sent as it comes, or has a fault. *chunks*
        is the iterator of *result*, or all that it had, if it has been asked for."""
        try:
            start.deliver().deliver(result, iter(chunks) if is_sequence(chunks) else chunks)
        except TransportLost:
            pass
        except BaseException:
            logger.exception("unexpected error in an application thread; it goes on")
        return 0

    cdef int fail(self, StartResponse start, object error) except -1:
        try:
            start.deliver().fail(error)
        except TransportLost:
            pass
        except BaseException:
            logger.exception("unexpected error in an application thread; it goes on")
        return 0

    cdef int finish(
        self, Thread* thread, Connection* c, StartResponse start, object result
    ) except -1:
        """The application has answered: send that, now or with the batch, and close *result*.

        If closing takes long, whoever is promoted meanwhile sends the batch.
        """
        cdef Core* core = &self.core
        cdef HeadSpans* spans = &c.buffer.spans
        cdef bint whole = start.delivery is None
        cdef object record = None, close = None
        cdef bint kept
        if whole:
            note_end(thread.slot, c, start.prepared.status, waiting(c))
            if result is not None and type(result) is not list and type(result) is not tuple:
                close = getattr(result, "close", None)
        else:
            c.closing = not (start.writer.complete and start.writer.keep_alive)
            c.resetting = start.writer.framing is CLOSE and not start.writer.complete
            note_end(thread.slot, c, start.writer.status, start.stream.sent)
            start.stream.end()
        c.lingering = c.closing and spans.keep_alive and not c.resetting
        if self.access is not None and not c.abandoned:
            record = self.record(c, start, whole)
        pthread_mutex_lock(&core.lock)
        kept = let_go(core, thread, c, whole, record)
        pthread_mutex_unlock(&core.lock)
        if record is not None and not kept:
            self.host.tell(record)
        if close is not None:
            self.close_result(start, close)
        return 0

    cdef object record(self, Connection* c, StartResponse start, bint whole):
        """What the access log is told."""
        cdef size_t size
        head = head_of(c.buffer.data, &c.buffer.spans)
        if whole:
            status, size = start.prepared.status, body_size(c)
        else:
            status, size = start.writer.status, start.writer.body_sent
        return self.host.record(
            head, start.client, status, size,
            (clock_ns() - c.queued) / 1e9, (c.began - c.queued + c.held) / 1e9,
            (c.first - c.queued) / 1e9 if c.first else 0.0,
        )

    cdef int close_result(self, StartResponse start, object close) except -1:
        try:
            close()
        except Exception as error:
            report(self.errors, start.environ, "close() failed", error)
        return 0

    # What the plain loop is for --------------------------------------------------------------

    cdef int attend(self) except -1:
        """What needs the GIL and is no request."""
        cdef Core* core = &self.core
        cdef Connection* c
        self.collect_garbage()
        if core.trouble:
            number, core.trouble = core.trouble, 0
            self.host.excuse(number)
        while core.errands.first != NULL:
            pthread_mutex_lock(&core.lock)
            c = pop(&core.errands)
            pthread_mutex_unlock(&core.lock)
            if c != NULL:
                self.try_errand(c)
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

    cdef int collect_garbage(self) except -1:
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

    cdef int try_errand(self, Connection* c) except -1:
        try:
            self.run_errand(c)
        except Exception:
            logger.exception("unexpected error in the server loop; it goes on")
            if c.state == ERRAND:
                pthread_mutex_lock(&self.core.lock)
                hang_up(&self.core, c)
                pthread_mutex_unlock(&self.core.lock)
        return 0

    cdef int run_errand(self, Connection* c) except -1:
        cdef Core* core = &self.core
        cdef Errand errand = c.errand
        if errand == OVERDUE:
            self.run_overdue(c)
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

    cdef int run_overdue(self, Connection* c) except -1:
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
