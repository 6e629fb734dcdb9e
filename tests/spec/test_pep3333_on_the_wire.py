"""What PEP 3333 asks of a server, seen from the client's side of a real socket.

A checker between server and application cannot see framing; these tests read the bytes.
"""

import threading
from collections.abc import Callable, Iterable, Iterator

import pytest

from enfilade.types import Environ, StartResponse
from wire import Client, serving

Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Closing:
    """An iterable that counts how often it is closed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.closed = 0
        self.was_closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        self.closed += 1
        self.was_closed.set()


def answering(
    result: Callable[[], Iterable[bytes]], status: str = "200 OK", *headers: tuple[str, str]
) -> Application:
    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response(status, list(headers))
        return result()

    return application


def still_usable(client: Client) -> bool:
    client.send(b"GET /again HTTP/1.1\r\nHost: a\r\n\r\n")
    try:
        return client.answer().status > 0
    except (EOFError, ConnectionError):
        return False


# The length of the body ----------------------------------------------------------------------


def test_a_list_has_a_length_and_keeps_the_connection():
    with serving(answering(lambda: [b"ab", b"", b"c"])) as site, site.client() as client:
        answer = client.get()
        assert (answer.headers["content-length"], answer.body) == ("3", b"abc")
        assert still_usable(client)


def test_an_empty_list_is_an_empty_body():
    with serving(answering(list)) as site, site.client() as client:
        answer = client.get()
        assert (answer.status, answer.headers["content-length"]) == (200, "0")
        assert still_usable(client)


def test_an_iterator_is_chunked_for_http_1_1():
    with (
        serving(answering(lambda: (part for part in [b"ab", b"", b"c"]))) as site,
        site.client() as client,
    ):
        answer = client.get()
        assert answer.headers["transfer-encoding"] == "chunked"
        assert answer.body == b"abc"
        assert still_usable(client)


def test_an_iterator_ends_with_the_connection_for_http_1_0():
    with (
        serving(answering(lambda: (part for part in [b"ab", b"c"]))) as site,
        site.client() as client,
    ):
        client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = client.answer()
        assert (answer.body, answer.closes) == (b"abc", True)


def test_a_declared_length_is_kept():
    application = answering(lambda: iter([b"ab", b"c"]), "200 OK", ("Content-Length", "3"))
    with serving(application) as site, site.client() as client:
        answer = client.get()
        assert "transfer-encoding" not in answer.headers
        assert answer.body == b"abc"
        assert still_usable(client)


def test_a_body_shorter_than_declared_ends_the_connection():
    application = answering(lambda: [b"ab"], "200 OK", ("Content-Length", "3"))
    with serving(application) as site, site.client() as client, pytest.raises(EOFError):
        client.get()


def test_a_body_longer_than_declared_is_cut_and_ends_the_connection():
    application = answering(lambda: iter([b"abc", b"def"]), "200 OK", ("Content-Length", "4"))
    with serving(application) as site, site.client() as client:
        assert client.get().body == b"abcd"
        assert not still_usable(client)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
@pytest.mark.parametrize("body", [[], [b"surplus"], [b"a", b"b"]])
def test_statuses_without_a_body_send_none(status, body):
    with serving(answering(lambda: iter(body), status)) as site, site.client() as client:
        first = client.get()
        assert "transfer-encoding" not in first.headers
        assert client.get().status == first.status


@pytest.mark.parametrize("result", [lambda: [b"abc"], lambda: iter([b"a", b"bc"])])
def test_the_answer_to_head_has_no_body(result):
    with serving(answering(result)) as site, site.client() as client:
        assert client.get(method="HEAD").body == b""
        assert client.get().body == b"abc"


# When blocks leave ---------------------------------------------------------------------------


def test_each_block_leaves_before_the_next_is_asked_for():
    received = threading.Event()

    def blocks():
        yield b"first"
        assert received.wait(5)
        yield b"second"

    with serving(answering(blocks)) as site, site.client() as client:
        client.request()
        head = client.socket.recv(1000)
        while b"first" not in head:
            head += client.socket.recv(1000)
        received.set()
        assert b"second" in client.rest_of_chunks()


def test_the_head_waits_for_the_first_block_that_is_not_empty():
    def application(environ, start_response):
        yield b""
        start_response("201 Created", [("X-Late", "yes")])
        yield b""
        yield b"body"

    with serving(application) as site, site.client() as client:
        answer = client.get()
        assert (answer.status, answer.headers["x-late"], answer.body) == (201, "yes", b"body")


def test_written_bytes_come_before_returned_ones():
    def application(environ, start_response):
        write = start_response("200 OK", [])
        write(b"written ")
        return [b"returned"]

    with serving(application) as site, site.client() as client:
        assert client.get().body == b"written returned"


# Errors --------------------------------------------------------------------------------------


def fails_when_called(environ, start_response):
    raise ValueError("when called")


def fails_at_the_first_block(environ, start_response):
    start_response("200 OK", [])
    raise ValueError("at the first block")
    yield b""


def never_starts(environ, start_response):
    return [b"body"]


def returns_none(environ, start_response):
    start_response("200 OK", [])


def returns_text(environ, start_response):
    start_response("200 OK", [])
    return ["text"]


def starts_twice(environ, start_response):
    start_response("200 OK", [])
    start_response("201 Created", [])
    return []


def exits(environ, start_response):
    raise SystemExit(3)


def splits_a_header(environ, start_response):
    start_response("200 OK", [("X-Split", "a\r\nX-Injected: b")])
    return []


def sets_a_hop_by_hop_field(environ, start_response):
    start_response("200 OK", [("Connection", "upgrade")])
    return []


@pytest.mark.parametrize(
    "application",
    [
        fails_when_called,
        fails_at_the_first_block,
        never_starts,
        returns_none,
        returns_text,
        starts_twice,
        exits,
        splits_a_header,
        sets_a_hop_by_hop_field,
    ],
)
def test_an_error_before_the_first_byte_is_500(application, capsys):
    with serving(application) as site, site.client() as client:
        answer = client.get()
        assert answer.status == 500
        assert "x-injected" not in answer.headers
    with serving(answering(lambda: [b"fine"])) as site, site.client() as client:
        assert client.get().body == b"fine"


@pytest.mark.parametrize("headers", [[], [("Content-Length", "100")]])
def test_an_error_in_the_middle_leaves_the_body_visibly_cut_off(headers):
    def blocks():
        yield b"begun"
        raise ValueError("in the middle")

    with serving(answering(blocks, "200 OK", *headers)) as site, site.client() as client:
        client.request()
        with pytest.raises(EOFError):
            client.answer()


def test_an_error_in_a_body_that_ends_with_the_connection_resets_it():
    """HTTP/1.0 has no other way to say that the body is not whole."""

    def blocks():
        yield b"begun"
        raise ValueError("in the middle")

    with serving(answering(blocks)) as site, site.client() as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert client.is_reset()


def test_an_error_costs_only_its_own_connection():
    with serving(fails_when_called, threads=1) as site:
        for _ in range(5):
            with site.client() as client:
                assert client.get().status == 500


# close() -------------------------------------------------------------------------------------


def test_close_is_called_once_when_all_is_well():
    result = Closing([b"a", b"b"])
    with serving(answering(lambda: result)) as site, site.client() as client:
        client.get()
    assert result.closed == 1


def test_close_is_called_once_after_an_error():
    def blocks():
        yield b"a"
        raise ValueError

    result = Closing(blocks())
    with serving(answering(lambda: result)) as site, site.client() as client:
        client.request()
        client.rest()
    assert result.closed == 1


def test_close_is_called_once_for_head():
    result = Closing([b"a", b"b"])
    with serving(answering(lambda: result)) as site, site.client() as client:
        client.get(method="HEAD")
    assert result.closed == 1


@pytest.mark.parametrize("leave", [Client.close, Client.reset])
def test_close_is_called_once_when_the_client_leaves_in_the_middle(leave):
    result = Closing(b"x" * 100_000 for _ in range(1000))
    with serving(answering(lambda: result)) as site:
        client = site.client()
        client.request()
        client.socket.recv(1000)
        leave(client)
        assert result.was_closed.wait(5)
    assert result.closed == 1


def test_close_is_called_once_when_the_reader_is_given_up():
    result = Closing(b"x" * 100_000 for _ in range(1000))
    with serving(answering(lambda: result), write_timeout=0.05) as site, site.client() as client:
        client.request()
        assert result.was_closed.wait(5)
    assert result.closed == 1


def test_many_clients_that_leave_in_the_middle_leave_nothing_behind():
    results: list[Closing] = []

    def result() -> Closing:
        results.append(Closing(b"x" * 50_000 for _ in range(100)))
        return results[-1]

    with serving(answering(result), threads=4) as site:
        for number in range(40):
            client = site.client()
            client.request()
            client.socket.recv(1000)
            (client.reset if number % 2 else client.close)()
        site.wait_for_records(40)
    assert [result.closed for result in results] == [1] * 40


# A slow reader -------------------------------------------------------------------------------


def test_an_application_is_held_back_while_its_reader_is_slow():
    produced = 0

    def blocks():
        nonlocal produced
        for _ in range(400):
            produced += 1
            yield b"x" * 100_000

    with serving(answering(blocks)) as site, site.client(receive_buffer=10_000) as client:
        client.request()
        client.socket.recv(1000)
        threading.Event().wait(0.2)
        assert produced < 200
        assert len(client.rest_of_chunks()) > 0
        assert produced == 400
