"""Requests by the uwsgi protocol, as nginx and Apache send them."""

import logging
import struct

import pytest

from enfilade.gateway.lint import lint
from enfilade.types import Environ, StartResponse
from wire import serving

GET = {
    "REQUEST_METHOD": "GET",
    "REQUEST_URI": "/caf%C3%A9?a=b",
    "PATH_INFO": "/caf\xc3\xa9",
    "QUERY_STRING": "a=b",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_NAME": "example.org",
    "SERVER_PORT": "443",
    "REMOTE_ADDR": "192.0.2.7",
    "REMOTE_PORT": "4711",
    "HTTPS": "on",
    "CONTENT_LENGTH": "",
    "CONTENT_TYPE": "",
    "HTTP_HOST": "example.org",
    "HTTP_USER_AGENT": "test",
}


def packet(variables: dict[str, str], modifier: int = 0) -> bytes:
    texts = [text.encode("latin-1") for pair in variables.items() for text in pair]
    data = b"".join(struct.pack("<H", len(text)) + text for text in texts)
    return struct.pack("<BHB", modifier, len(data), 0) + data


class Application:
    """Answers with the body of the request and keeps its environ."""

    def __init__(self, length: bool = True) -> None:
        self.environ: Environ = {}
        self.length = length

    def __call__(self, environ: Environ, start_response: StartResponse):
        self.environ = environ
        start_response("200 OK", [("Content-Type", "text/plain")])
        body = environ["wsgi.input"].read() or b"nothing"
        return [body] if self.length else iter([body] * 3 + [b""])


def ask(data: bytes, application, **options):
    with serving(application, uwsgi=True, **options) as site, site.client() as client:
        answer = client.send(data).answer()
        assert client.rest() == b""
        return answer, site.wait_for_records(1)[0]


def test_the_environ_is_what_the_proxy_has_sent():
    application = Application()
    answer, record = ask(packet(GET), lint(application))
    assert answer.status == 200
    said = {name: application.environ[name] for name, value in GET.items() if value}
    assert said == {name: value for name, value in GET.items() if value}
    assert application.environ["wsgi.url_scheme"] == "https"
    assert application.environ["RAW_URI"] == "/caf%C3%A9?a=b"
    assert (record.peer, record.target, record.version) == (
        "192.0.2.7",
        "/caf%C3%A9?a=b",
        "HTTP/1.1",
    )
    assert record.user_agent == "test"


def test_a_body_comes_by_its_length():
    post = {**GET, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "300000"}
    answer, _ = ask(packet(post) + b"x" * 300_000, Application())
    assert answer.body == b"x" * 300_000


def test_a_body_beyond_the_spool_comes_as_it_is_read():
    post = {**GET, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "300000"}
    answer, _ = ask(packet(post) + b"x" * 300_000, Application(), buffer_body=0, spool_body=0)
    assert answer.body == b"x" * 300_000


def test_an_answer_of_unknown_length_has_no_chunks():
    answer, _ = ask(packet(GET), Application(length=False))
    assert "transfer-encoding" not in answer.headers
    assert answer.body == b"nothing" * 3


def test_it_may_come_octet_by_octet():
    with serving(Application(), uwsgi=True) as site, site.client() as client:
        for octet in packet(GET):
            client.send(bytes((octet,)))
        assert client.answer().status == 200


def test_nothing_that_belongs_to_the_server_can_be_sent():
    """And HTTP_PROXY is withheld, as over HTTP (httpoxy)."""
    attack = {
        "wsgi.input": "mine",
        "wsgi.url_scheme": "gopher",
        "wsgi.file_wrapper": "x",
        "enfilade.trace": "x",
        "HTTP_PROXY": "http://evil.example",
        "HTTP_CONTENT_LENGTH": "7",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "": "x",
        "a b": "x",
    }
    application = Application()
    answer, _ = ask(packet(GET | attack), lint(application))
    assert answer.status == 200
    assert "mine" not in map(str, application.environ.values())
    for name in ("HTTP_PROXY", "HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "", "a b"):
        assert name not in application.environ
    assert application.environ.get("enfilade.trace") != "x"


def test_what_the_visitor_says_of_others_is_left_out():
    """The proxy's word is REMOTE_ADDR; the fields are the visitor's own."""
    forged = {"HTTP_X_FORWARDED_FOR": "10.0.0.1", "HTTP_X_FORWARDED_PROTO": "http"}
    application = Application()
    ask(packet(GET | forged), application)
    assert application.environ["REMOTE_ADDR"] == "192.0.2.7"
    assert "HTTP_X_FORWARDED_FOR" not in application.environ
    balanced = GET | forged | {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.9"}
    ask(packet(balanced), application)
    assert application.environ["REMOTE_ADDR"] == "192.0.2.9"


def test_a_body_that_is_too_large_is_413():
    post = {**GET, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "300000"}
    with serving(Application(), uwsgi=True, limit_body=1000) as site, site.client() as client:
        assert client.send(packet(post)).rest() == b""


def test_a_body_that_does_not_come_is_408():
    post = {**GET, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "9"}
    with serving(Application(), uwsgi=True) as site, site.client() as client:
        client.send(packet(post) + b"half")
        client.half_close()
        assert client.answer().status == 400


@pytest.fixture
def log(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("enfilade.server"), "propagate", True)
    return caplog


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        packet(GET, modifier=30),
        packet({}),
        struct.pack("<BHB", 0, 3, 0) + b"\xff\xffa",
    ],
)
def test_a_packet_that_is_none_closes_the_connection(data, log):
    with serving(Application(), uwsgi=True) as site, site.client() as client:
        assert client.send(data).rest() == b""
    assert "uwsgi packet is malformed" in log.text


def test_strangers_are_sent_away(log):
    with serving(Application(), uwsgi=True, trusted_proxies=("unix",)) as site:
        with site.client() as client:
            try:
                assert client.send(packet(GET)).rest() == b""
            except ConnectionError:
                pass
        assert site.records == []
    assert "none of --trusted-proxies" in log.text


def test_a_unix_socket_is_trusted(tmp_path):
    with (
        serving(Application(), uwsgi=True, unix=str(tmp_path / "s")) as site,
        site.client() as client,
    ):
        assert client.send(packet(GET)).answer().status == 200
