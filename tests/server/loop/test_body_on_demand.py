"""Bodies too large to wait for: the application reads them while they arrive."""

import contextlib
import hashlib
import logging
import os
import random
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from time import sleep
from typing import BinaryIO

import pytest

from enfilade.exceptions import TransportLost, UnreadablePostError
from enfilade.protocol.errors import ProtocolError
from enfilade.server.loop.feed import HIGH_WATER
from enfilade.types import Environ, StartResponse
from patience import eventually, until
from wire import Client, Site, leave_nothing_behind, serving

SMALL = {"buffer_body": 1000, "spool_body": 10_000}
CHUNKED = b"POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
NEXT = b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"


def post(size: int, *fields: str, method: str = "POST", version: str = "1.1") -> bytes:
    lines = [f"{method} /form HTTP/{version}", "Host: a", f"Content-Length: {size}", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def echo(environ: Environ, start_response: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode(), b" ", body]


def ignoring(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode()]


class Reader:
    """Says that it was called, reads when it is told to, and keeps what that gave or raised."""

    def __init__(self, read: Callable = lambda stream: stream.read()) -> None:
        self.called = threading.Event()
        self.go = threading.Event()
        self.done = threading.Event()
        self.result: object = None
        self.error: BaseException | None = None
        self.closed = 0
        self._read = read

    def __call__(self, environ: Environ, start_response: StartResponse) -> "Reader":
        self.called.set()
        assert self.go.wait(10)
        try:
            self.result = self._read(environ["wsgi.input"])
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.done.set()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"done"

    def close(self) -> None:
        self.closed += 1


def sent_by(client: Client) -> int:
    """How much a client that never stops can send before it is held up."""
    client.socket.settimeout(0.3)
    sent = 0
    try:
        while sent < 30_000_000:
            sent += client.socket.send(b"x" * 65536)
    except TimeoutError:
        pass
    client.socket.settimeout(10)
    return sent


# When the application is called ---------------------------------------------------------------


@pytest.mark.parametrize("size", [1000, 1001, 10_000])
def test_a_body_up_to_the_spool_is_received_before_the_application_is_called(size):
    application = Reader()
    application.go.set()
    with serving(application, **SMALL) as site, site.client() as client:
        client.send(post(size) + b"x" * (size - 1))
        assert not application.called.wait(0.05)
        assert client.send(b"x").answer().body == b"done"
        assert application.result == b"x" * size


@pytest.mark.parametrize("options", [SMALL, {"buffer_body": 9999, "spool_body": 0}])
def test_a_longer_body_is_handed_over_with_its_head(options):
    application = Reader()
    with serving(application, **options) as site, site.client() as client:
        client.send(post(10_001))
        assert application.called.wait(5)
        application.go.set()
        assert client.send(b"x" * 10_001).answer().body == b"done"
        assert application.result == b"x" * 10_001


def test_a_chunked_body_is_handed_over_when_it_outgrows_the_spool():
    application = Reader()
    body = [os.urandom(5000) for _ in range(4)]
    with serving(application, **SMALL) as site, site.client() as client:
        client.send(CHUNKED + chunk(body[0]) + chunk(body[1]))
        assert not application.called.wait(0.05)
        client.send(chunk(body[2]))
        assert application.called.wait(5)
        application.go.set()
        assert client.send(chunk(body[3]) + b"0\r\n\r\n").answer().body == b"done"
        assert application.result == b"".join(body)


def test_without_any_buffer_every_body_is_on_demand():
    application = Reader()
    with serving(application, buffer_body=0, spool_body=0) as site, site.client() as client:
        client.send(post(1))
        assert application.called.wait(5)
        application.go.set()
        assert client.send(b"x").answer().body == b"done"


def test_a_long_body_that_came_in_one_piece_is_whole_at_once():
    with serving(echo, buffer_body=10, spool_body=0) as site, site.client() as client:
        assert client.send(post(1000) + b"x" * 1000 + NEXT).answer().body == b"/form " + b"x" * 1000
        assert client.answer().body == b"/next "


# How it can be read ---------------------------------------------------------------------------

LINES = b"".join(b"%d %b\r\n" % (n, b"y" * (n % 300)) for n in range(3000))


@pytest.mark.parametrize(
    "read",
    [
        lambda stream: stream.read(),
        lambda stream: b"".join(iter(lambda: stream.read(777), b"")),
        lambda stream: b"".join(iter(stream.readline, b"")),
        lambda stream: b"".join(iter(lambda: stream.readline(100), b"")),
        lambda stream: b"".join(stream.readlines()),
        lambda stream: b"".join(stream),
    ],
    ids=["read", "read some", "readline", "readline some", "readlines", "iterate"],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_every_way_of_reading_gives_the_whole_body_and_its_end(read, chunked):
    application = Reader(read)
    application.go.set()
    pieces = [LINES[at : at + 20_011] for at in range(0, len(LINES), 20_011)]
    with serving(application, **SMALL) as site, site.client() as client:
        if chunked:
            client.send(CHUNKED)
            for piece in pieces:
                client.send(chunk(piece))
            client.send(b"0\r\n\r\n")
        else:
            client.send(post(len(LINES)))
            for piece in pieces:
                client.send(piece)
        assert client.answer().body == b"done"
        assert application.result == LINES
        assert client.send(NEXT).answer().body == b"done"
    assert application.closed == 2  # once for each


def test_requests_that_follow_in_the_same_bytes_are_answered_in_order():
    body = os.urandom(300_000)
    with serving(echo, **SMALL) as site, site.client() as client:
        sender = threading.Thread(target=client.send, args=((post(len(body)) + body + NEXT) * 3,))
        sender.start()
        for _ in range(3):
            assert client.answer().body == b"/form " + body
            assert client.answer().body == b"/next "
        sender.join(5)


def test_http_1_0_can_send_a_large_body_too():
    body = os.urandom(100_000)
    with serving(echo, **SMALL) as site:
        with site.client() as client:
            client.send(post(len(body), version="1.0") + body)
            assert client.answer().body == b"/form " + body
            assert client.rest() == b""
        with site.client() as client:
            for _ in range(2):
                client.send(post(len(body), "Connection: keep-alive", version="1.0") + body)
                assert client.answer().body == b"/form " + body


def test_a_large_body_of_a_head_request_is_read_and_the_answer_has_none():
    application = Reader()
    application.go.set()
    with serving(application, **SMALL) as site, site.client() as client:
        client.send(post(20_000, method="HEAD") + b"x" * 20_000 + NEXT)
        assert client.answer("HEAD").status == 200
        assert client.answer().body == b"done"


def test_an_answer_may_go_out_while_the_body_comes_in():
    def application(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        while block := environ["wsgi.input"].readline():
            yield block

    with serving(application, **SMALL) as site, site.client() as client:
        client.send(post(5 * 20_000))
        received = b""
        for number in range(5):
            client.send(b"%d" % number * 19_999 + b"\n")
            while received.count(b"\n0\r\n") + received.count(b"\n\r\n") < number + 2:
                received += client.socket.recv(65536)
        assert all(b"%d" % n * 1000 in received for n in range(5))


# What it costs -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_client_that_is_faster_than_the_application_is_held_up_until_that_reads():
    size = 50_000_000
    application = Reader(lambda stream: sum(map(len, iter(lambda: stream.read(65536), b""))))
    with serving(application, **SMALL) as site, site.client() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        client.send(post(size))
        assert application.called.wait(5)
        sent = sent_by(client)
        assert HIGH_WATER <= sent < 20_000_000  # the kernel's buffers included
        application.go.set()
        client.send(b"x" * (size - sent))
        assert client.answer().status == 200
        assert application.result == size


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_upload_costs_little_memory(chunked):
    program = rf"""
        import re, socket, sys, threading
        from pathlib import Path
        from enfilade.server.engine import choose_loop
        from enfilade.server.options import Options

        def application(environ, start_response):
            size = 0
            while block := environ["wsgi.input"].read(65536):
                size += len(block)
            start_response("200 OK", [("Content-Length", str(len(str(size))))])
            return [str(size).encode()]

        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        print(listener.getsockname()[1], flush=True)

        def peak():  # of this program alone; getrusage remembers what it was forked from
            return int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1])

        before = peak()
        Loop = choose_loop()
        loop = Loop([listener], application, Options(spool_body={4_000_000 if chunked else 0}))
        threading.Thread(target=lambda: (sys.stdin.read(), loop.drain(0)), daemon=True).start()
        loop.run()
        print(peak() - before, flush=True)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    size, block = 100 * (1 << 20), b"x" * (1 << 20)
    with Client(("127.0.0.1", int(process.stdout.readline()))) as client:
        client.send(CHUNKED if chunked else post(size))
        for _ in range(100):
            client.send(chunk(block) if chunked else block)
        client.send(b"0\r\n\r\n" if chunked else b"")
        assert client.answer().body == str(size).encode()
    output, _ = process.communicate(timeout=10)
    assert int(output) < 32 * 1024  # kilobytes


def nameless_files() -> int:
    """How many open files of this process have no name, as spooled bodies have none."""
    links = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return sum(link.endswith(" (deleted)") for link in links)


def test_uploads_leave_no_file_open():
    during = []

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        during.append(nameless_files())
        return echo(environ, start_response)

    with serving(application, **SMALL) as site, site.client() as client:
        before = nameless_files()
        body = b"x" * 20_000
        for _ in range(3):
            client.send(CHUNKED + chunk(body))
            until(lambda: during, "the application is called")
            client.send(chunk(body) + b"0\r\n\r\n")
            assert client.answer().body == b"/form " + body * 2
        assert max(during) > before
        eventually(nameless_files, before)


# Expect: 100-continue ------------------------------------------------------------------------


def test_the_client_is_told_to_continue_when_the_application_first_reads():
    application = Reader()
    with serving(application, **SMALL) as site, site.client() as client:
        client.send(post(20_000, "Expect: 100-continue"))
        assert application.called.wait(5)
        client.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.answer()
        client.socket.settimeout(5)
        application.go.set()
        assert client.answer().head == b"HTTP/1.1 100 Continue\r\n\r\n"
        answer = client.send(b"x" * 20_000).answer()
        assert (answer.status, answer.closes) == (200, False)


def test_a_client_that_did_not_wait_is_not_told():
    with serving(echo, **SMALL) as site, site.client() as client:
        client.send(post(20_000, "Expect: 100-continue") + b"x" * 20_000)
        assert client.answer().status == 200


def test_a_client_that_waits_gets_the_answer_instead_if_nothing_is_read():
    with serving(ignoring, **SMALL) as site, site.client() as client:
        answer = client.send(post(20_000, "Expect: 100-continue")).answer()
        assert (answer.status, answer.closes) == (200, True)
        client.half_close()
        assert client.rest() == b""


def test_nobody_is_told_to_continue_in_the_middle_of_an_answer():
    def application(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", "20005")])
        yield b"begun"
        yield environ["wsgi.input"].read()

    with serving(application, **SMALL) as site, site.client() as client:
        client.send(post(20_000, "Expect: 100-continue"))
        sleep(0.05)
        client.send(b"x" * 20_000)
        answer = client.answer()
        assert (answer.status, answer.body) == (200, b"begun" + b"x" * 20_000)


# An application that does not read it all ----------------------------------------------------


@pytest.mark.parametrize("read", [0, 10_000])
def test_a_small_rest_is_skipped_and_the_connection_stays(read):
    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        environ["wsgi.input"].read(read)
        return ignoring(environ, start_response)

    with serving(application, **SMALL) as site, site.client() as client:
        client.send(post(40_000) + b"x" * 20_000)
        answer = client.answer()
        assert (answer.body, answer.closes) == (b"/form", False)
        sleep(0.02)
        client.send(b"x" * 20_000 + NEXT)
        assert client.answer().body == b"/next"


def test_the_rest_of_a_chunked_body_is_skipped_too():
    with serving(ignoring, **SMALL) as site, site.client() as client:
        client.send(CHUNKED + chunk(b"x" * 20_000))
        assert client.answer().body == b"/form"
        client.send(chunk(b"x" * 20_000) + b"0\r\n\r\n" + NEXT)
        assert client.answer().body == b"/next"


def test_a_large_rest_ends_the_connection_without_a_reset():
    with serving(ignoring, **SMALL) as site, site.client() as client:
        client.send(post(3_000_000))
        for _ in range(10):
            client.send(b"x" * 100_000)
            sleep(0.001)
        answer = client.answer()
        assert (answer.body, answer.closes) == (b"/form", True)
        client.half_close()
        assert not client.is_reset()


def test_a_chunked_rest_that_turns_out_large_ends_the_connection():
    with serving(ignoring, **SMALL) as site, site.client() as client:
        client.send(CHUNKED + chunk(b"x" * 20_000))
        assert client.answer().body == b"/form"
        for _ in range(10):
            client.send(chunk(b"x" * 20_000))
        assert client.rest() == b""  # while our half is open


def test_a_rest_that_does_not_come_ends_the_connection(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.reception.SKIP_TIME", 0.05)
    with serving(ignoring, **SMALL) as site, site.client() as client:
        client.send(post(20_000))
        assert client.answer().body == b"/form"
        assert client.rest() == b""


def test_a_rest_that_is_malformed_ends_the_connection():
    with serving(ignoring, **SMALL) as site, site.client() as client:
        client.send(CHUNKED + chunk(b"x" * 20_000))
        assert client.answer().body == b"/form"
        client.send(b"nonsense\r\n" + NEXT)
        assert client.rest() == b""


# What goes wrong -----------------------------------------------------------------------------


def served_reader(site: Site, application: Reader, data: bytes) -> Client:
    client = site.client().send(data)
    assert application.called.wait(5)
    application.go.set()
    return client


@pytest.mark.parametrize(
    ("head", "rest", "status"),
    [
        (post(20_000), b"x" * 15_000, 400),
        (CHUNKED + chunk(b"x" * 15_000), b"", 400),
        (CHUNKED + chunk(b"x" * 15_000), b"5\r\nhel", 400),
        (CHUNKED + chunk(b"x" * 15_000), b"nonsense\r\n", 400),
        (CHUNKED + chunk(b"x" * 15_000), b"5\r\nhello!!", 400),
        (CHUNKED + chunk(b"x" * 15_000), chunk(b"x" * 20_000), 413),
    ],
    ids=["cut", "cut before a chunk", "cut in a chunk", "no chunk", "bad end", "too large"],
)
def test_a_broken_body_raises_and_is_refused(head, rest, status):
    application = Reader()
    with serving(application, limit_body=30_000, **SMALL) as site:
        with served_reader(site, application, head) as client:
            client.send(rest).half_close()
            answer = client.answer()
            assert (answer.status, answer.closes) == (status, True)
            assert client.rest() == b""
        assert isinstance(application.error, UnreadablePostError)
        assert isinstance(application.error.__cause__, ProtocolError)
        assert site.wait_for_records(1)[0].status == status


def test_an_application_that_overlooks_a_broken_body_cannot_keep_the_connection():
    def read(stream: BinaryIO) -> bytes:
        try:
            return stream.read()
        except OSError:
            return b"overlooked"

    application = Reader(read)
    with (
        serving(application, **SMALL) as site,
        served_reader(site, application, CHUNKED + chunk(b"x" * 15_000)) as client,
    ):
        answer = client.send(b"nonsense\r\n" + NEXT).answer()
        assert (answer.body, answer.closes) == (b"done", True)
        client.half_close()
        assert client.rest() == b""
    assert application.result == b"overlooked"


def test_a_broken_body_in_the_middle_of_an_answer_cuts_that_off():
    def application(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"begun"
        yield environ["wsgi.input"].read()

    with serving(application, **SMALL) as site, site.client() as client:
        client.send(CHUNKED + chunk(b"x" * 15_000))
        received = client.socket.recv(100)
        client.send(b"nonsense\r\n").half_close()
        received += client.rest()
        assert received.startswith(b"HTTP/1.1 200")
        assert received.endswith(b"begun\r\n")


def test_a_client_that_is_gone_is_transport_lost_and_close_is_called_once():
    closed: list[bool] = []
    errors: list[BaseException] = []

    class Closing:
        def __init__(self, stream) -> None:
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield self.stream.read()
            except BaseException as error:
                errors.append(error)
                raise

        def close(self) -> None:
            closed.append(True)

    def application(environ: Environ, start_response: StartResponse) -> Closing:
        start_response("200 OK", [])
        return Closing(environ["wsgi.input"])

    with serving(application, **SMALL) as site:
        client = site.client().send(post(20_000) + b"x" * 15_000)
        sleep(0.05)
        client.reset()
        site.wait_for_records(1)
    assert closed == [True]
    assert isinstance(errors[0].__cause__, TransportLost)


def test_a_client_that_lets_the_application_wait_too_long_is_408(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.feed.BODY_START", 0.05)
    application = Reader()
    with serving(application, body_rate=1_000_000, application_timeout=5, **SMALL) as site:
        with served_reader(site, application, post(100_000) + b"x" * 20_000) as client:
            answer = client.answer()
            assert (answer.status, answer.closes) == (408, True)
        assert isinstance(application.error, UnreadablePostError)
        assert site.stuck == 0


def test_a_client_that_stalls_although_it_gets_an_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.feed.BODY_START", 0.05)

    def application(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"x" * 10_000_000  # more than the kernel takes at once
        yield environ["wsgi.input"].read()

    with serving(application, body_rate=1_000_000, **SMALL) as site, site.client() as client:
        received = client.send(post(20_000)).rest()
        assert len(received) > 10_000_000
        assert not received.endswith(b"0\r\n\r\n")


def test_fast_bytes_do_not_buy_endless_patience(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.feed.STALL", 0.1)
    application = Reader()
    with (
        serving(application, body_rate=1, **SMALL) as site,
        served_reader(site, application, post(100_000) + b"x" * 90_000) as client,
    ):
        assert client.answer().status == 408


def test_an_application_that_dawdles_does_not_use_up_the_clients_time(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.feed.BODY_START", 0.3)
    application = Reader()
    with serving(application, body_rate=1_000_000, **SMALL) as site, site.client() as client:
        client.send(post(20_000))
        assert application.called.wait(5)
        sleep(0.4)
        application.go.set()
        assert client.send(b"x" * 20_000).answer().status == 200


@pytest.mark.slow
def test_time_spent_on_receiving_does_not_count_as_the_applications():
    application = Reader()
    with serving(application, application_timeout=0.2, **SMALL) as site:
        with served_reader(site, application, post(20_000)) as client:
            for _ in range(10):
                client.send(b"x" * 2000)
                sleep(0.05)
            assert client.answer().status == 200
        assert site.stuck == 0


def test_an_application_that_hangs_after_reading_is_504(caplog):
    caplog.set_level(logging.CRITICAL, "enfilade.server")
    let_go, errors = threading.Event(), []

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        environ["wsgi.input"].read(15_000)
        let_go.wait(10)
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            errors.append(error)
            raise
        return ignoring(environ, start_response)

    with serving(application, application_timeout=0.1, **SMALL) as site, site.client() as client:
        answer = client.send(post(20_000) + b"x" * 15_000).answer()
        assert (answer.status, answer.closes) == (504, True)
        let_go.set()
        client.half_close()
        assert client.rest() == b""
        assert len(site.wait_for_records(1)) == 1
    assert site.stuck == 1
    until(lambda: errors, "the application is told")  # which nobody waits for any more
    assert isinstance(errors[0].__cause__, TransportLost)


def test_a_request_cut_off_behind_another_one_does_not_wait_for_its_deadline():
    application = Reader()
    application.go.set()
    with serving(application, **SMALL) as site, site.client() as client:
        client.send(NEXT + post(20_000) + b"x").half_close()
        assert client.answer().status == 200
        assert client.answer().status == 400


def test_clients_that_leave_during_uploads_leave_nothing_behind():
    chance = random.Random(2)
    body = post(60_000) + b"x" * 60_000 + CHUNKED + chunk(b"x" * 30_000) + b"0\r\n\r\n"

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        environ["wsgi.input"].read(chance.choice([0, 100, 30_000, 70_000]))
        return ignoring(environ, start_response)

    with serving(application, threads=3, **SMALL) as site:
        leave_nothing_behind(site, body, 200, chance)


# Draining ------------------------------------------------------------------------------------


def test_a_drain_waits_for_an_upload_and_its_answer_ends_the_connection():
    application = Reader()
    with serving(application, **SMALL) as site:
        with served_reader(site, application, post(200_000) + b"x" * 20_000) as client:
            site.loop.drain(patience=0)
            sleep(0.05)
            answer = client.send(b"x" * 180_000).answer()
            assert (answer.status, answer.closes) == (200, True)
            assert client.rest() == b""
        assert application.result == b"x" * 200_000
        assert site.drained()


# The whole server ----------------------------------------------------------------------------

DIGEST = """
import hashlib

def app(environ, start_response):
    digest = hashlib.sha256()
    while block := environ["wsgi.input"].read(65536):
        digest.update(block)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["REQUEST_METHOD"].encode() + b" " + digest.hexdigest().encode()]
"""


def test_a_file_can_be_put_to_a_real_server(launch, tmp_path):
    (tmp_path / "digest.py").write_text(DIGEST)
    (tmp_path / "enfilade.toml").write_text("spool-body = 100000\n")
    server = launch("digest:app").wait_until_ready()
    body = os.urandom(5_000_000)
    connection = server.connect()
    connection.request("PUT", "/file", body)
    answer = connection.getresponse().read()
    assert answer == b"PUT " + hashlib.sha256(body).hexdigest().encode()
    connection.close()
