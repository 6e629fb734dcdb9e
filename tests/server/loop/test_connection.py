"""Reading requests and keeping their order, on real sockets."""

import os
import resource
import threading
from time import sleep

import pytest

from enfilade.types import Environ, StartResponse
from wire import holdings, serving


def echo(environ: Environ, start_response: StartResponse) -> list[bytes]:
    """Answers with method, path and body."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} ".encode() + body]


POST = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


# Keep-alive ----------------------------------------------------------------------------------


def test_answers_many_requests_on_one_connection():
    with serving(echo) as site, site.client() as client:
        for number in range(20):
            assert client.get(f"/{number}").body == f"GET /{number} ".encode()


def test_closes_when_the_client_asks_for_it():
    with serving(echo) as site, site.client() as client:
        answer = client.get("/", "Connection: close")
        assert answer.closes
        assert client.rest() == b""


def test_http_1_0_closes_unless_asked_to_keep_alive():
    with serving(echo) as site:
        with site.client() as client:
            client.send(b"GET / HTTP/1.0\r\n\r\n")
            assert client.answer().body == b"GET / "
            assert client.rest() == b""
        with site.client() as client:
            for _ in range(2):
                client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                assert client.answer().headers["connection"] == "keep-alive"


def test_an_idle_connection_is_closed_after_its_time():
    with serving(echo, keep_alive=0.05) as site, site.client() as client:
        client.get("/")
        assert client.rest() == b""


def test_a_connection_that_never_says_anything_is_closed_without_an_answer():
    with serving(echo, head_timeout=0.05) as site, site.client() as client:
        assert client.rest() == b""


@pytest.mark.slow
def test_keeping_alive_starts_anew_with_each_answer():
    with serving(echo, keep_alive=0.4) as site, site.client() as client:
        for _ in range(4):
            client.get("/")
            sleep(0.15)
        assert client.get("/last").status == 200


# Pipelining ----------------------------------------------------------------------------------


def slow_first(environ: Environ, start_response: StartResponse) -> list[bytes]:
    if environ["PATH_INFO"] == "/0":
        sleep(0.05)
    return echo(environ, start_response)


@pytest.mark.parametrize("count", [2, 50])
def test_pipelined_requests_are_answered_in_order(count):
    with serving(slow_first, threads=4) as site, site.client() as client:
        client.send(
            b"".join(f"GET /{n} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for n in range(count))
        )
        assert [client.answer().body for _ in range(count)] == [
            f"GET /{n} ".encode() for n in range(count)
        ]


def test_requests_that_arrive_while_one_is_answered_keep_their_order():
    with serving(slow_first, threads=4) as site, site.client() as client:
        for number in range(10):
            client.request(f"/{number}")
            sleep(0.002)
        assert [client.answer().body for _ in range(10)] == [
            f"GET /{n} ".encode() for n in range(10)
        ]


def test_pipelined_bodies_are_told_apart():
    with serving(echo) as site, site.client() as client:
        client.send(POST + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + POST)
        bodies = [client.answer().body for _ in range(3)]
        assert bodies == [b"POST /form hello", b"POST /form abc", b"POST /form hello"]


def test_more_is_pipelined_than_is_kept_for_later():
    request = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000
    with serving(slow_first) as site, site.client() as client:
        client.request("/0")
        sender = threading.Thread(target=client.send, args=(request * 100,), daemon=True)
        sender.start()
        assert client.answer().body == b"GET /0 "
        for _ in range(100):
            assert len(client.answer().body) == len("POST /form ") + 9000


def test_nothing_is_parsed_after_an_error():
    paths = []

    def application(environ, start_response):
        paths.append(environ["PATH_INFO"])
        return echo(environ, start_response)

    with serving(application) as site, site.client() as client:
        client.send(
            b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
            b"BAD /b HTTP/1.1\r\nHost : a\r\n\r\n"
            b"GET /c HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        assert client.answer().status == 200
        bad = client.answer()
        assert (bad.status, bad.closes) == (400, True)
        client.half_close()
        assert client.rest() == b""
    assert paths == ["/a"]


# Cut anywhere --------------------------------------------------------------------------------


@pytest.mark.parametrize("request_bytes", [POST, CHUNKED + b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"])
def test_a_request_may_arrive_in_any_two_pieces(request_bytes):
    with serving(echo) as site, site.client() as client:
        for cut in range(1, len(request_bytes)):
            client.send(request_bytes[:cut])
            sleep(0.001)
            client.send(request_bytes[cut:])
            assert client.answer().body == b"POST /form hello"


def test_a_request_may_arrive_byte_by_byte():
    with serving(echo) as site, site.client() as client:
        for byte in POST:
            client.send(bytes([byte]))
        assert client.answer().body == b"POST /form hello"


# Bodies --------------------------------------------------------------------------------------


def test_a_slow_body_holds_no_thread():
    with serving(echo, threads=1) as site:
        slow = [site.client().send(POST[:-1]) for _ in range(5)]
        with site.client() as client:
            assert client.get("/").status == 200
        for client in slow:
            assert client.send(POST[-1:]).answer().body == b"POST /form hello"
            client.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_memory_limit_arrives_whole(chunked):
    body = os.urandom(300_000)
    if chunked:
        pieces = [body[at : at + 7000] for at in range(0, len(body), 7000)]
        data = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        request = CHUNKED + data
    else:
        request = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body
    with serving(echo, buffer_body=10_000) as site, site.client() as client:
        assert client.send(request).answer().body == b"POST /form " + body
        assert client.get("/").status == 200


def test_a_body_that_the_application_does_not_read_does_not_disturb_the_next_request():
    def application(environ, start_response):
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    with serving(application) as site, site.client() as client:
        client.send(POST + b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer().body == b"/form"
        assert client.answer().body == b"/next"


@pytest.mark.parametrize("size", [5, 100_000])
def test_no_room_for_the_body_is_507_and_leaves_no_file_open(size):
    head = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(echo, buffer_body=1) as site:
        with site.client() as client:
            client.get("/")
            files, _ = holdings()
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
            try:
                answer = client.send(head + b"x" * size).answer()
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            assert (answer.status, answer.closes) == (507, True)
            assert len(os.listdir("/proc/self/fd")) == files
        with site.client() as client:
            assert client.get("/").status == 200


# Expect: 100-continue ------------------------------------------------------------------------

EXPECT = b"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"


def test_tells_a_client_that_waits_to_continue():
    with serving(echo) as site, site.client() as client:
        assert client.send(EXPECT).answer().head == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.send(b"hello").answer().body == b"POST /form hello"


def test_does_not_tell_a_client_that_did_not_wait():
    with serving(echo) as site, site.client() as client:
        assert client.send(EXPECT + b"hello").answer().status == 200


def test_tells_it_once():
    with serving(echo) as site, site.client() as client:
        head = CHUNKED.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
        assert client.send(head).answer().status == 100
        for piece in (b"5\r\n", b"hel", b"lo\r\n0\r\n"):
            client.send(piece)
            sleep(0.02)
        assert client.send(b"\r\n").answer().body == b"POST /form hello"


def test_refuses_a_body_that_is_too_large_before_it_is_sent():
    with serving(echo, limit_body=4) as site, site.client() as client:
        answer = client.send(EXPECT).answer()
        assert (answer.status, answer.closes) == (413, True)


# Limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "request_bytes", "status"),
    [
        ({"limit_line": 100}, b"GET /" + b"x" * 200, 414),
        ({"limit_field": 100}, b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200, 431),
        ({"limit_fields": 2}, b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\n\r\n", 431),
        ({"limit_head": 100}, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 12345678\r\n" * 10, 431),
        ({"limit_body": 4}, POST, 413),
        ({"limit_body": 4}, CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", 413),
    ],
)
def test_refuses_what_is_beyond_a_limit(options, request_bytes, status):
    with serving(echo, **options) as site, site.client() as client:
        answer = client.send(request_bytes).answer()
        assert (answer.status, answer.closes) == (status, True)


def test_an_answer_to_a_client_that_goes_on_sending_is_not_lost_to_a_reset():
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n"
    with serving(echo, limit_body=1000) as site, site.client() as client:
        client.send(head)
        for _ in range(30):
            client.send(b"x" * 100_000)
            sleep(0.001)
        assert client.answer().status == 413
        client.half_close()
        assert not client.is_reset()


def test_a_client_that_did_not_expect_the_end_is_not_reset():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return iter([b"more than two"])

    with serving(application) as site, site.client() as client:
        assert client.get("/").body == b"mo"
        sleep(0.05)
        client.request("/next")
        client.half_close()
        assert not client.is_reset()


# Clients that leave --------------------------------------------------------------------------


def test_a_client_may_end_its_half_and_still_gets_every_answer():
    with serving(slow_first) as site, site.client() as client:
        for number in range(3):
            client.request(f"/{number}")
        client.half_close()
        assert [client.answer().body for _ in range(3)] == [b"GET /0 ", b"GET /1 ", b"GET /2 "]
        assert client.rest() == b""


@pytest.mark.parametrize("cut", [10, len(POST) - 2, len(CHUNKED)])
def test_a_request_that_is_cut_off_never_reaches_the_application(cut):
    reached = []

    def application(environ, start_response):
        reached.append(environ["PATH_INFO"])
        return echo(environ, start_response)

    with serving(application) as site, site.client() as client:
        client.send((CHUNKED if cut == len(CHUNKED) else POST)[:cut])
        client.half_close()
        assert client.answer().status == 400
        assert client.rest() == b""
    assert reached == []


def test_a_reset_in_the_middle_of_a_request_ends_only_that_connection():
    with serving(echo) as site:
        for cut in (1, 30, len(POST) - 1):
            site.client().send(POST[:cut]).reset()
        with site.client() as client:
            assert client.get("/").status == 200
