"""Health checks are answered while the application can answer nothing."""

import threading

import pytest

from enfilade.server.health import HealthPorter, open_health
from enfilade.server.options import Options
from enfilade.server.scoreboard import Scoreboard
from patience import until
from wire import serving


@pytest.fixture
def board():
    return Scoreboard(1, 1)


@pytest.fixture
def porter(board):
    return HealthPorter("/livez", "/readyz", board.server, longest_wait=0.1)


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"application"]


def test_is_off_unless_asked_for(board):
    assert open_health(Options(), board.server) is None
    assert open_health(Options(health=True), board.server).prefixes == (b"/livez", b"/readyz")
    assert open_health(Options(readyz="/up"), board.server).prefixes == (b"/up",)
    both = open_health(Options(health=True, livez="/alive"), board.server)
    assert both.prefixes == (b"/alive", b"/readyz")


def test_says_ok_in_a_line_that_nobody_may_store(porter):
    with serving(hello, porter=porter) as site, site.client() as client:
        for path in ("/livez", "/readyz", "/readyz?verbose=1"):
            answer = client.get(path)
            assert (answer.status, answer.body) == (200, b"ok\n")
            assert answer.headers["cache-control"] == "no-store"
        assert client.get("/livez", method="HEAD").status == 200


def test_leaves_other_paths_and_methods_to_the_application(porter):
    with serving(hello, porter=porter) as site, site.client() as client:
        for path in ("/livezoo", "/readyz/", "/"):
            assert client.get(path).body == b"application"
        assert client.get("/livez", method="DELETE").body == b"application"


def test_is_not_ready_while_the_server_drains_or_is_paused(board, porter):
    with serving(hello, porter=porter) as site, site.client() as client:
        board.server[1] = 1
        answer = client.get("/readyz")
        assert (answer.status, answer.body) == (503, b"not ready: draining\n")
        assert client.get("/livez").status == 200
        board.server[1] = 0
        board.pause("", 5)
        assert client.get("/readyz").body == b"not ready: paused\n"
        board.resume()
        assert client.get("/readyz").status == 200


def test_is_alive_but_not_ready_while_requests_wait_too_long_for_a_thread(porter):
    gate = threading.Event()

    def slow(environ, start_response):
        gate.wait(10)
        return hello(environ, start_response)

    with serving(slow, porter=porter, threads=1) as site:
        porter.oldest_wait = site.loop.oldest_wait
        first, second, client = site.client(), site.client(), site.client()
        first.request()
        second.request()
        until(lambda: client.get("/readyz").status != 200)
        answer = client.get("/readyz")
        assert answer.status == 503
        assert answer.body.startswith(b"not ready: a request has waited 0.")
        assert client.get("/livez").status == 200
        gate.set()
        assert (first.answer().status, second.answer().status) == (200, 200)
        assert client.get("/readyz").status == 200
