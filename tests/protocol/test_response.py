"""What the writer puts on the wire, in the order of RFC 9112 and RFC 9110."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.errors import ResponseError
from enfilade.protocol.policy import HOP_BY_HOP
from enfilade.protocol.response import ResponseWriter, State

MakeWriter = Callable[..., ResponseWriter]


def head_lines(data: bytes) -> list[bytes]:
    head, separator, rest = data.partition(b"\r\n\r\n")
    assert separator
    assert rest == b""
    return head.split(b"\r\n")


# The head ------------------------------------------------------------------------------------


def test_writes_status_fields_date_and_server(make_writer: MakeWriter) -> None:
    data = make_writer().start("200 OK", [("X-A", "b"), ("Set-Cookie", "c"), ("X-A", "")], 5)
    assert data == (
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nSet-Cookie: c\r\nX-A: \r\n"
        b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: Enfilade\r\nContent-Length: 5\r\n\r\n"
    )


def test_keeps_the_applications_own_date_and_server(make_writer: MakeWriter) -> None:
    lines = head_lines(make_writer().start("200 OK", [("date", "now"), ("SERVER", "me")], 0))
    assert lines == [b"HTTP/1.1 200 OK", b"date: now", b"SERVER: me", b"Content-Length: 0"]


def test_writes_latin_1(make_writer: MakeWriter) -> None:
    lines = head_lines(make_writer().start("200 Schön", [("A", "é\t\xff")], 0))
    assert lines[:2] == [b"HTTP/1.1 200 Sch\xf6n", b"A: \xe9\t\xff"]


def test_a_status_may_have_an_empty_reason(make_writer: MakeWriter) -> None:
    assert head_lines(make_writer().start("299 ", [], 0))[0] == b"HTTP/1.1 299 "


@pytest.mark.parametrize(
    "status",
    ["200", "20 OK", "2000 OK", "OK", "", " 200 OK", "099 x", "²00 OK", 200, b"200 OK", None],
)
def test_refuses_a_malformed_status(make_writer: MakeWriter, status: str) -> None:
    with pytest.raises(ResponseError, match="status"):
        make_writer().start(status, [], 0)


@pytest.mark.parametrize("status", ["100 Continue", "101 Switching Protocols", "103 Early Hints"])
def test_refuses_an_informational_status(make_writer: MakeWriter, status: str) -> None:
    with pytest.raises(ResponseError, match="informational"):
        make_writer().start(status, [], 0)


@pytest.mark.parametrize("bad", ["\r\n", "\n", "\r", "\0", "\x7f", "\x1b", "\r\nSet-Cookie: a=b"])
@pytest.mark.parametrize("where", ["status", "name", "value"])
def test_refuses_control_characters_everywhere(
    make_writer: MakeWriter, where: str, bad: str
) -> None:
    status = f"200 O{bad}K" if where == "status" else "200 OK"
    name = f"A{bad}B" if where == "name" else "A"
    value = f"b{bad}c" if where == "value" else "b"
    with pytest.raises(ResponseError):
        make_writer().start(status, [(name, value)], 0)


@pytest.mark.parametrize("text", ["€", "日本", "\ud800"])
def test_refuses_what_is_not_latin_1(make_writer: MakeWriter, text: str) -> None:
    with pytest.raises(ResponseError, match="latin-1") as caught:
        make_writer().start("200 OK", [("X-Ok", "a"), ("X-Bad", text)], 0)
    assert "X-Bad" in str(caught.value)
    with pytest.raises(ResponseError, match="latin-1"):
        make_writer().start(f"200 {text}", [], 0)
    with pytest.raises(ResponseError, match="token"):
        make_writer().start("200 OK", [(text, "a")], 0)


@pytest.mark.parametrize("name", ["", "a b", "a:", "é", "a\t", "(a)"])
def test_refuses_a_name_that_is_no_token(make_writer: MakeWriter, name: str) -> None:
    with pytest.raises(ResponseError, match="token"):
        make_writer().start("200 OK", [(name, "b")], 0)


@pytest.mark.parametrize(
    "headers",
    [[("a", 1)], [(b"a", b"b")], [("a",)], [("a", "b", "c")], [None], [(1, "b")]],
)
def test_refuses_headers_that_are_not_pairs_of_text(make_writer: MakeWriter, headers: list) -> None:
    with pytest.raises(ResponseError, match="header"):
        make_writer().start("200 OK", headers, 0)


@pytest.mark.parametrize("name", sorted(HOP_BY_HOP))
def test_refuses_hop_by_hop_fields(make_writer: MakeWriter, name: str) -> None:
    with pytest.raises(ResponseError, match="belongs to the connection"):
        make_writer().start("200 OK", [(name.title(), "a")], 0)


@pytest.mark.parametrize("value", ["-1", "+1", "1_0", "0x1", "", " 1", "²", "9" * 19, "9" * 20])
def test_refuses_a_length_that_is_no_number(make_writer: MakeWriter, value: str) -> None:
    with pytest.raises(ResponseError, match="Content-Length"):
        make_writer().start("200 OK", [("Content-Length", value)], 0)


@pytest.mark.parametrize("name", ["Content-Length", "Date", "Server"])
def test_refuses_a_second_field_of_a_kind_that_stands_once(
    make_writer: MakeWriter, name: str
) -> None:
    with pytest.raises(ResponseError, match="twice"):
        make_writer().start("200 OK", [(name, "1"), (name.lower(), "1")], 0)


def test_a_refused_head_can_be_replaced(make_writer: MakeWriter) -> None:
    writer = make_writer()
    writer.prepare("200 OK", [("Content-Length", "5"), ("Date", "now")])
    with pytest.raises(ResponseError):
        writer.prepare("200 OK", [("A", "\n")])
    lines = head_lines(writer.start("500 Oh", [], 0))
    assert lines[0] == b"HTTP/1.1 500 Oh"
    assert b"Content-Length: 0" in lines
    assert lines[1].startswith(b"Date: Sun")


anything = st.text(st.one_of(st.sampled_from("\r\n\0\t: aé€"), st.characters()), max_size=8)


@given(st.one_of(st.just("200 OK"), anything), st.lists(st.tuples(anything, anything), max_size=3))
def test_any_head_is_refused_or_has_just_the_lines_that_were_asked_for(
    status: str, headers: list[tuple[str, str]]
) -> None:
    writer = ResponseWriter(None, date=lambda: b"now")
    try:
        lines = head_lines(writer.start(status, headers, 0))
    except ResponseError:
        return
    special = {"date", "server", "content-length"} & {name.lower() for name, _ in headers}
    assert len(lines) == 1 + len(headers) + 4 - len(special)
    assert all(b"\r" not in line and b"\n" not in line for line in lines)


# Framing -------------------------------------------------------------------------------------


def test_an_unknown_length_is_chunked(make_writer: MakeWriter) -> None:
    writer = make_writer()
    assert b"Transfer-Encoding: chunked" in head_lines(writer.start("200 OK", [], None))
    assert writer.data(b"hello world, you") == b"10\r\nhello world, you\r\n"
    assert writer.data(b"") == b""
    assert writer.end() == b"0\r\n\r\n"
    assert writer.complete
    assert writer.keep_alive
    assert writer.body_sent == 16


def test_an_unknown_length_ends_an_http_1_0_connection(make_writer: MakeWriter) -> None:
    writer = make_writer(version="1.0", connection="keep-alive")
    lines = head_lines(writer.start("200 OK", [], None))
    assert b"Connection: close" in lines
    assert not any(line.startswith(b"Transfer-Encoding") for line in lines)
    assert writer.data(b"hello") + writer.end() == b"hello"
    assert writer.complete
    assert not writer.keep_alive


def test_the_applications_length_goes_before_the_callers(make_writer: MakeWriter) -> None:
    writer = make_writer()
    lines = head_lines(writer.start("200 OK", [("content-length", "05")], 3))
    assert lines.count(b"Content-Length: 5") == 1
    assert writer.content_length == 5


def test_a_surplus_is_cut_off_and_closes(make_writer: MakeWriter) -> None:
    writer = make_writer()
    writer.start("200 OK", [("Content-Length", "5")], None)
    assert writer.data(b"hel") == b"hel"
    assert writer.data(b"lo world") == b"lo"
    assert writer.data(b"!") == b""
    assert writer.end() == b""
    assert writer.surplus == 7
    assert writer.complete
    assert not writer.keep_alive


def test_a_short_body_breaks_the_response(make_writer: MakeWriter) -> None:
    writer = make_writer()
    writer.start("200 OK", [("Content-Length", "5")], None)
    writer.data(b"hell")
    assert writer.end() == b""
    assert writer.state is State.BROKEN
    assert not writer.complete
    assert not writer.keep_alive


@pytest.mark.parametrize(
    ("method", "status", "headers", "length", "expected"),
    [
        ("HEAD", "200 OK", [], None, b""),
        ("HEAD", "200 OK", [], 0, b""),
        ("HEAD", "200 OK", [], 5, b"Content-Length: 5"),
        ("HEAD", "200 OK", [("Content-Length", "0")], None, b"Content-Length: 0"),
        ("HEAD", "204 No Content", [("Content-Length", "5")], None, b""),
        ("GET", "204 No Content", [("Content-Length", "5")], None, b""),
        ("GET", "204 No Content", [], 0, b""),
        ("GET", "304 Not Modified", [("Content-Length", "5")], None, b"Content-Length: 5"),
        ("GET", "304 Not Modified", [], 5, b""),
    ],
)
def test_no_body_follows_head_204_and_304(
    make_writer: MakeWriter,
    method: str,
    status: str,
    headers: list,
    length: int | None,
    expected: bytes,
) -> None:
    writer = make_writer(method)
    lines = head_lines(writer.start(status, headers, length))
    framing = [line for line in lines if line.startswith((b"Content-L", b"Transfer"))]
    assert b"".join(framing) == expected
    assert writer.data(b"hello") == b""
    assert writer.end() == b""
    assert writer.complete
    assert writer.keep_alive


# Connections ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "connection", "allowed", "expected"),
    [
        ("1.1", "", True, b""),
        ("1.1", "close", True, b"Connection: close"),
        ("1.1", "", False, b"Connection: close"),
        ("1.0", "", True, b"Connection: close"),
        ("1.0", "keep-alive", True, b"Connection: keep-alive"),
        ("1.0", "keep-alive", False, b"Connection: close"),
    ],
)
def test_says_whether_the_connection_goes_on(
    make_writer: MakeWriter, version: str, connection: str, allowed: bool, expected: bytes
) -> None:
    writer = make_writer(version=version, connection=connection, allowed=allowed)
    lines = head_lines(writer.start("200 OK", [], 0))
    assert b"".join(line for line in lines if line.startswith(b"Connection")) == expected
    writer.end()
    assert writer.keep_alive is (b"close" not in expected)


def test_a_request_that_could_not_be_read_ends_the_connection() -> None:
    writer = ResponseWriter(None, date=lambda: b"now")
    assert b"Connection: close" in head_lines(writer.start("400 Bad Request", [], 0))


# Order ---------------------------------------------------------------------------------------


def test_refuses_a_second_head(make_writer: MakeWriter) -> None:
    writer = make_writer()
    writer.start("200 OK", [], 0)
    with pytest.raises(ResponseError, match="already been sent"):
        writer.start("200 OK", [], 0)
    with pytest.raises(ResponseError, match="cannot be written"):
        writer.begin(0)


def test_refuses_a_body_without_a_head_and_after_the_end(make_writer: MakeWriter) -> None:
    writer = make_writer()
    assert writer.status == 0
    for act in (lambda: writer.begin(0), lambda: writer.data(b"a"), writer.end):
        with pytest.raises(ResponseError):
            act()
    writer.start("200 OK", [], None)
    writer.end()
    for act in (lambda: writer.data(b"a"), writer.end):
        with pytest.raises(ResponseError):
            act()


def test_an_aborted_response_is_never_complete(make_writer: MakeWriter) -> None:
    writer = make_writer()
    writer.start("200 OK", [], None)
    writer.abort()
    assert not writer.complete
    assert not writer.keep_alive
    with pytest.raises(ResponseError):
        writer.end()
