"""PEP 3333 in the order of its sections, without a connection: bytes in, application, bytes out.

What came out is read by http.client, which knows nothing of Enfilade. The same conversations
over real sockets are tested with the server.
"""

import gzip
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPResponse, IncompleteRead
from typing import Any

import pytest

from enfilade.exceptions import TransportLost
from enfilade.gateway.body import RequestBody
from enfilade.gateway.file_range import FileRange
from enfilade.gateway.lint import lint
from enfilade.gateway.wsgi import base_environ, build_environ, respond
from enfilade.protocol.policy import Policy
from enfilade.protocol.receiver import RequestReceiver
from enfilade.protocol.response import ResponseWriter
from enfilade.types import Environ

TEXT = [("Content-Type", "text/plain")]


class Client:
    """The client's end of a connection that has ended."""

    def __init__(self, wire: bytes) -> None:
        self._file = io.BytesIO(wire)

    def makefile(self, mode: str) -> io.BytesIO:
        return self._file


@dataclass
class Served:
    """What one exchange left behind."""

    sent: list[bytes | FileRange]
    errors: str
    writer: ResponseWriter
    method: str

    @property
    def wire(self) -> bytes:
        return b"".join(
            piece if isinstance(piece, bytes) else b"".join(piece.copy()) for piece in self.sent
        )

    @property
    def response(self) -> HTTPResponse:
        response = HTTPResponse(Client(self.wire), method=self.method)
        response.begin()
        return response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def body(self) -> bytes:
        return self.response.read()


def make_environ(request: bytes, errors: io.StringIO, **base: Any) -> tuple[Environ, Any]:
    receiver = RequestReceiver(Policy())
    receiver.feed(request)
    receiver.feed_eof()
    head = receiver.next_head()
    assert head is not None
    values = {
        "server_name": "localhost",
        "server_port": 8000,
        "url_scheme": "http",
        "multithread": True,
        "multiprocess": False,
    }
    template = base_environ(**{**values, **base}, errors=errors)
    body = RequestBody(receiver.read_body)
    return build_environ(template, head, ("127.0.0.1", 5000), body), head


def serve(
    application: Any,
    request: bytes = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    send: Callable[[bytes], object] | None = None,
) -> Served:
    errors = io.StringIO()
    environ, head = make_environ(request, errors)
    writer = ResponseWriter(head, date=lambda: b"Sun, 06 Nov 1994 08:49:37 GMT")
    sent: list[bytes] = []
    try:
        respond(application, environ, writer, send or sent.append)
    finally:
        served = Served(sent, errors.getvalue(), writer, head.method)
    return served


def request(
    method: str = "GET",
    target: str = "/",
    fields: str = "",
    body: bytes = b"",
    version: str = "1.1",
) -> bytes:
    return f"{method} {target} HTTP/{version}\r\nHost: a\r\n{fields}\r\n".encode("latin-1") + body


def environ_of(data: bytes, **base: Any) -> Environ:
    return make_environ(data, io.StringIO(), **base)[0]


class Closing:
    """An iterable that counts how often it is closed."""

    def __init__(self, *chunks: Any, error: Exception | None = None) -> None:
        self.closed = 0
        self._chunks = chunks
        self._error = error

    def __iter__(self) -> Iterator[Any]:
        yield from self._chunks
        if self._error:
            raise self._error

    def close(self) -> None:
        self.closed += 1


def answering(result: Any, status: str = "200 OK", headers: Any = TEXT) -> Any:
    def application(environ: Environ, start_response: Any) -> Any:
        start_response(status, headers)
        return result

    return application


# Specification Details -----------------------------------------------------------------------


def test_serves_a_list_in_one_piece_with_its_length() -> None:
    served = serve(answering([b"hello", b" ", b"world"]))
    assert len(served.sent) == 1
    assert served.response.getheader("Content-Length") == "11"
    assert served.body == b"hello world"
    assert served.writer.complete
    assert served.writer.keep_alive


