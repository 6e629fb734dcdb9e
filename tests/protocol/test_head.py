"""Properties of the head parser; its rules are tested in tests/spec/test_rfc9112.py."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.chosen import parse_request_head
from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.fields import FIELD_NAMES
from enfilade.protocol.head import RequestHead
from enfilade.protocol.memo import LONGEST_KEY
from enfilade.protocol.policy import Policy, Rule

POLICY = Policy()

tchars = st.sampled_from("!#$%&'*+-.^`|~" + string.ascii_letters + string.digits)
tokens = st.text(tchars, min_size=1, max_size=20)
own_names = tokens.map(lambda name: "X-" + name)
inner = [*map(chr, range(0x21, 0x7F)), *map(chr, range(0x80, 0x100)), " ", "\t"]
values = st.text(st.sampled_from(inner), max_size=30).map(lambda text: text.strip(" \t"))
paths = st.text(st.sampled_from(string.ascii_letters + string.digits + "/%-._~!$&'()*+,;=:@"))
queries = st.text(st.sampled_from(string.ascii_letters + string.digits + "/?%&=+"))
fragments = st.sampled_from(
    [
        b"GET ", b"/", b" HTTP/1.1", b"\r\n", b"\n", b"\r", b"Host: a", b"Content-Length: ", b"5",
        b"Transfer-Encoding: chunked", b"chunked", b":", b" ", b"\t", b",", b"\0", b"_", b"*",
        b"http://a", b"#", b"\xff", b"Expect: ", b"Connection: close", b"%", b"OPTIONS ",
    ]
)  # fmt: skip


@given(
    method=tokens.filter(lambda method: method != "CONNECT"),
    path=paths,
    query=queries,
    fields=st.lists(st.tuples(own_names, values), max_size=20),
)
def test_a_valid_request_comes_back_as_it_was_sent(
    method: str, path: str, query: str, fields: list[tuple[str, str]]
) -> None:
    lines = [f"{method} /{path}?{query} HTTP/1.1", "Host: a"]
    lines += [f"{name}: {value}" for name, value in fields]
    head = parse_request_head("\r\n".join([*lines, "", ""]).encode("latin-1"), POLICY)
    assert (head.method, head.path, head.query) == (method, f"/{path}", query)
    assert head.headers == [("host", "a"), *((name.lower(), value) for name, value in fields)]


@given(st.one_of(st.binary(), st.lists(fragments).map(b"".join)), st.booleans())
def test_any_bytes_give_a_head_or_a_protocol_error(data: bytes, ended: bool) -> None:
    if ended:
        data += b"\r\n\r\n"
    try:
        head = parse_request_head(data, POLICY)
    except ProtocolError as error:
        assert 400 <= error.status < 600
    else:
        assert isinstance(head, RequestHead)
        assert data.endswith(b"\r\n\r\n")
        assert head.method in data.decode("latin-1")


def test_a_head_without_its_end_is_truncated() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_request_head(b"GET / HTTP/1.0\r\n", POLICY)
    assert caught.value.rule is Rule.TRUNCATED_HEAD


def test_strangers_cannot_make_the_memo_of_names_grow() -> None:
    for number in range(2000):
        line = f"GET / HTTP/1.1\r\nHost: a\r\nX-{number}: 1\r\n\r\n"
        head = parse_request_head(line.encode(), POLICY)
        assert head.headers[1] == (f"x-{number}", "1")
    assert len(FIELD_NAMES) <= 512
    assert max(map(len, FIELD_NAMES)) <= LONGEST_KEY
