"""A real server in a thread of the test."""

import asyncio
import socket
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from enfilade.conf import settings
from enfilade.server.processes.listeners import ListenError
from enfilade.test import LiveServer
from enfilade.test.live import LiveServerError


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


async def hello_async(scope, receive, send):
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def test_serves_the_site_of_the_settings_under_its_address(settings):
    settings.ALLOWED_HOSTS = ["www.example.org"]
    with LiveServer() as server:
        assert b'"host": "127.0.0.1:' in get(server.url + "/echo/")
        assert get(server + "/echo/")
        assert str(server) == server.url == f"http://127.0.0.1:{server.port}"
    assert settings.ALLOWED_HOSTS == ["www.example.org"]


def test_leaves_nothing_behind():
    threads = set(threading.enumerate())
    with LiveServer(hello) as server:
        port = server.port
        get(server.url)
    assert set(threading.enumerate()) <= threads
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_serves_any_wsgi_application():
    before = settings.explicit()
    with LiveServer(hello) as server:
        assert get(server.url) == b"hello"
        assert settings.explicit() == before


def test_serves_any_asgi_application():
    with LiveServer(hello_async) as server:
        assert get(server.url) == b"hello"


def test_goes_by_a_name_and_by_an_ipv6_address():
    with LiveServer(hello, host="localhost") as server:
        assert server.url.startswith("http://localhost:")
        assert get(server.url) == b"hello"
    if socket.has_dualstack_ipv6():
        with LiveServer(hello, host="::1") as server:
            assert server.url.startswith("http://[::1]:")
            assert get(server.url) == b"hello"


def test_starts_and_stops_again_and_from_any_thread():
    server = LiveServer(hello)
    for _ in range(2):
        with ThreadPoolExecutor(4) as threads:
            urls = {future.result().url for future in [threads.submit(server.start)] * 4}
            assert len(urls) == 1
            assert get(urls.pop()) == b"hello"
            for stopping in [threads.submit(server.stop) for _ in range(4)]:
                stopping.result()
        assert "stopped" in repr(server)


def test_has_no_address_when_it_does_not_run():
    with pytest.raises(LiveServerError, match="not running"):
        _ = LiveServer(hello).url


def test_says_which_address_is_taken():
    with LiveServer(hello) as server:
        second = LiveServer(hello, port=server.port)
        with pytest.raises(ListenError, match=f"127.0.0.1:{server.port}"):
            second.start()
        second.stop()


def test_says_that_a_request_does_not_end():
    entered, leave = threading.Event(), threading.Event()

    def stuck(environ, start_response):
        entered.set()
        leave.wait(20)
        return hello(environ, start_response)

    server = LiveServer(stuck).start()
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(get, server.url)
        assert entered.wait(10)
        with pytest.raises(LiveServerError, match=r"did not end within 0\.05 s"):
            server.stop(patience=0.05)
        leave.set()
        assert answer.result() == b"hello"


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_says_that_an_application_does_not_start_in_time(capfd):
    threads, leave = set(threading.enumerate()), threading.Event()

    async def slow(scope, receive, send):
        if scope["type"] == "lifespan":
            await asyncio.to_thread(leave.wait, 20)
        await hello_async(scope, receive, send)

    server = LiveServer(slow)
    with pytest.raises(LiveServerError, match=r"did not start within 0\.05 s"):
        server.start(patience=0.05)
    leave.set()
    for thread in set(threading.enumerate()) - threads:
        thread.join(10)
    assert capfd.readouterr().err == ""
    with server:
        assert get(server.url) == b"hello"


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_says_that_an_application_fails_to_start(caplog):
    async def failing(scope, receive, send):
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "there is no cellar"})

    for _ in range(5):
        server = LiveServer(failing)
        with pytest.raises(LiveServerError, match="did not start; the reason is in the log"):
            server.start()
        assert "stopped" in repr(server)
    assert "there is no cellar" in caplog.text


def test_an_application_that_fails_is_answered_500():
    def broken(environ, start_response):
        raise LookupError("on purpose")

    with LiveServer(broken) as server, pytest.raises(urllib.error.HTTPError) as caught:
        get(server.url)
    assert caught.value.code == 500