def test_an_empty_iterable_is_an_empty_body() -> None:
    for empty in ([], (), iter(()), [b""], iter([b"", b""])):
        served = serve(answering(empty))
        assert served.response.getheader("Content-Length") == "0"
        assert served.writer.complete


def test_each_chunk_leaves_before_the_next_is_asked_for() -> None:
    sent: list[bytes] = []
    seen: list[int] = []

    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", TEXT)
        for number in range(3):
            seen.append(len(sent))
            yield b"chunk %d" % number

    serve(application, send=sent.append)
    assert seen == [0, 1, 2]
    assert sent[0].endswith(b"\r\n\r\n7\r\nchunk 0\r\n")
    assert sent[1:] == [b"7\r\nchunk 1\r\n", b"7\r\nchunk 2\r\n", b"0\r\n\r\n"]


def test_a_large_body_is_not_copied_behind_its_head() -> None:
    body = b"a" * 1_000_000
    served = serve(answering([body]))
    assert served.sent[1] is body
    assert served.body == body


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_close_is_called_once_after_the_last_chunk(version: str) -> None:
    result = Closing(b"hello")
    served = serve(answering(result), request(version=version))
    assert result.closed == 1
    assert served.body == b"hello"


def test_close_is_called_once_if_the_iterable_fails() -> None:
    result = Closing(b"hello", error=ValueError("oh"))
    serve(answering(result))
    assert result.closed == 1


def test_close_is_called_once_if_the_application_never_began() -> None:
    result = Closing(b"hello")
    served = serve(lambda environ, start_response: result)
    assert result.closed == 1
    assert served.status == 500


def test_close_is_called_once_for_head() -> None:
    result = Closing(b"hello", b"world")
    served = serve(answering(result), request("HEAD"))
    assert result.closed == 1
    assert served.wire.endswith(b"\r\n\r\n")


def test_close_is_called_once_if_the_client_has_gone() -> None:
    def send(data: bytes) -> None:
        raise TransportLost("gone")

    result = Closing(b"hello", b"world")
    with pytest.raises(TransportLost):
        serve(answering(result), send=send)
    assert result.closed == 1


def test_a_failing_close_is_reported_and_spoils_nothing() -> None:
    class Failing(Closing):
        def close(self) -> None:
            raise ValueError("cannot close")

    served = serve(answering(Failing(b"hello")))
    assert served.body == b"hello"
    assert served.writer.keep_alive
    assert "close() failed" in served.errors
    assert "cannot close" in served.errors


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "returned None"),
        (5, "returned 5"),
        ("hello", "gave str"),
        (b"hello", "gave int"),
        (["hello"], "gave str"),
        ([b"a", None], "gave NoneType"),
        (iter([bytearray(b"a")]), "gave bytearray"),
    ],
)
def test_a_result_that_is_no_iterable_of_bytes_is_a_500(result: Any, message: str) -> None:
    served = serve(answering(result))
    assert served.status == 500
    assert message in served.errors
    assert "Hint:" in served.errors


# environ Variables ---------------------------------------------------------------------------


def test_environ_is_a_plain_dict_with_everything_required() -> None:
    environ = environ_of(request("POST", "/a?b=c", "Content-Type: text/x\r\nX-Y: z\r\n"))
    assert type(environ) is dict
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a",
        "QUERY_STRING": "b=c",
        "CONTENT_TYPE": "text/x",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "5000",
        "RAW_URI": "/a?b=c",
        "REQUEST_URI": "/a?b=c",
        "HTTP_HOST": "a",
        "HTTP_X_Y": "z",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    assert {key: environ[key] for key in expected} == expected
    assert "HTTP_CONTENT_TYPE" not in environ
    assert "CONTENT_LENGTH" not in environ


