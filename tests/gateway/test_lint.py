"""The lint finds each fault of either side, and says which rule it is."""

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from enfilade.gateway.environ import base_environ
from enfilade.gateway.lint import LintError, lint
from enfilade.types import Environ

TEXT = [("Content-Type", "text/plain")]


@pytest.fixture
def environ() -> Environ:
    environ = base_environ(
        server_name="a",
        server_port=80,
        url_scheme="http",
        multithread=False,
        multiprocess=False,
        errors=io.StringIO(),
    )
    environ["wsgi.input"] = io.BytesIO(b"one\ntwo\n")
    environ["PATH_INFO"] = "/"
    return environ


def hello(environ: Environ, start_response: Any) -> list[bytes]:
    start_response("200 OK", TEXT)
    return [b"hello"]


class Server:
    """A server that is right, unless told otherwise."""

    def __init__(self, write: object = lambda data: None) -> None:
        self._write = write

    def start_response(self, status: str, headers: list, exc_info: object = None) -> Any:
        return self._write

    def run(self, application: Any, environ: Environ) -> bytes:
        result = lint(application)(environ, self.start_response)
        try:
            return b"".join(result)
        finally:
            result.close()


def found(application: Any, environ: Environ) -> str:
    with pytest.raises(LintError) as caught:
        Server().run(application, environ)
    assert 'PEP 3333, "' in str(caught.value)
    return caught.value.rule


def test_lets_a_good_exchange_pass(environ: Environ) -> None:
    assert Server().run(hello, environ) == b"hello"


# The server's side ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"SERVER_PORT": 80}, "SERVER_PORT is not a str"),
        ({"SERVER_PORT": "http"}, "SERVER_PORT is not a number"),
        ({"SERVER_NAME": ""}, "SERVER_NAME is empty"),
        ({"REQUEST_METHOD": "G T"}, "REQUEST_METHOD is not a token"),
        ({"SCRIPT_NAME": "/"}, "SCRIPT_NAME is '/'"),
        ({"SCRIPT_NAME": "app"}, "SCRIPT_NAME does not start with a slash"),
        ({"PATH_INFO": "a"}, "PATH_INFO does not start with a slash"),
        ({"PATH_INFO": "/日"}, "PATH_INFO has a character beyond latin-1"),
        ({"HTTP_A": b"b"}, "HTTP_A is not a str"),
        ({"HTTP_CONTENT_TYPE": "a/b"}, "its name has no HTTP_"),
        ({"CONTENT_LENGTH": "-1"}, "CONTENT_LENGTH is not a number"),
        ({"wsgi.version": (1, 1)}, "wsgi.version"),
        ({"wsgi.url_scheme": "ftp"}, "wsgi.url_scheme"),
        ({"wsgi.input": None}, "wsgi.input has no read()"),
        ({"wsgi.errors": None}, "wsgi.errors has no write()"),
        ({1: "a"}, "the key 1 is not a str"),
    ],
)
def test_finds_a_wrong_environ(environ: Environ, changes: dict, rule: str) -> None:
    environ.update(changes)
    assert rule in found(hello, environ)


def test_finds_a_missing_variable(environ: Environ) -> None:
    del environ["wsgi.run_once"]
    assert found(hello, environ) == "environ lacks wsgi.run_once"


def test_finds_an_environ_that_is_no_dict(environ: Environ) -> None:
    class Mapping(dict):
        pass

    assert "environ must be a dict" in found(hello, Mapping(environ))


def test_finds_a_call_with_keywords(environ: Environ) -> None:
    with pytest.raises(LintError, match="two positional arguments"):
        lint(hello)(environ=environ, start_response=Server().start_response)


def test_finds_a_start_response_without_write(environ: Environ) -> None:
    with pytest.raises(LintError, match="did not return a write callable"):
        Server(write=None).run(hello, environ)


def test_finds_a_server_that_swallows_exc_info(environ: Environ) -> None:
    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", TEXT)
        yield b"hello"
        try:
            raise ValueError
        except ValueError:
            start_response("500 Oh", TEXT, sys.exc_info())

    assert "did not raise exc_info again" in found(application, environ)


def test_finds_a_server_that_closes_twice_or_not_at_all(environ: Environ) -> None:
    result = lint(hello)(environ, Server().start_response)
    result.close()
    with pytest.raises(LintError, match="close\\(\\) twice"):
        result.close()


def test_reports_a_server_that_does_not_close(environ: Environ) -> None:
    errors = environ["wsgi.errors"]
    list(lint(hello)(environ, Server().start_response))
    assert "did not call close()" in errors.getvalue()


def test_finds_a_server_that_iterates_after_close_or_twice(environ: Environ) -> None:
    result = lint(hello)(environ, Server().start_response)
    chunks = iter(result)
    next(chunks)
    with pytest.raises(LintError, match="second time"):
        iter(result)
    result.close()
    with pytest.raises(LintError, match="after close"):
        next(chunks)


