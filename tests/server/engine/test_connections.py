"""Connections under every cut and every end that a client can think of."""

import contextlib
import itertools
import os
import random
import socket
import subprocess
import sys
import threading
import time

import pytest

from enfilade.protocol.policy import Policy
from enfilade.server.scoreboard import HANDED_OVER
from wire import Client, holdings, serving

ROOM = 16384
"""Bytes of a request that the engine reads itself."""


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode(), body]


def eventually(ask, value):
    deadline = time.monotonic() + 10
    while ask() != value and time.monotonic() < deadline:
        time.sleep(0.005)
    assert ask() == value


PIPELINE = (
    b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
    b"POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    b"GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
)


def test_pipelined_requests_may_be_cut_at_every_byte():
    with serving(echo) as site:
        for cut in range(1, len(PIPELINE)):
            with site.client() as client:
                client.send(PIPELINE[:cut])
                client.send(PIPELINE[cut:])
                assert client.answer().body == b"GET /a "
                assert client.answer().body == b"POST /b hello"
                last = client.answer()
                assert (last.body, last.closes) == (b"GET /c ", True)
                assert client.rest() == b""


def test_a_client_that_has_ended_its_half_gets_its_answers():
    with serving(echo) as site, site.client() as client:
        client.send(PIPELINE.replace(b"Connection: close\r\n", b""))
        client.half_close()
        assert [client.answer().body for _ in range(3)] == [
            b"GET /a ",
            b"POST /b hello",
            b"GET /c ",
        ]
        assert client.rest() == b""


@pytest.mark.parametrize("cut", [1, 17, 30, 45])
def test_a_head_that_is_cut_off_is_answered_400(cut):
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Some: thing\r\n\r\n"
    with serving(echo) as site, site.client() as client:
        client.send(head[:cut])
        client.half_close()
        assert client.rest()[:12] in (b"HTTP/1.1 400", b"")


@pytest.mark.parametrize("over", [-1, 0, 1, 5000])
def test_bodies_around_the_engines_room(over):
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
    size = ROOM + over - len(head % ROOM)
    with serving(echo) as site, site.client() as client:
        for _ in range(2):
            client.send(head % size + b"x" * size)
            assert client.answer().body == b"POST / " + b"x" * size
        assert (site.tally.total()[HANDED_OVER] > 0) == (over > 0)


@pytest.mark.parametrize("size", [99, 100, 101])
def test_bodies_around_buffer_body(size):
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size
    with serving(echo, buffer_body=100) as site, site.client() as client:
        client.send(request + request)
        for _ in range(2):
            assert client.answer().body == b"POST / " + b"x" * size


def test_a_head_larger_than_the_room_goes_to_the_plain_loop():
    filler = "x" * 6000
    with serving(echo) as site, site.client() as client:
        assert Policy().head > 3 * 6000
        answer = client.get("/", f"X-A: {filler}", f"X-B: {filler}", f"X-C: {filler}")
        assert answer.status == 200
        assert site.tally.total()[HANDED_OVER] == 1
        assert client.get("/again").status == 200


HUGE = bytes(range(256)) * 40_000


@pytest.mark.parametrize("how", ["bytes", "generator", "write"])
def test_a_slow_reader_gets_all_of_a_large_body(how):
    def application(environ, start_response):
        write = start_response("200 OK", [("Content-Length", str(len(HUGE)))])
        pieces = (HUGE[at : at + 100_000] for at in range(0, len(HUGE), 100_000))
        if how == "bytes":
            return [HUGE]
        if how == "generator":
            return pieces
        for piece in pieces:
            write(piece)
        return []

    with serving(application) as site, site.client(receive_buffer=8192) as client:
        for _ in range(2):
            client.request("/")
            time.sleep(0.05)
            assert client.answer().body == HUGE


@pytest.mark.parametrize("how", ["bytes", "generator"])
def test_a_reader_that_takes_nothing_is_dropped_at_the_write_deadline(how):
    closed = threading.Event()

    class Body:
        def __iter__(self):
            return iter([HUGE]) if how == "bytes" else self.pieces()

        def pieces(self):
            while True:
                yield HUGE

        def close(self):
            closed.set()

    def application(environ, start_response):
        start_response("200 OK", [])
        return Body()

    with (
        serving(application, write_timeout=0.2) as site,
        site.client(receive_buffer=4096) as client,
    ):
        client.request("/")
        if how == "bytes":
            assert closed.wait(5)  # at once: all of it is there
        else:
            client.socket.recv(1)
        eventually(lambda: site.tally.total().open, 0)
        assert closed.wait(5)
        assert client.is_reset()


class Counted:
    """An application whose bodies count how often they are closed."""

    def __init__(self):
        self.called = self.closed = 0
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            self.called += 1
        environ["wsgi.input"].read()
        start_response("200 OK", [])
        return CountedBody(self, environ["PATH_INFO"])

    def count(self):
        with self._lock:
            self.closed += 1