def test_environ_belongs_to_one_request() -> None:
    base = base_environ(
        server_name="a", server_port=1, url_scheme="https", multithread=False, multiprocess=True
    )
    before = dict(base)
    receiver = RequestReceiver(Policy())
    receiver.feed(request(fields="X: y\r\n"))
    head = receiver.next_head()
    assert head is not None
    environ = build_environ(base, head, None, io.BytesIO())
    environ["changed"] = True
    assert base == before
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["wsgi.multiprocess"] is True
    assert environ["wsgi.errors"] is sys.stderr
    assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == ("", "")


def test_names_with_an_underscore_and_proxy_stay_out_of_environ() -> None:
    fields = "X_Real_IP: 1\r\nProxy: evil\r\nX-Real-IP: 2\r\nContent_Type: 3\r\n"
    environ = environ_of(request(fields=fields))
    assert environ["HTTP_X_REAL_IP"] == "2"
    assert "HTTP_PROXY" not in environ
    assert "CONTENT_TYPE" not in environ


def test_variables_of_the_process_stay_out_of_environ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "evil")
    monkeypatch.setenv("HTTP_X_SECRET", "1")
    environ = environ_of(request())
    assert not {"HTTP_PROXY", "HTTP_X_SECRET", "PATH"} & set(environ)


def test_repeated_fields_are_joined() -> None:
    environ = environ_of(request(fields="A: 1\r\nCookie: x=1\r\nA: 2\r\nCookie: y=2\r\n"))
    assert environ["HTTP_A"] == "1,2"
    assert environ["HTTP_COOKIE"] == "x=1; y=2"


def test_an_absolute_target_gives_http_host() -> None:
    data = b"GET http://b:8/c HTTP/1.1\r\nHost: a\r\n\r\n"
    environ = environ_of(data)
    assert environ["HTTP_HOST"] == "b:8"
    assert environ["PATH_INFO"] == "/c"
    assert environ["REQUEST_URI"] == "http://b:8/c"


def test_the_asterisk_is_no_path() -> None:
    assert environ_of(request("OPTIONS", "*"))["PATH_INFO"] == ""


def test_http_1_0_is_named() -> None:
    environ = environ_of(request(version="1.0"))
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.0"


def test_a_decoded_transfer_coding_is_not_named() -> None:
    environ = environ_of(request("POST", fields="Transfer-Encoding: chunked\r\n"))
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert "CONTENT_LENGTH" not in environ


# Input and Error Streams ---------------------------------------------------------------------


def reading(method: str, *arguments: int) -> tuple[Any, list]:
    """An application that reads its input with *method* until nothing comes, and what it got."""
    got: list = []

    def application(environ: Environ, start_response: Any) -> list[bytes]:
        while piece := getattr(environ["wsgi.input"], method)(*arguments):
            got.append(piece)
        start_response("200 OK", TEXT)
        return []

    return application, got


BODY = b"first\nsecond\n\nlast"
CHUNKED = b"3\r\nfir\r\n6\r\nst\nsec\r\n9\r\nond\n\nlast\r\n0\r\n\r\n"
POSTS = {
    "length": request("POST", fields=f"Content-Length: {len(BODY)}\r\n", body=BODY + b"GET /"),
    "chunked": request("POST", fields="Transfer-Encoding: chunked\r\n", body=CHUNKED + b"GET /"),
}


@pytest.mark.parametrize("data", POSTS.values(), ids=POSTS.keys())
@pytest.mark.parametrize(
    ("method", "arguments", "expected"),
    [
        ("read", (), [BODY]),
        ("read", (-1,), [BODY]),
        ("read", (7,), [b"first\ns", b"econd\n\n", b"last"]),
        ("read", (1000,), [BODY]),
        ("readline", (), [b"first\n", b"second\n", b"\n", b"last"]),
        ("readline", (4,), [b"firs", b"t\n", b"seco", b"nd\n", b"\n", b"last"]),
        ("readlines", (), [[b"first\n", b"second\n", b"\n", b"last"]]),
        ("readlines", (6,), [[b"first\n", b"second\n"], [b"\n", b"last"]]),
    ],
)
def test_input_ends_with_the_body(
    data: bytes, method: str, arguments: tuple[int, ...], expected: list
) -> None:
    application, got = reading(method, *arguments)
    assert serve(application, data).status == 200
    assert got == expected


