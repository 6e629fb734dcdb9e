"""The four deadlines and what they protect: the other clients."""

import logging
import threading
from time import sleep

import pytest

from enfilade.server.loop.connection import Connection
from enfilade.server.loop.exchange import Exchange
from enfilade.server.scoreboard import ACCEPTED, CLOSED
from enfilade.types import Environ, StartResponse
from patience import PATIENCE, eventually
from wire import serving

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


def hello(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


# Head ----------------------------------------------------------------------------------------


def test_a_head_that_takes_too_long_is_408():
    with serving(hello, head_timeout=0.05) as site, site.client() as client:
        answer = client.send(HEAD).answer()
        assert (answer.status, answer.closes) == (408, True)


def test_dribbling_does_not_extend_the_time_for_a_head():
    with serving(hello, head_timeout=0.1) as site, site.client() as client:
        statuses = []
        reader = threading.Thread(target=lambda: statuses.append(client.answer().status))
        reader.start()
        for number in range(100):
            if not reader.is_alive():
                break
            client.send(b"X-%d: y\r\n" % number if number else HEAD)
            sleep(0.01)
        reader.join(5)
        assert statuses == [408]


def test_the_head_of_a_later_request_has_a_deadline_too():
    with serving(hello, head_timeout=0.05) as site, site.client() as client:
        client.get("/")
        assert client.send(HEAD).answer().status == 408


def test_the_head_of_a_pipelined_request_has_a_deadline_too():
    with serving(hello, head_timeout=0.05) as site, site.client() as client:
        client.send(HEAD + b"\r\n" + HEAD)
        assert client.answer().status == 200
        assert client.answer().status == 408


def test_many_stalled_heads_hold_up_nobody():
    with serving(hello, threads=1) as site:
        stalled = [site.client().send(HEAD) for _ in range(200)]
        with site.client() as client:
            for _ in range(20):
                assert client.get("/").body == b"hello"
        for client in stalled:
            client.close()


# Body ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_body_below_the_slowest_rate_is_408(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.intake.BODY_START", 0.05)
    with serving(hello, body_rate=1_000_000) as site, site.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
        assert client.answer().status == 408


def test_a_body_above_the_slowest_rate_may_take_long(monkeypatch):
    monkeypatch.setattr("enfilade.server.loop.intake.BODY_START", 0.1)
    with serving(hello, body_rate=100) as site, site.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n")
        for _ in range(30):
            client.send(b"x" * 10)
            sleep(0.01)
        assert client.answer().status == 200


# Application ---------------------------------------------------------------------------------


class Hanging:
    """Hangs at ``/hang`` until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.gone = threading.Event()

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/hang":
            self.let_go.wait(10)
            try:
                return hello(environ, start_response)
            finally:
                self.gone.set()
        return hello(environ, start_response)


def test_an_application_that_does_not_answer_is_504_and_its_stack_is_logged(caplog):
    application = Hanging()
    caplog.set_level(logging.ERROR, "enfilade.server")
    with serving(application, application_timeout=0.1) as site, site.client() as client:
        answer = client.get("/hang?for=ever")
        assert (answer.status, answer.closes) == (504, True)
        assert site.stuck == 1
        assert site.wait_for_records(1)[0].status == 504
        application.let_go.set()
    assert "GET /hang?for=ever" in caplog.text
    assert "self.let_go.wait(10)" in caplog.text


def test_what_a_late_application_says_is_dropped():
    application = Hanging()
    with serving(application, application_timeout=0.1) as site, site.client() as client:
        client.request("/hang")
        sleep(0.15)
        assert client.answer().status == 504
        application.let_go.set()
        assert application.gone.wait(5)
        client.half_close()
        assert client.rest() == b""
        assert len(site.wait_for_records(1)) == 1


def test_stuck_threads_are_replaced():
    application = Hanging()
    with serving(application, threads=2, application_timeout=0.1) as site:
        for _ in range(3):
            clients = [site.client() for _ in range(2)]
            for client in clients:
                client.request("/hang")
            for client in clients:
                assert client.answer().status == 504
                client.close()
        with site.client() as client:
            assert client.get("/").status == 200
        application.let_go.set()
    assert site.stuck == 6


def test_a_request_that_no_thread_takes_in_time_is_503_and_is_never_run():
    application = Hanging()
    paths = []

    def noting(environ, start_response):
        paths.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/stream":
            start_response("200 OK", [])(b"begun")  # so that it has no deadline any more
            application.let_go.wait(10)
            return []
        return hello(environ, start_response)

    with (
        serving(noting, threads=1, application_timeout=0.1) as site,
        site.client() as busy,
        site.client() as waiting,
    ):
        busy.request("/stream")
        waiting.request("/never")
        assert waiting.answer().status == 503
        application.let_go.set()
        assert busy.answer().body == b"begun"
    assert paths == ["/stream"]
    assert site.stuck == 0


def test_who_hangs_gets_his_504_even_if_no_thread_can_take_the_place(caplog):
    application = Hanging()
    caplog.set_level(logging.ERROR, "enfilade.server")
    with serving(application, threads=1, application_timeout=0.1) as site:
        before = threading.stack_size(1 << 46)  # more than there are addresses
        try:
            with site.client() as client:
                assert client.get("/hang").status == 504
        finally:
            threading.stack_size(before)
        with site.client() as client:
            assert client.get("/").status == 200
        application.let_go.set()
    assert "no thread can take the place of one that is stuck" in caplog.text


def test_an_answer_that_has_begun_may_take_as_long_as_it_likes():
    def stream(environ, start_response):
        start_response("200 OK", [])
        for _ in range(4):
            yield b"x"
            sleep(0.06)

    with serving(stream, application_timeout=0.1, keep_alive=0.1) as site, site.client() as client:
        assert client.get("/").body == b"xxxx"


# Write ---------------------------------------------------------------------------------------

LARGE = 20_000_000


def large(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [])
    return [b"x" * LARGE]


def test_a_reader_that_takes_nothing_is_dropped():
    with serving(large, write_timeout=0.1) as site, site.client(receive_buffer=10_000) as client:
        client.request("/")
        assert site.wait_for_records(1)
        with pytest.raises((EOFError, ConnectionResetError)):
            client.answer()


@pytest.mark.slow
def test_a_slow_reader_is_not_dropped_while_it_reads():
    with serving(large, write_timeout=0.3) as site, site.client(receive_buffer=10_000) as client:
        client.request("/")
        received = 0
        for _ in range(40):
            received += len(client.socket.recv(20_000))
            sleep(0.02)
        assert site.records == []
        assert received > 0


def test_slow_readers_hold_no_thread_once_the_application_is_done():
    def application(environ, start_response):
        return (large if environ["PATH_INFO"] == "/large" else hello)(environ, start_response)

    with serving(application, threads=1) as site:
        slow = [site.client(receive_buffer=10_000) for _ in range(5)]
        for client in slow:
            client.request("/large")
        with site.client() as client:
            assert client.get("/").body == b"hello"
        assert len(slow[0].answer().body) == LARGE
        for client in slow:
            client.close()


# Without memory ------------------------------------------------------------------------------

CHUNKED = HEAD.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


def test_a_thread_is_free_when_the_deadline_of_its_reader_could_not_be_told_of(monkeypatch):
    ended = threading.Event()

    def out_of_memory(connection):
        raise MemoryError

    def endless(environ, start_response):
        start_response("200 OK", [])
        try:
            while True:
                yield b"x" * 100_000
        finally:
            ended.set()

    monkeypatch.setattr(Connection, "reader_is_late", out_of_memory)
    with serving(endless, threads=1, write_timeout=0.1) as site, site.client() as client:
        client.send(CHUNKED)
        assert ended.wait(PATIENCE)
        eventually(lambda: site.tally.total().open, 0)


def test_a_connection_ends_once_when_its_deadline_could_not_be_told_of(monkeypatch):
    due, failed, let_go = Exchange.due, threading.Event(), threading.Event()

    def out_of_memory(exchange, options):
        if exchange.began:
            failed.set()
            raise MemoryError
        return due(exchange, options)

    def late(environ, start_response):
        let_go.wait(PATIENCE)
        return hello(environ, start_response)

    monkeypatch.setattr(Exchange, "due", out_of_memory)
    with serving(late, threads=1, application_timeout=0.1) as site:
        with site.client() as client:
            client.send(CHUNKED)
            assert failed.wait(PATIENCE)
            let_go.set()
            assert client.rest() == b""
        site.wait_for_records(1)
    assert site.tally.total()[ACCEPTED] == site.tally.total()[CLOSED] == 1