class CountedBody:
    def __init__(self, owner, path):
        self._owner, self._path = owner, path

    def __iter__(self):
        if self._path == "/whole":
            return iter([b"x" * 200_000])
        return iter(b"x" * 5000 for _ in range(100))

    def close(self):
        self._owner.count()


def test_resets_at_random_points_leave_nothing_behind():
    random_ = random.Random(9)
    application = Counted()
    with serving(application, threads=3) as site:
        with site.client() as client:
            client.get("/whole")
        eventually(lambda: site.tally.total().open, 0)
        before = holdings()
        for number in range(300):
            client = site.client(receive_buffer=4096)
            path = random_.choice([b"/whole", b"/pieces"])
            request = (
                b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" % path + b"y" * 900
            )
            client.send(request[: random_.randrange(1, len(request) + 1)])
            if number % 3:
                client.send(request)
            if number % 2:
                client.socket.settimeout(0.01)
                try:
                    client.socket.recv(random_.randrange(1, 3000))
                except TimeoutError:
                    pass
            client.reset()
        eventually(lambda: site.tally.total().open, 0)
        eventually(lambda: application.closed, application.called)
        eventually(lambda: (len(os.listdir("/proc/self/fd")), threading.active_count()), before)


def test_a_child_that_keeps_a_copy_of_the_descriptor_does_not_bring_a_connection_back():
    """The kernel goes on telling of a socket as long as any process has it open."""
    reader, writer = os.pipe()
    children = []

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/fork":
            child = os.fork()
            if not child:
                os.close(writer)
                os.read(reader, 1)
                os._exit(0)
            children.append(child)
        return echo(environ, start_response)

    with serving(application) as site:
        client = site.client()
        client.request("/fork", "Connection: close")
        assert client.answer().status == 200
        eventually(lambda: site.tally.total().open, 0)
        with site.client() as other:
            for _ in range(3):
                try:
                    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                except OSError:
                    pass
                assert other.get("/").status == 200
        client.close()
        os.close(writer)
        os.close(reader)
        for child in children:
            os.waitpid(child, 0)


def test_an_answer_that_ends_by_a_follower_as_its_client_leaves():
    """The leader has been told that the client has left while another thread forgets it."""

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            time.sleep(0.003)
        return echo(environ, start_response)

    with serving(application, threads=4) as site:

        def visit():
            for _ in range(60):
                with site.client() as client:
                    client.request("/slow", "Connection: close")
                    client.answer()
                client = site.client()
                client.request("/slow")
                client.socket.settimeout(0.003)
                try:
                    client.answer()
                except TimeoutError:
                    pass
                client.reset()

        visitors = [threading.Thread(target=visit) for _ in range(4)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        eventually(lambda: site.tally.total().open, 0)


GREEDY = """
import itertools, socket, sys, threading, time
from enfilade.server.engine.loop import CompiledLoop
from enfilade.server.options import Options

def application(environ, start_response):
    busy = time.perf_counter() + 0.0005  # so that the client is the faster one
    while time.perf_counter() < busy:
        pass
    start_response("200 OK", [])
    return [b"%d" % next(numbers)]

numbers = itertools.count()
listener = socket.create_server(("127.0.0.1", 0))
listener.setblocking(False)
print(listener.getsockname()[1], flush=True)
loop = CompiledLoop([listener], application, Options(threads=1))
loop._crew._watchdog = threading.Thread()  # nobody helps the leader out
threading.Thread(target=lambda: (sys.stdin.read(), loop.drain(0)), daemon=True).start()
loop.run()
"""


def test_who_asks_without_end_is_not_the_only_one():
    """A client that always has the next request here already must not keep the others waiting. The
    server has a process of its own, or it and the client would wait for each other's GIL."""
    flood = b"GET /flood HTTP/1.1\r\nHost: a\r\n\r\n" * 500
    server = subprocess.Popen(
        [sys.executable, "-c", GREEDY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    address = ("127.0.0.1", int(server.stdout.readline()))
    ended = threading.Event()
    with contextlib.closing(Client(address)) as greedy:

        def ask():
            with contextlib.suppress(OSError):
                while not ended.is_set():
                    greedy.socket.sendall(flood)

        def read():
            with contextlib.suppress(OSError):
                while greedy.socket.recv(1 << 16):
                    pass

        threads = [threading.Thread(target=each) for each in (ask, read)]
        for thread in threads:
            thread.start()
        try:
            numbers = []
            for _ in range(3):
                with Client(address) as client:
                    client.socket.settimeout(60)
                    numbers.append(int(client.get("/modest").body))
            served_between = [later - one for one, later in itertools.pairwise(numbers)]
            assert min(served_between) < 3000  # a batch or two, and what this process is late by
        finally:
            ended.set()
            greedy.socket.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(10)
            try:
                server.communicate(timeout=10)
            finally:
                server.kill()