class WrongInput(io.BytesIO):
    def read(self, size: int | None = -1, /) -> Any:
        return "text" if size == 1 else b"more than asked"

    def readline(self, size: int | None = -1, /) -> bytes:
        return b"a\nb\n" if size == -1 else b"more than asked"

    def readlines(self, hint: int = -1, /) -> Any:
        return (b"a",)


@pytest.mark.parametrize(
    ("read", "rule"),
    [
        (lambda stream: stream.read(1), "gave str"),
        (lambda stream: stream.read(2), "more than size"),
        (lambda stream: stream.readline(), "more than a line"),
        (lambda stream: stream.readline(2), "more than size"),
        (lambda stream: stream.readlines(), "did not return a list"),
    ],
)
def test_finds_a_wrong_input(environ: Environ, read: Callable, rule: str) -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        read(environ["wsgi.input"])
        return []

    environ["wsgi.input"] = WrongInput()
    assert rule in found(application, environ)


# The application's side ----------------------------------------------------------------------


def answering(result: Any, status: Any = "200 OK", headers: Any = TEXT) -> Any:
    def application(environ: Environ, start_response: Any) -> Any:
        start_response(status, headers)
        return result

    return application


@pytest.mark.parametrize(
    ("application", "rule"),
    [
        (answering(None), "returned NoneType"),
        (answering("text"), "returned str"),
        (answering(b"bytes"), "returned bytes"),
        (answering(5), "not iterable"),
        (answering(["text"]), "a chunk of the body is str"),
        (answering([], "200"), "the status is malformed"),
        (answering([], 200), "the status is not a str"),
        (answering([], "103 Early Hints"), "informational"),
        (answering([], headers=tuple(TEXT)), "not a list"),
        (answering([], headers=[["A", "b"]]), "not a tuple"),
        (answering([], headers=[("A", 1)]), "not made of two str"),
        (answering([], headers=[("A", "b\n")]), "control character"),
        (answering([], headers=[("A B", "c")]), "not a token"),
        (answering([], headers=[("Connection", "close")]), "belongs to the connection"),
        (answering([b"hello"], headers=[("Content-Length", "4")]), "longer than"),
        (answering([b"hello"], headers=[("Content-Length", "6")]), "has 5 bytes"),
        (lambda environ, start_response: [], "never called"),
        (lambda environ, start_response: [b""], "before start_response"),
        (
            lambda environ, start_response: start_response("200 OK", headers=[]),
            "positional arguments",
        ),
        (
            lambda environ, start_response: start_response("200 OK", [], "oh"),
            "exc_info is not a tuple",
        ),
        (
            lambda environ, start_response: start_response("200 OK", [])("text"),
            "a chunk of the body is str",
        ),
        (lambda environ, start_response: environ["wsgi.input"].close(), "closes wsgi.input"),
        (lambda environ, start_response: environ["wsgi.errors"].close(), "closes wsgi.errors"),
        (lambda environ, start_response: environ["wsgi.errors"].write(b"a"), "given bytes"),
        (lambda environ, start_response: environ["wsgi.input"].read(1, 2), "one argument"),
        (lambda environ, start_response: environ["wsgi.input"].readlines(1, 2), "one argument"),
    ],
)
def test_finds_a_wrong_application(environ: Environ, application: Any, rule: str) -> None:
    assert rule in found(application, environ)


def test_finds_a_second_start_response(environ: Environ) -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", TEXT)
        start_response("200 OK", TEXT)
        return []

    assert "second time" in found(application, environ)


@pytest.mark.parametrize(("method", "status"), [("HEAD", "200 OK"), ("GET", "304 Not Modified")])
def test_a_length_promises_nothing_where_no_body_follows(
    environ: Environ, method: str, status: str
) -> None:
    environ["REQUEST_METHOD"] = method
    application = answering([], status, [("Content-Length", "5")])
    assert Server().run(application, environ) == b""


def test_streams_pass_through(environ: Environ) -> None:
    errors = environ["wsgi.errors"]

    def application(environ: Environ, start_response: Any) -> list[bytes]:
        stream = environ["wsgi.input"]
        environ["wsgi.errors"].writelines(["a", "b"])
        environ["wsgi.errors"].flush()
        start_response("200 OK", TEXT)
        return [stream.read(1), stream.readline(), *stream, *stream.readlines()]

    assert Server().run(application, environ) == b"one\ntwo\n"
    assert errors.getvalue() == "ab"


def test_an_errors_handler_may_start_again(environ: Environ) -> None:
    def application(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", TEXT)
        try:
            raise ValueError
        except ValueError:
            start_response("500 Oh", TEXT, sys.exc_info())
        return [b"sorry"]

    assert Server().run(application, environ) == b"sorry"
