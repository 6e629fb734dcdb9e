"""What the loop and its threads write on the scoreboard while they serve."""

import threading

from enfilade.server.scoreboard import (
    ACCEPTED,
    GONE,
    RECEIVED,
    REFUSED,
    SENT,
    SHED,
    TIMED_OUT,
    TOOK,
    WAITED,
    Phase,
)
from patience import eventually
from wire import serving


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


class Gate:
    """An application that says when it was called and waits to be let go; at ``/drip`` it begins
    its answer first, and with a body it reads that."""

    def __init__(self):
        self.called, self.open = threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"] == "/drip":
            yield b"first"
        self.called.set()
        environ["wsgi.input"].read()
        self.open.wait(5)
        yield b"last"


def test_counts_connections_requests_and_bytes():
    with serving(hello) as site:
        with site.client() as client:
            answers = [client.get("/a"), client.get("/b")]
            eventually(lambda: site.tally.total().responses, [0, 0, 2, 0, 0, 0])
            assert site.tally.total().open == 1
            total = site.tally.total()
            assert total[RECEIVED] == 2 * len(b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n")
            sent = sum(len(answer.head + answer.body) for answer in answers)
            eventually(lambda: site.tally.total()[SENT], sent)
        eventually(lambda: site.tally.total().open, 0)
        assert site.tally.total()[ACCEPTED] == 1


def test_counts_a_connection_once_whatever_comes_over_it():
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with serving(hello) as site:
        with site.client() as client:
            for _ in range(3):
                assert client.send(chunked).answer().status == 200
                assert client.get("/").status == 200
            assert site.tally.total()[ACCEPTED] == site.tally.total().open == 1
        eventually(lambda: site.tally.total().open, 0)
        assert site.tally.total()[ACCEPTED] == 1


def test_counts_how_long_requests_waited_and_took():
    with serving(hello) as site, site.client() as client:
        client.get()
        eventually(lambda: sum(site.tally.total().histogram(TOOK)), 1)
        assert sum(site.tally.total().histogram(WAITED)) == 1
        assert 0 < site.tally.total().seconds(WAITED) < site.tally.total().seconds(TOOK)


def test_shows_what_the_threads_do():
    gate = Gate()
    with serving(gate) as site, site.client() as first, site.client() as second:
        first.request("/slow?x=1")
        assert gate.called.wait(5)
        gate.called.clear()
        second.request("/drip")
        assert gate.called.wait(5)
        shown = {activity.text: activity.phase for activity in site.tally.activities(0)}
        gate.open.set()
        first.answer()
        second.answer()
        assert shown == {"GET /slow?x=1": Phase.APPLICATION, "GET /drip": Phase.SENDING}
        eventually(lambda: site.tally.activities(0), [])


def test_shows_that_the_application_waits_for_the_body():
    gate = Gate()
    gate.open.set()
    with serving(gate, buffer_body=0, spool_body=0) as site, site.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        eventually(lambda: [a.phase for a in site.tally.activities(0)], [Phase.READING])
        client.send(b"cd")
        assert client.answer().status == 200


def test_shows_that_a_thread_is_held_by_a_client_that_does_not_read():
    def much(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"x" * 1_000_000 for _ in range(20))

    with serving(much) as site:
        with site.client(receive_buffer=4096) as client:
            client.request()
            eventually(lambda: [a.phase for a in site.tally.activities(0)], [Phase.HELD])
        eventually(lambda: site.tally.total()[GONE], 1)
        assert site.tally.activities(0) == []


def test_shows_how_many_requests_wait_for_a_thread():
    gate = Gate()
    with serving(gate, threads=1) as site:
        clients = [site.client() for _ in range(3)]
        for client in clients:
            client.request()
        eventually(lambda: site.tally.total().waiting, 2)
        gate.open.set()
        assert [client.answer().status for client in clients] == [200, 200, 200]
        eventually(lambda: site.tally.total().waiting, 0)


def test_counts_what_the_server_answers_itself():
    with serving(hello) as site, site.client() as client:
        client.send(b"nonsense\r\n\r\n")
        assert client.answer().status == 400
        eventually(lambda: site.tally.total().responses, [0, 0, 0, 0, 1, 0])
        assert site.tally.total()[REFUSED] == 1


def test_counts_requests_that_were_given_up_once():
    gate = Gate()
    with (
        serving(gate, threads=1, application_timeout=0.1) as site,
        site.client() as first,
        site.client() as second,
    ):
        first.request()
        assert gate.called.wait(5)
        second.request()
        assert {first.answer().status, second.answer().status} <= {503, 504}
        gate.open.set()
        total = site.tally.total
        eventually(lambda: total().responses, [0, 0, 0, 0, 0, 2])
        eventually(lambda: total().waiting, 0)
        assert total()[TIMED_OUT] + total()[SHED] == 2
