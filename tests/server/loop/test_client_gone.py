"""``environ["enfilade.client"]``: whether anybody still waits for the answer."""

import threading
from time import monotonic, sleep

import pytest

from enfilade.types import Environ, StartResponse
from wire import serving


class Watching:
    """Works at ``/work`` until its client has gone, or for ten seconds."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.noticed = threading.Event()
        self.kept: list[object] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        client = environ["enfilade.client"]
        self.kept.append(client)
        if environ["PATH_INFO"] == "/work":
            self.begun.set()
            until = monotonic() + 10
            while not client.gone and monotonic() < until:
                sleep(0.005)
            if client.gone:
                self.noticed.set()
        start_response("200 OK", [("Content-Length", "4")])
        return [b"gone" if client.gone else b"here"]


@pytest.mark.parametrize("end", ["close", "reset", "half_close"])
def test_an_application_learns_that_its_client_has_gone(end):
    application = Watching()
    with serving(application) as site, site.client() as client:
        client.request("/work")
        assert application.begun.wait(10)
        assert not application.noticed.is_set()
        getattr(client, end)()
        assert application.noticed.wait(10)


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
    until = monotonic() + 10
    while not all(client.gone for client in application.kept) and monotonic() < until:
        sleep(0.01)
    assert all(client.gone for client in application.kept)
