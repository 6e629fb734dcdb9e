"""``environ["enfilade.client"]``: whether anybody still waits for the answer.

A client that closes a TCP connection says no more than one that ends its sending half, until
something is sent to it; over a Unix socket the kernel knows at once.
"""

import threading
from time import sleep

import pytest

from enfilade.types import Environ, StartResponse
from patience import until
from wire import serving


class Watching:
    """Works at ``/work`` until its client has *what*, or for ten seconds."""

    def __init__(self, what: str = "gone") -> None:
        self.begun = threading.Event()
        self.noticed = threading.Event()
        self.kept: list[object] = []
        self._what = what

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        client = environ["enfilade.client"]
        self.kept.append(client)
        if environ["PATH_INFO"] == "/work":
            self.begun.set()
            until(lambda: getattr(client, self._what), f"the client is {self._what}")
            self.noticed.set()
        start_response("200 OK", [("Content-Length", "4")])
        return [b"gone" if client.gone else b"ends" if client.ended else b"here"]


@pytest.mark.parametrize(
    ("end", "what"), [("reset", "gone"), ("reset", "ended"), ("close", "ended")]
)
def test_an_application_learns_that_its_client_has_left(end, what):
    application = Watching(what)
    with serving(application) as site, site.client() as client:
        client.request("/work")
        assert application.begun.wait(10)
        assert not application.noticed.is_set()
        getattr(client, end)()
        assert application.noticed.wait(10)


def test_who_has_closed_a_unix_socket_has_gone(tmp_path):
    application = Watching()
    with serving(application, unix=str(tmp_path / "s")) as site, site.client() as client:
        client.request("/work")
        assert application.begun.wait(10)
        client.close()
        assert application.noticed.wait(10)


@pytest.mark.parametrize("unix", [False, True])
def test_who_has_only_ended_his_half_is_still_there_to_read(unix, tmp_path):
    application = Watching("ended")
    path = str(tmp_path / "s") if unix else ""
    with serving(application, unix=path) as site, site.client() as client:
        client.request("/work")
        assert application.begun.wait(10)
        client.half_close()
        assert client.answer().body == b"ends"


def test_who_resets_after_the_end_of_his_half_has_gone():
    application = Watching()
    with serving(application) as site, site.client() as client:
        client.request("/work")
        assert application.begun.wait(10)
        client.half_close()
        sleep(0.05)
        assert not application.noticed.is_set()
        client.reset()
        assert application.noticed.wait(10)


def test_who_has_closed_is_known_to_have_gone_once_something_was_sent():
    seen: list[bool] = []

    def application(environ, start_response):
        client = environ["enfilade.client"]
        start_response("200 OK", [])
        for _ in range(1000):
            yield b"x"
            sleep(0.02)
            seen.append(client.gone)

    with serving(application) as site:
        with site.client() as client:
            client.request()
            client.socket.recv(1)
        until(lambda: seen and seen[-1], "it is gone")


def test_a_client_that_waits_is_there():
    with serving(Watching()) as site, site.client() as client:
        for _ in range(3):
            assert client.get("/").body == b"here"


def test_a_request_with_a_streamed_body_has_a_client_too():
    with serving(Watching()) as site, site.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        assert client.answer().body == b"here"


def test_who_has_been_answered_in_the_application_s_place_waits_no_more():
    application = Watching()
    with serving(application, application_timeout=0.1) as site, site.client() as client:
        assert client.get("/work").status == 504
        assert application.noticed.wait(10)


def test_it_may_be_asked_long_after_the_connection():
    application = Watching()
    with serving(application) as site:
        for _ in range(50):
            with site.client() as client:
                client.get("/")
        with site.client() as client:
            client.get("/")
    until(lambda: all(client.gone for client in application.kept), "all of them are gone")
