"""The marks of an exchange on its trace, and the answer of another application of the field."""

import io
from collections.abc import Iterator
from typing import Any
from wsgiref.validate import validator

import pytest

from enfilade import lifecycle
from enfilade.gateway.environ import ENVIRON_KEYS
from enfilade.gateway.wsgi import base_environ, build_environ, respond
from enfilade.protocol.chosen import parse_request_head
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import Policy
from enfilade.protocol.response import ResponseWriter
from enfilade.trace import Trace
from enfilade.types import Environ

HEAD = b"GET /a?b HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\n\r\n"


@pytest.fixture
def head() -> RequestHead:
    return parse_request_head(HEAD, Policy())


@pytest.fixture
def base() -> Environ:
    return base_environ(
        server_name="a",
        server_port=80,
        url_scheme="http",
        multithread=False,
        multiprocess=False,
        errors=io.StringIO(),
    )


def hello(environ: Environ, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    environ["enfilade.trace"].mark("view")
    yield b"hello"
    yield b"world"


def test_the_trace_has_the_steps_of_this_room_once_each(head: RequestHead, base: Environ) -> None:
    trace = Trace()
    environ = build_environ(base, head, None, io.BytesIO(), trace)
    writer = ResponseWriter(head, date=lambda: b"now")
    respond(hello, environ, writer, lambda data: None)
    events = [event.event for event in trace.events]
    assert events == ["gateway", "view", "write"]
    assert lifecycle.step("gateway").folder == "gateway"


def test_an_error_response_is_marked_too(head: RequestHead, base: Environ) -> None:
    trace = Trace()
    environ = build_environ(base, head, None, io.BytesIO(), trace)
    writer = ResponseWriter(head, date=lambda: b"now")
    respond(lambda environ, start_response: None, environ, writer, lambda data: None)  # type: ignore
    assert [(event.event, event.detail) for event in trace.events] == [
        ("gateway", ""),
        ("write", "500"),
    ]


def test_an_untraced_request_has_no_trace(head: RequestHead, base: Environ) -> None:
    assert "enfilade.trace" not in build_environ(base, head, None, io.BytesIO())


def test_stands_the_validator_of_the_standard_library(head: RequestHead, base: Environ) -> None:
    def application(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter([b"hello"])

    sent: list[bytes] = []
    environ = build_environ(base, head, ("127.0.0.1", 1), io.BytesIO())
    writer = ResponseWriter(head, date=lambda: b"now")
    respond(validator(application), environ, writer, sent.append)
    assert base["wsgi.errors"].getvalue() == ""
    assert sent[-1].endswith(b"0\r\n\r\n")
    assert writer.complete


def test_common_variables_are_the_very_strings_that_programs_look_up(
    head: RequestHead, base: Environ
) -> None:
    environ = build_environ(base, head, None, io.BytesIO())
    keys = {key: key for key in environ}
    assert keys["HTTP_HOST"] is "HTTP_HOST"  # noqa: F632
    assert keys["CONTENT_TYPE"] is "CONTENT_TYPE"  # noqa: F632


def test_strangers_cannot_make_the_memo_of_variables_grow(base: Environ) -> None:
    for number in range(1000):
        data = f"GET / HTTP/1.1\r\nHost: a\r\nX-{number}: 1\r\n\r\n".encode()
        head = parse_request_head(data, Policy())
        assert build_environ(base, head, None, io.BytesIO())[f"HTTP_X_{number}"] == "1"
    assert len(ENVIRON_KEYS) <= 512


def test_the_length_of_a_body_in_memory_is_known_without_len(
    head: RequestHead, base: Environ
) -> None:
    class Response:
        def __iter__(self):
            return iter([b"all of ", b"it"])

    def application(environ, start_response):
        start_response("200 OK", [])
        return Response()

    sent: list[bytes] = []
    environ = build_environ(base, head, None, io.BytesIO(), None)
    respond(application, environ, ResponseWriter(head, date=lambda: b"now"), sent.append)
    (only,) = sent
    assert b"\r\nContent-Length: 9\r\n" in only
    assert only.endswith(b"\r\n\r\nall of it")