@pytest.mark.parametrize("data", POSTS.values(), ids=POSTS.keys())
def test_input_can_be_iterated_by_lines(data: bytes) -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", TEXT)
        return list(environ["wsgi.input"])

    assert serve(application, data).body == BODY


def test_input_without_a_body_is_at_its_end() -> None:
    application, got = reading("read")
    assert serve(application).status == 200
    assert got == []


@pytest.mark.parametrize(
    ("fields", "body", "reason"),
    [
        ("Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\nxyz\r\n", b"chunk size"),
        ("Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n", b"ended inside the body"),
        ("Content-Length: 9\r\n", b"hello", b"ended inside the body"),
    ],
)
@pytest.mark.parametrize("method", ["read", "readline", "readlines"])
def test_a_malformed_or_truncated_body_is_an_error_never_an_end(
    method: str, fields: str, body: bytes, reason: bytes
) -> None:
    application, _ = reading(method)
    served = serve(application, request("POST", fields=fields, body=body))
    assert served.status == 400
    assert reason in served.body
    assert not served.writer.keep_alive
    assert served.errors == ""


def test_an_application_can_handle_a_broken_body_as_an_oserror() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            start_response("422 Unprocessable Content", TEXT)
            return [str(error).encode()]
        raise AssertionError("not reached")

    served = serve(application, request("POST", fields="Content-Length: 9\r\n"))
    assert served.status == 422
    assert b"ended inside the body" in served.body


def test_an_application_that_gives_the_error_another_name_still_ends_in_400() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        try:
            return [environ["wsgi.input"].read()]
        except OSError as error:
            raise LookupError("no form") from error

    assert serve(application, request("POST", fields="Content-Length: 9\r\n")).status == 400


# The start_response() Callable ---------------------------------------------------------------


def test_the_head_waits_for_the_first_chunk_that_is_not_empty() -> None:
    sent: list[bytes] = []

    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        yield b""
        start_response("201 Created", [("X-Late", "yes")])
        yield b""
        assert sent == []
        yield b"made"

    serve(application, send=sent.append)
    assert sent[0].startswith(b"HTTP/1.1 201 Created\r\nX-Late: yes\r\n")


def test_a_generator_may_call_start_response_when_it_runs() -> None:
    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("201 Created", [("X-Late", "yes")])
        yield b"made"

    served = serve(application)
    assert served.status == 201
    assert served.response.getheader("X-Late") == "yes"
    assert served.body == b"made"


@pytest.mark.parametrize("result", [[b"hello"], iter([b"hello"]), [], iter([])])
def test_a_body_without_start_response_is_a_500(result: Any) -> None:
    served = serve(lambda environ, start_response: result)
    assert served.status == 500
    assert "never called start_response" in served.errors


def test_a_second_call_without_exc_info_is_an_error() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", TEXT)
        start_response("201 Created", TEXT)
        return [b""]

    served = serve(application)
    assert served.status == 500
    assert "second time" in served.errors


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200", TEXT),
        ("200 O\r\nK", TEXT),
        ("103 Early Hints", TEXT),
        ("200 OK", [("A\r\nB", "c")]),
        ("200 OK", [("A", "b\r\nSet-Cookie: c=d")]),
        ("200 OK", [("A", "b\0")]),
        ("200 OK", [("A", "日本")]),
        ("200 OK", [("A", b"c")]),
        ("200 OK", [("Connection", "close")]),
        ("200 OK", [("Transfer-Encoding", "chunked")]),
        ("200 OK", [("Content-Length", "abc")]),
    ],
)
def test_a_bad_head_raises_while_the_application_still_runs(status: str, headers: Any) -> None:
    raised: list[Exception] = []

    def application(environ: Environ, start_response: Any) -> list[bytes]:
        try:
            start_response(status, headers)
        except Exception as error:
            raised.append(error)
            raise
        return [b"hello"]

    served = serve(application)
    assert len(raised) == 1
    assert served.status == 500
    assert served.errors
    assert b"Set-Cookie" not in served.wire


