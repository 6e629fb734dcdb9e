"""Who stands in the access log when a trusted proxy speaks for somebody, whatever the answer."""

import threading

import pytest

from enfilade.types import Environ, StartResponse
from wire import serving

FOR = "X-Forwarded-For: 192.0.2.7"


def hello(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["REMOTE_ADDR"].encode()]


def test_an_answer_of_the_application():
    with serving(hello) as site, site.client() as client:
        assert client.get("/", FOR).body == b"192.0.2.7"
        assert client.get("/").body == b"127.0.0.1"
        assert [record.peer for record in site.wait_for_records(2)] == ["192.0.2.7", "127.0.0.1"]


def test_a_request_whose_body_is_cut_off():
    with serving(hello) as site, site.client() as client:
        client.request("/", FOR, "Content-Length: 9", method="POST")
        client.half_close()
        assert client.answer().status == 400
        assert site.wait_for_records(1)[0].peer == "192.0.2.7"


def test_an_application_that_takes_too_long():
    release = threading.Event()

    def stuck(environ: Environ, start_response: StartResponse) -> list[bytes]:
        release.wait(10)
        return hello(environ, start_response)

    with serving(stuck, application_timeout=0.05) as site, site.client() as client:
        assert client.get("/", FOR).status == 504
        assert site.wait_for_records(1)[0].peer == "192.0.2.7"
        release.set()


@pytest.mark.parametrize("trusted", [("unix",), ("none",)])
def test_a_unix_socket_is_trusted_unless_told_otherwise(tmp_path, trusted):
    address = "192.0.2.7" if trusted == ("unix",) else ""
    options = {"unix": str(tmp_path / "s"), "trusted_proxies": trusted}
    with serving(hello, **options) as site, site.client() as client:
        assert client.get("/", FOR).body.decode() == address
        assert site.wait_for_records(1)[0].peer == address
