"""What is answered at the door, on real sockets: no application thread, the same rules."""

import os
from pathlib import Path

import pytest

from enfilade.gateway.file_range import FileRange, OpenFile
from enfilade.protocol.head import RequestHead
from enfilade.server.access import AccessRecord
from enfilade.server.porter import Answer, Porters
from enfilade.types import Environ, StartResponse
from wire import serving

HELLO = Answer(200, [("Content-Type", "text/plain")], b"at the door\n")


class Doorman:
    """Says one thing to every path below one prefix."""

    def __init__(self, answer: Answer | None, *prefixes: bytes) -> None:
        self.prefixes = prefixes or (b"/door",)
        self._answer = answer

    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        return self._answer


class Broken(Doorman):
    def answer(self, head: RequestHead, peer: str) -> Answer | None:
        raise RuntimeError("the doorman has fallen over")


def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [b"application " + body]


def door(*porters: Doorman) -> Porters:
    return Porters(porters)


def file_answer(folder: Path, size: int) -> Answer:
    path = folder / "file"
    path.write_bytes(os.urandom(size))
    file = OpenFile(os.open(path, os.O_RDONLY))
    return Answer(200, [], [FileRange(file, 0, size)])


def test_answers_what_is_below_a_prefix_and_lets_the_rest_pass():
    with serving(application, porter=door(Doorman(HELLO))) as site, site.client() as client:
        answer = client.get("/door/1")
        assert (answer.status, answer.body) == (200, b"at the door\n")
        assert {"date", "server"} <= answer.headers.keys()
        assert client.get("/elsewhere").body == b"application "
        assert client.get("/door").body == b"at the door\n"


def test_the_next_porter_is_asked_when_one_lets_a_request_pass():
    porters = door(Doorman(None, b"/"), Doorman(HELLO, b"/door", b"/gate"))
    assert porters.prefixes == (b"/", b"/door", b"/gate")
    with serving(application, porter=porters) as site, site.client() as client:
        assert client.get("/gate").body == b"at the door\n"
        assert client.get("/").body == b"application "


def test_an_answer_to_head_has_the_length_and_no_body():
    with serving(application, porter=door(Doorman(HELLO))) as site, site.client() as client:
        answer = client.get("/door", method="HEAD")
        assert answer.headers["content-length"] == "12"
        assert client.get("/door").body == b"at the door\n"


def test_pipelined_requests_are_answered_in_order_however_many_they_are():
    many = 1500
    with serving(application, porter=door(Doorman(HELLO))) as site, site.client() as client:
        client.send(
            b"GET /door HTTP/1.1\r\nHost: a\r\n\r\n" * many
            + b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /door HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        for _ in range(many):
            assert client.answer().body == b"at the door\n"
        assert client.answer().body == b"application "
        assert client.answer().body == b"at the door\n"


def test_the_client_is_heard_when_it_wants_the_connection_to_end():
    with serving(application, porter=door(Doorman(HELLO))) as site, site.client() as client:
        assert client.get("/door", "Connection: close").closes
        assert client.rest() == b""


def test_a_body_that_nobody_wants_is_passed_over():
    with serving(application, porter=door(Doorman(HELLO))) as site, site.client() as client:
        client.request("/door", "Content-Length: 5", method="POST")
        client.send(b"hello")
        assert client.answer().body == b"at the door\n"
        assert client.get("/").body == b"application "


def test_a_body_too_large_to_pass_over_ends_the_connection():
    porter = door(Doorman(HELLO))
    with (
        serving(application, porter=porter, buffer_body=10, spool_body=0) as site,
        site.client() as client,
    ):
        client.request("/door", "Content-Length: 1000000", method="POST")
        answer = client.answer()
        assert answer.body == b"at the door\n"
        assert answer.closes


def test_trouble_at_the_door_is_answered_and_logged(caplog: pytest.LogCaptureFixture):
    with serving(application, porter=door(Broken(None))) as site, site.client() as client:
        assert client.get("/door").status == 500
        assert client.get("/").body == b"application "
    assert "GET /door could not be answered by the server" in caplog.text
    assert "the doorman has fallen over" in caplog.text


def test_every_answer_has_an_access_record():
    records: list[AccessRecord] = []
    with (
        serving(application, porter=door(Doorman(HELLO)), access=records.append) as site,
        site.client() as client,
    ):
        client.get("/door?a=1", "User-Agent: me")
        client.get("/door", method="HEAD")
    assert [(one.method, one.target, one.status, one.bytes_sent) for one in records] == [
        ("GET", "/door?a=1", 200, 12),
        ("HEAD", "/door", 200, 0),
    ]
    assert records[0].user_agent == "me"
    assert records[0].queued == 0.0


def test_the_record_names_the_visitor_whom_a_proxy_speaks_for():
    records: list[AccessRecord] = []
    with (
        serving(application, porter=door(Doorman(HELLO)), access=records.append) as site,
        site.client() as client,
    ):
        client.get("/door", "X-Forwarded-For: 192.0.2.7")
    assert [one.peer for one in records] == ["192.0.2.7"]


# Files ---------------------------------------------------------------------------------------


def test_a_large_file_arrives_whole_and_the_connection_goes_on(tmp_path: Path):
    answer = file_answer(tmp_path, 5_000_000)
    records: list[AccessRecord] = []
    with (
        serving(application, porter=door(Doorman(answer)), access=records.append) as site,
        site.client(receive_buffer=20_000) as client,
    ):
        for _ in range(2):
            assert client.get("/door").body == (tmp_path / "file").read_bytes()
        assert client.get("/door", method="HEAD").headers["content-length"] == "5000000"
        assert client.get("/").body == b"application "
    assert [one.bytes_sent for one in records] == [5_000_000, 5_000_000, 0, 12]


def test_pieces_of_a_file_and_of_memory_leave_in_their_order(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"0123456789")
    file = OpenFile(os.open(tmp_path / "file", os.O_RDONLY))
    pieces = [b"<", FileRange(file, 2, 3), b"|", FileRange(file, 7, 2), b">"]
    answer = Answer(200, [], pieces)
    with serving(application, porter=door(Doorman(answer))) as site, site.client() as client:
        assert client.get("/door").body == b"<234|78>"
        assert client.get("/door").body == b"<234|78>"


@pytest.mark.slow
def test_a_slow_reader_of_a_file_is_dropped_in_its_time(tmp_path: Path):
    answer = file_answer(tmp_path, 20_000_000)
    with (
        serving(application, porter=door(Doorman(answer)), write_timeout=0.2) as site,
        site.client(receive_buffer=10_000) as client,
        site.client() as other,
    ):
        client.request("/door")
        assert other.get("/").body == b"application "
        records = site.wait_for_records(2)
        assert [one.target for one in records] == ["/", "/door"]
        assert 0 < records[1].bytes_sent < 20_000_000
        with pytest.raises((EOFError, ConnectionResetError)):
            client.answer()


def test_a_file_that_becomes_shorter_cannot_be_taken_for_whole(tmp_path: Path):
    answer = file_answer(tmp_path, 20_000_000)
    with (
        serving(application, porter=door(Doorman(answer))) as site,
        site.client(receive_buffer=10_000) as client,
    ):
        client.request("/door")
        os.truncate(tmp_path / "file", 1000)
        with pytest.raises((EOFError, ConnectionResetError)):
            client.answer()


def test_a_file_is_closed_when_nobody_holds_it(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"x")
    file = OpenFile(os.open(tmp_path / "file", os.O_RDONLY))
    descriptor = file.descriptor
    part = FileRange(file, 0, 1)
    del file
    os.fstat(descriptor)
    del part
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