def test_native_strings_go_out_as_latin_1() -> None:
    served = serve(answering([b""], "200 Sch\xf6n", [("X-A", "\xe9\xff")]))
    assert b"HTTP/1.1 200 Sch\xf6n\r\nX-A: \xe9\xff\r\n" in served.wire


# Handling the Content-Length Header ----------------------------------------------------------


@pytest.mark.parametrize("wrap", [list, iter], ids=["list", "iterator"])
def test_a_body_that_is_too_short_closes_and_is_reported(wrap: Any) -> None:
    served = serve(answering(wrap([b"hello"]), headers=[("Content-Length", "9")]))
    assert not served.writer.complete
    assert not served.writer.keep_alive
    assert "4 bytes shorter" in served.errors
    with pytest.raises(IncompleteRead):
        served.response.read()


@pytest.mark.parametrize("wrap", [list, iter], ids=["list", "iterator"])
def test_a_body_that_is_too_long_is_cut_off_and_closes(wrap: Any) -> None:
    served = serve(answering(wrap([b"hello", b" world"]), headers=[("Content-Length", "7")]))
    assert served.wire.endswith(b"\r\n\r\nhello w")
    assert not served.writer.keep_alive
    assert "longer" in served.errors


def test_an_endless_body_is_not_asked_for_more_than_its_length() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"hello"

    served = serve(answering(endless(), headers=[("Content-Length", "7")]))
    assert served.body == b"hellohe"


def test_code_after_the_last_chunk_runs() -> None:
    done: list[bool] = []

    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        yield b"hello"
        done.append(True)

    assert serve(application).body == b"hello"
    assert done == [True]


def test_the_length_of_a_single_chunk_is_known() -> None:
    class Single(Closing):
        def __len__(self) -> int:
            return 1

    served = serve(answering(Single(b"hello")))
    assert served.response.getheader("Content-Length") == "5"
    assert served.body == b"hello"


@pytest.mark.parametrize(
    ("method", "status"),
    [("HEAD", "200 OK"), ("HEAD", "404 Not Found"), ("GET", "204 No Content"), ("GET", "304 Not")],
)
@pytest.mark.parametrize("wrap", [list, iter], ids=["list", "iterator"])
def test_no_body_follows_head_204_and_304(method: str, status: str, wrap: Any) -> None:
    served = serve(answering(wrap([b"hello"]), status), request(method))
    assert served.wire.endswith(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in served.wire
    assert served.writer.keep_alive
    assert served.writer.complete
    assert served.errors == ""


def test_head_keeps_the_length_that_the_application_declared() -> None:
    served = serve(answering([], headers=[("Content-Length", "5")]), request("HEAD"))
    assert served.response.getheader("Content-Length") == "5"
    assert served.writer.keep_alive


def test_an_endless_answer_to_head_ends_with_its_head() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"hello"

    assert serve(answering(endless()), request("HEAD")).writer.complete


# The write() Callable ------------------------------------------------------------------------


def test_what_is_written_goes_before_the_iterable() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        write = start_response("200 OK", TEXT)
        write(b"hello")
        write(b"")
        write(b" ")
        return [b"world"]

    served = serve(application)
    assert served.body == b"hello world"
    assert len(served.sent) == 4


def test_writing_beyond_content_length_is_an_error() -> None:
    raised: list[Exception] = []

    def application(environ: Environ, start_response: Any) -> list[bytes]:
        write = start_response("200 OK", [("Content-Length", "3")])
        try:
            write(b"hello")
        except Exception as error:
            raised.append(error)
        return []

    served = serve(application)
    assert served.body == b"hel"
    assert "more than its Content-Length" in str(raised[0])
    assert not served.writer.keep_alive


def test_what_is_written_after_head_is_dropped() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        write = start_response("200 OK", TEXT)
        write(b"hello")
        write(b" world")
        return []

    served = serve(application, request("HEAD"))
    assert len(served.sent) == 1
    assert served.wire.endswith(b"\r\n\r\n")


def test_writing_text_is_an_error() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", TEXT)("hello")
        return []

    served = serve(application)
    assert served.status == 500
    assert "gave str" in served.errors


# Unicode Issues ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/caf%C3%A9", "/caf\xc3\xa9"),
        ("/%ff", "/\xff"),
        ("/a%2Fb%3Fc", "/a/b?c"),
        ("/%", "/%"),
        ("/%zz", "/%zz"),
        ("/a+b", "/a+b"),
        ("//a", "//a"),
    ],
)
def test_path_info_is_the_decoded_octets_as_latin_1(target: str, path: str) -> None:
    environ = environ_of(request(target=target))
    assert environ["PATH_INFO"] == path
    assert environ["RAW_URI"] == target


