"""Accepting, draining, and what a worker hears of its loop."""

import errno
import logging
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from time import process_time, sleep

import pytest

from enfilade.server.engine import choose_loop
from enfilade.server.loop import Loop
from enfilade.server.loop.deadlines import NEVER
from enfilade.server.loop.doors import environ_of
from enfilade.server.options import Options
from enfilade.trace import recording
from enfilade.types import Environ, StartResponse
from patience import PATIENCE, until
from wire import Client, leave_nothing_behind, serving


def hello(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


class Gate:
    """An application that waits at ``/wait`` until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/wait":
            self.entered.release()
            self.opened.wait(10)
        return hello(environ, start_response)


# Listening -----------------------------------------------------------------------------------


def test_serves_a_unix_socket(tmp_path):
    environs = []

    def application(environ, start_response):
        environs.append(environ)
        return hello(environ, start_response)

    with serving(application, unix=str(tmp_path / "site.sock")) as site, site.client() as client:
        assert client.get("/").body == b"hello"
        assert site.wait_for_records(1)[0].peer == ""
    assert environs[0]["REMOTE_ADDR"] == ""


def test_serves_several_listeners():
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    for listener in listeners:
        listener.setblocking(False)
    loop = choose_loop()(listeners, hello, Options(threads=1))
    thread = threading.Thread(target=loop.run)
    thread.start()
    for listener in listeners:
        with Client(listener.getsockname()) as client:
            assert client.get("/").status == 200
    loop.drain(patience=0)
    thread.join(5)
    assert not thread.is_alive()
    for listener in listeners:
        listener.close()


def test_at_the_limit_of_connections_the_next_ones_wait():
    with serving(hello, limit_connections=2) as site:
        first, second, third = (site.client() for _ in range(3))
        assert first.get("/").status == second.get("/").status == 200
        third.request("/")
        third.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            third.answer()
        third.socket.settimeout(5)
        first.close()
        assert third.answer().status == 200
        second.close()
        third.close()


class OutOfDescriptors(socket.socket):
    """A listener in a process that may open no more files, as often as *times* says."""

    times = 3
    asked = 0

    def accept(self):
        type(self).asked += 1
        if type(self).asked <= self.times:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


def test_rests_when_it_may_open_no_more_files_and_then_goes_on(monkeypatch, caplog):
    monkeypatch.setattr("enfilade.server.loop.acceptor.REST", 0.05)
    listener = OutOfDescriptors()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.setblocking(False)
    loop = choose_loop()([listener], hello, Options(threads=1))
    with caplog.at_level(logging.CRITICAL, "enfilade.server"):
        thread = threading.Thread(target=loop.run)
        thread.start()
        with Client(listener.getsockname()) as client:
            assert client.get("/").status == 200
    assert OutOfDescriptors.asked <= 6  # it did not spin
    loop.drain(patience=0)
    thread.join(5)
    listener.close()


@pytest.mark.slow
def test_survives_the_limit_of_open_files_without_spinning():
    """F7: at RLIMIT_NOFILE the process stays, idles, and accepts again when it can."""
    with serving(hello) as site:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        waiting = Client(site.address)
        waiting.get("/")
        late = socket.socket()
        spare = os.open("/dev/null", os.O_RDONLY)
        resource.setrlimit(resource.RLIMIT_NOFILE, (spare, hard))
        logging.getLogger("enfilade.server").setLevel(logging.CRITICAL)
        try:
            late.connect(site.address)
            before = process_time()
            sleep(0.2)
            assert process_time() - before < 0.1
            assert waiting.get("/").status == 200
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            logging.getLogger("enfilade.server").setLevel(logging.NOTSET)
        os.close(spare)
        late.settimeout(5)
        late.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert late.recv(100).startswith(b"HTTP/1.1 200")
        late.close()
        waiting.close()


# Draining ------------------------------------------------------------------------------------


def test_drains_at_once_when_nothing_is_open():
    with serving(hello) as site:
        site.loop.drain()
        assert site.drained()


def test_a_drain_finishes_what_is_under_way():
    application = Gate()
    with serving(application, threads=4) as site:
        clients = [site.client() for _ in range(3)]
        for client in clients:
            client.request("/wait")
            application.entered.acquire(timeout=5)
        site.loop.drain()
        sleep(0.02)
        application.opened.set()
        assert [client.answer().status for client in clients] == [200, 200, 200]
        for client in clients:
            client.close()
        assert site.drained()


def test_a_drain_answers_requests_that_are_queued_or_still_arriving():
    application = Gate()
    with serving(application, threads=1) as site:
        busy, queued, arriving = (site.client() for _ in range(3))
        busy.request("/wait")
        application.entered.acquire(timeout=5)
        queued.request("/")
        arriving.send(b"GET / HTTP/1.1\r\n")
        sleep(0.05)
        site.loop.drain()
        sleep(0.05)
        application.opened.set()
        assert busy.answer().status == 200
        assert queued.answer().closes
        assert arriving.send(b"Host: a\r\n\r\n").answer().closes
        for client in (busy, queued, arriving):
            client.close()
        assert site.drained()


def test_a_drain_answers_the_next_request_of_an_idle_connection_and_closes_it():
    with serving(hello) as site, site.client() as client:
        assert not client.get("/").closes
        site.loop.drain()
        sleep(0.02)
        answer = client.get("/")
        assert (answer.status, answer.closes) == (200, True)
        assert client.rest() == b""
        client.close()
        assert site.drained()


def test_a_drain_lets_idle_connections_lapse():
    with serving(hello, keep_alive=0.1) as site, site.client() as client:
        client.get("/")
        site.loop.drain()
        assert client.rest() == b""
        assert site.drained()


def test_an_impatient_drain_closes_idle_connections_earlier():
    with serving(hello, keep_alive=60) as site, site.client() as client:
        client.get("/")
        site.loop.drain(patience=0.02)
        assert client.rest() == b""
        assert site.drained()


def compiled(loop) -> bool:
    return type(loop) is not Loop


def test_an_impatient_drain_closes_a_connection_even_if_its_answer_had_promised_to_keep_it():
    """The compiled engine makes the head when the application has answered and promises nothing."""
    application = Gate()
    with serving(application, keep_alive=60) as site, site.client() as client:
        client.request("/wait")
        application.entered.acquire(timeout=5)
        site.loop.drain(patience=0.1)
        sleep(0.05)
        application.opened.set()
        assert client.answer().closes is compiled(site.loop)
        assert client.rest() == b""
        client.close()
        assert site.drained()


def test_a_second_drain_may_be_less_patient():
    with serving(hello, keep_alive=60) as site, site.client() as client:
        client.get("/")
        site.loop.drain()
        client.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.rest()
        site.loop.drain(patience=0)
        client.socket.settimeout(5)
        assert client.rest() == b""
        assert site.drained()


@pytest.mark.parametrize("patience", [NEVER, 0])
def test_a_drain_takes_what_waits_in_the_backlog(patience):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    clients = [Client(listener.getsockname()) for _ in range(50)]
    for client in clients:
        client.request("/")
    loop = choose_loop()([listener], hello, Options(threads=2, limit_connections=10))
    loop.drain(patience)
    thread = threading.Thread(target=loop.run)
    thread.start()
    for client in clients:
        assert client.answer().status == 200
        client.close()
    thread.join(5)
    assert not thread.is_alive()
    listener.close()


def test_no_request_is_lost_when_loops_take_turns_under_load():
    """F2 in small: listeners are shared, one loop drains while the next accepts."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener.setblocking(False)
    stop, counts, failures = threading.Event(), [], []

    def load() -> None:
        client, count = Client(listener.getsockname()), 0
        try:
            while not stop.is_set():
                answer = client.get("/")
                count += answer.status == 200
                if answer.closes:
                    client.close()
                    client = Client(listener.getsockname())
        except Exception as error:
            failures.append(error)
        client.close()
        counts.append(count)

    loads = [threading.Thread(target=load) for _ in range(4)]
    loops = [choose_loop()([listener], hello, Options(threads=2, keep_alive=0.5)) for _ in range(5)]
    threads = [threading.Thread(target=loop.run) for loop in loops]
    for each in loads:
        each.start()
    for number, thread in enumerate(threads):
        thread.start()
        sleep(0.03)
        if number:
            loops[number - 1].drain()
        sleep(0.03)
    stop.set()
    loops[-1].drain()
    for each in loads + threads:
        each.join(10)
        assert not each.is_alive()
    listener.close()
    assert failures == []
    assert sum(counts) > 0


def test_a_signal_handler_may_drain():
    program = """
        import signal, socket
        from enfilade.server.engine import choose_loop
        from enfilade.server.options import Options

        def application(environ, start_response):
            start_response("200 OK", [])
            return [b"hello"]

        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        port = listener.getsockname()[1]
        Loop = choose_loop()
        loop = Loop([listener], application, Options(), on_ready=lambda: print(port, flush=True))
        signal.signal(signal.SIGTERM, lambda *_: loop.drain())
        loop.run()
        print("drained", flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    port = int(process.stdout.readline())
    with Client(("127.0.0.1", port)) as client:
        assert client.get("/").body == b"hello"
        process.send_signal(signal.SIGTERM)
        # The handler's thread may not be the one that answers.
        until(lambda: client.get("/").closes, "the connection ends")
    output, _ = process.communicate(timeout=PATIENCE)
    assert output == "drained\n"
    assert process.returncode == 0


# Storms --------------------------------------------------------------------------------------


def test_clients_that_leave_at_any_point_leave_nothing_behind():
    """F10 in small: connections, descriptors and threads are as before."""
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" * 2
    chance = random.Random(1)

    def application(environ, start_response):
        start_response("200 OK", [])
        for _ in range(chance.randrange(4)):
            yield b"x" * chance.choice([10, 100_000])

    with serving(application, threads=4) as site:
        leave_nothing_behind(site, request, 300, chance)


def test_an_access_log_that_fails_fails_no_request(caplog):
    caplog.set_level(logging.CRITICAL)

    def broken(record):
        raise RuntimeError("the log is broken")

    with serving(hello, access=broken) as site, site.client() as client:
        for _ in range(3):
            assert client.get("/").body == b"hello"
        assert client.send(b"nonsense\r\n\r\n").answer().status == 400


# What is told --------------------------------------------------------------------------------


def test_each_answer_has_an_access_record():
    with serving(hello) as site, site.client() as client:
        client.get("/path?x=1", "User-Agent: probe", "Referer: http://there/")
        refused = client.send(b"nonsense\r\n\r\n").answer()
        good, bad = site.wait_for_records(2)
    assert (good.method, good.target, good.version) == ("GET", "/path?x=1", "HTTP/1.1")
    assert (good.status, good.peer) == (200, "127.0.0.1")
    assert (good.user_agent, good.referer) == ("probe", "http://there/")
    assert good.bytes_sent == len(b"hello")
    assert 0 <= good.queued <= good.duration < 10
    assert (bad.status, bad.method, bad.target) == (400, "-", "-")
    assert bad.bytes_sent == len(refused.body)


def test_the_size_in_the_record_is_that_of_the_body_without_head_and_chunks():
    def piecemeal(environ, start_response):
        start_response("200 OK", [])
        yield b"some "
        yield b"words"

    with serving(piecemeal) as site, site.client() as client:
        client.get("/")
        client.request("/", method="HEAD")
        client.answer("HEAD")
        assert [record.bytes_sent for record in site.wait_for_records(2)] == [10, 0]


def test_an_answer_that_the_loop_finishes_is_recorded_when_it_is_complete():
    size = 10_000_000

    def large(environ, start_response):
        start_response("200 OK", [])
        return [b"x" * size]

    with serving(large) as site, site.client(receive_buffer=10_000) as client:
        client.request("/")
        sleep(0.05)
        assert site.records == []
        client.answer()
        assert site.wait_for_records(1)[0].bytes_sent == size


def test_a_trace_follows_the_request_from_accept_to_send():
    with recording() as traces, serving(hello) as site, site.client() as client:
        for number in range(2):
            client.get("/")
            site.wait_for_records(number + 1)
    assert len(traces) == 2
    for trace in traces:
        assert [event.event for event in trace.events] == [
            "accept", "read", "gateway", "write", "send"
        ]  # fmt: skip


def test_the_environ_says_how_it_is_served():
    environs = []

    def application(environ, start_response):
        environs.append(environ)
        return hello(environ, start_response)

    with serving(application, threads=3, workers=2) as site, site.client() as client:
        client.get("/")
        host, port = client.socket.getsockname()
    environ = environs[0]
    assert environ["SERVER_PORT"] == str(site.address[1])
    assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == (host, str(port))
    assert environ["wsgi.multithread"] is True
    assert environ["wsgi.multiprocess"] is True


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_the_name_of_a_server_on_ipv6_is_in_brackets():
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        assert environ_of(listener, Options())["SERVER_NAME"] == "[::1]"