def test_values_are_octets_as_latin_1() -> None:
    environ = environ_of(request(fields="A: \xc3\xa9\r\n"))
    assert environ["HTTP_A"] == "\xc3\xa9"


# Error Handling ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ValueError, SystemExit])
def test_a_failing_application_is_a_500_with_its_traceback_in_the_log(kind: Any) -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", TEXT)
        raise kind("the cause")

    served = serve(application, request(target="/where"))
    assert served.status == 500
    assert b"the cause" not in served.wire
    assert "GET '/where': the application failed" in served.errors
    assert f"{kind.__name__}: the cause" in served.errors
    assert served.writer.keep_alive


def test_a_log_line_cannot_be_forged_by_a_path() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        raise ValueError

    served = serve(application, request(target="/%0AERROR%1b"))
    assert served.errors.splitlines()[0] == r"GET '/\nERROR\x1b': the application failed"


def test_a_broken_log_spoils_no_answer() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    environ, head = make_environ(request(), Broken())
    writer = ResponseWriter(head, date=lambda: b"now")
    sent: list[bytes] = []
    respond(lambda environ, start_response: None, environ, writer, sent.append)
    assert b"".join(sent).startswith(b"HTTP/1.1 500 ")


def test_a_failure_at_the_first_chunk_is_a_500() -> None:
    served = serve(answering(Closing(b"", error=ValueError("oh"))))
    assert served.status == 500


def test_a_failure_after_the_first_chunk_cuts_the_response_off() -> None:
    served = serve(answering(Closing(b"hello", error=ValueError("oh"))))
    assert served.status == 200
    assert not served.wire.endswith(b"0\r\n\r\n")
    assert not served.writer.complete
    assert not served.writer.keep_alive
    assert "ValueError: oh" in served.errors
    with pytest.raises(IncompleteRead):
        served.response.read()


def test_exc_info_replaces_a_head_that_has_not_been_sent() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-First", "1"), ("Content-Length", "99")])
        try:
            raise ValueError("oh")
        except ValueError:
            start_response("503 Busy", [("X-Second", "2")], sys.exc_info())
        return [b"sorry"]

    served = serve(application)
    assert served.status == 503
    assert served.response.getheader("X-First") is None
    assert served.response.getheader("X-Second") == "2"
    assert served.body == b"sorry"


def test_exc_info_is_raised_again_once_the_head_has_been_sent() -> None:
    caught: list[BaseException] = []

    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", TEXT)
        yield b"hello"
        try:
            raise ValueError("oh")
        except ValueError:
            try:
                start_response("500 Oh", TEXT, sys.exc_info())
            except ValueError as error:
                caught.append(error)
                raise

    served = serve(application)
    assert str(caught[0]) == "oh"
    assert served.status == 200
    assert not served.writer.complete


def test_an_application_may_start_with_exc_info() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        try:
            raise ValueError("oh")
        except ValueError:
            start_response("500 Oh", TEXT, sys.exc_info())
        return [b"sorry"]

    assert serve(application).body == b"sorry"


def test_an_interrupt_goes_through_but_closes_first() -> None:
    result = Closing(b"hello")

    def send(data: bytes) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(answering(result), send=send)
    assert result.closed == 1


def test_nothing_is_said_to_a_client_that_has_gone() -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        raise TransportLost("gone")

    sent: list[bytes] = []
    with pytest.raises(TransportLost):
        serve(application, send=sent.append)
    assert sent == []


# HTTP 1.1 Expect/Continue and Other HTTP Features --------------------------------------------


def test_http_1_0_gets_no_chunks() -> None:
    served = serve(answering(iter([b"hello", b" world"])), request(version="1.0"))
    assert b"chunked" not in served.wire
    assert served.body == b"hello world"
    assert not served.writer.keep_alive


# Optional Platform-Specific File Handling ----------------------------------------------------


class Download:
    """An application that answers with a file, from *offset* on."""

    def __init__(self, file: Any, headers: Any = TEXT, *block: int) -> None:
        self.file = file
        self._headers = headers
        self._block = block

    def __call__(self, environ: Environ, start_response: Any) -> Any:
        start_response("200 OK", self._headers)
        return environ["wsgi.file_wrapper"](self.file, *self._block)


@pytest.fixture
def path(tmp_path: Any) -> Any:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789" * 20_000)
    return path


@pytest.mark.parametrize("buffering", [-1, 0], ids=["buffered", "raw"])
def test_a_file_is_sent_from_its_present_position_and_closed(path: Any, buffering: int) -> None:
    file = path.open("rb", buffering=buffering)
    file.seek(7)
    served = serve(Download(file))
    assert served.body == path.read_bytes()[7:]
    assert served.response.getheader("Content-Length") == "199993"
    assert served.writer.keep_alive
    assert file.closed


def test_a_file_ends_at_content_length_without_fault(path: Any) -> None:
    served = serve(Download(path.open("rb"), [("Content-Length", "70000")]))
    assert served.body == path.read_bytes()[:70000]
    assert served.writer.keep_alive
    assert served.errors == ""


def test_a_file_shorter_than_content_length_closes(path: Any) -> None:
    served = serve(Download(path.open("rb"), [("Content-Length", "200001")]))
    assert not served.writer.complete
    assert "1 bytes shorter" in served.errors


def test_a_filelike_needs_only_read() -> None:
    class Filelike:
        def __init__(self) -> None:
            self.asked: list[int] = []

        def read(self, size: int) -> bytes:
            self.asked.append(size)
            return b"abc" if len(self.asked) < 3 else b""

    filelike = Filelike()
    served = serve(Download(filelike, TEXT, 10))
    assert served.body == b"abcabc"
    assert filelike.asked == [10, 10, 10]


def test_a_compressed_file_is_sent_as_it_reads(tmp_path: Any) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(b"a" * 100_000))
    with gzip.open(path) as file:
        assert serve(Download(file)).body == b"a" * 100_000


def test_head_is_told_the_length_of_a_file(path: Any) -> None:
    file = path.open("rb", buffering=0)
    served = serve(Download(file), request("HEAD"))
    assert served.response.getheader("Content-Length") == "200000"
    assert served.wire.endswith(b"\r\n\r\n")
    assert file.closed


def test_a_file_that_cannot_be_read_is_a_500() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("disk")

    assert serve(Download(Broken())).status == 500


# Both sides under the lint -------------------------------------------------------------------


@pytest.mark.parametrize("data", [request(), request("HEAD"), *POSTS.values()])
def test_the_server_side_stands_the_lint(data: bytes) -> None:
    def application(environ: Environ, start_response: Any) -> Closing:
        body = environ["wsgi.input"].read()
        environ["wsgi.errors"].write("noted\n")
        start_response("200 OK", [("Content-Length", str(len(body) + 5))])(b"hello")
        return Closing(body)

    served = serve(lint(application), data)
    assert served.status == 200
    assert served.errors == "noted\n"
