"""The compiled parts give what the plain ones give: heads, environs, bodies, response heads."""

import string
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.protocol.policy import Policy
from enfilade.protocol.response import ResponseWriter

BROWSER = b"""GET /articles/caf%C3%A9/?page=2 HTTP/1.1\r
Host: www.example.com:8000\r
Connection: keep-alive\r
sec-ch-ua: "Chromium";v="124", "Not-A.Brand";v="99"\r
USER-AGENT: Mozilla/5.0 (X11; Linux x86_64)\r
Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r
Accept-Language:en\r
Accept-Language: \t de \t\r
X-Caf\x65: \xe9t\xe9\r
Cookie: a=1\r
Cookie: b=2\r
Proxy: withheld\r
Content-Length: 5\r
\r
"""

SIMPLE = [
    BROWSER,
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.0\r\nConnection: Keep-Alive , x\r\n\r\n",
    b"DELETE /?? HTTP/1.1\r\nHost: [::1]:80\r\nConnection: upgrade,\tclose\r\n\r\n",
    b"POST /%41%zz%4 HTTP/1.1\r\nhost: a:\r\nConnection:\r\nX:\r\nx:\r\n\r\n",
    b"GET /%zz%%414%4 HTTP/1.1\r\nHost: a\r\n" + b"A" * 60 + b": long\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(99)) + b"\r\n",
]

DECLINED = [
    b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: []\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\ntRANSFER-encoding: chunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741825\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: a\r\nuser-agent: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nConnection: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX_Y: z\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX : z\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: 12345678\x7f\r\n\r\n",
    b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 8190 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 100 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + (b"X: " + b"a" * 4000 + b"\r\n") * 17 + b"\r\n",
]

words = st.sampled_from(
    [
        b"GET ", b"POST ", b"/", b"/a%2fb?c", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"\r\n", b"\n",
        b"\r", b"Host: a\r\n", b"host: a:80\r\n", b"Content-Length: ", b"5\r\n", b"X: \xff\r\n",
        b"Connection: close\r\n", b"connection: keep-alive, x\r\n", b"X-Y: a\r\n", b"x-y:\tb \r\n",
        b"Cookie: a\r\n", b"Transfer-Encoding: chunked\r\n", b"Expect: ", b":", b" ", b"\t", b",",
        b"\0", b"_", b"*", b"#", b"%", b"Accept: */*\r\n", b"Proxy: a\r\n", b"A" * 64 + b":b\r\n",
    ]
)  # fmt: skip
heads = st.lists(st.one_of(words, st.binary(max_size=3))).map(b"".join)
starts = st.sampled_from([b"", b"GET / HTTP/1.1\r\nHost: a\r\n", b"GET /?a HTTP/1.0\r\n"])
policies = st.builds(
    Policy,
    line=st.sampled_from([0, 20, 8192]),
    field=st.sampled_from([0, 10, 8192]),
    fields=st.sampled_from([0, 2, 100]),
    head=st.sampled_from([0, 40, 65536]),
    body=st.sampled_from([0, 3, 2**30]),
    chunk_line=st.sampled_from([0, 1, 256]),
    chunk_extensions=st.sampled_from([0, 2, 16384]),
    refuse_underscores=st.booleans(),
)

# Heads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", SIMPLE)
def test_reads_a_simple_head_as_the_plain_parser_does(twins: ModuleType, data: bytes) -> None:
    twins.compare_heads(data, Policy())
    twins.compare_cuts(data, Policy())


@pytest.mark.parametrize("data", DECLINED)
def test_leaves_the_unusual_to_the_plain_parser(twins: ModuleType, data: bytes) -> None:
    assert twins._head.scan(data, Policy()) == -1
    for cut in range(0, len(data), len(data) // 500 + 1):
        twins.compare_heads(data[:cut], Policy())


@given(start=starts, data=heads, ended=st.booleans(), policy=policies)
def test_reads_any_bytes_as_the_plain_parser_does(
    twins: ModuleType, start: bytes, data: bytes, ended: bool, policy: Policy
) -> None:
    data = start + data + (b"\r\n\r\n" if ended else b"")
    twins.compare_heads(data, policy)
    for cut in range(len(data)):
        twins.compare_heads(data[:cut], policy)


@given(st.text(st.sampled_from(string.ascii_letters), min_size=1, max_size=60), st.integers(0, 300))
def test_strangers_names_are_read_aright_whether_there_is_room_to_keep_them_or_not(
    twins: ModuleType, name: str, number: int
) -> None:
    field = f"{name}-{number}: 1\r\n{name.swapcase()}-{number}: 2\r\n"
    data = b"GET / HTTP/1.1\r\nHost: a\r\n" + field.encode() + b"\r\n"
    assert twins._head.scan(data, Policy()) == len(data)
    twins.compare_heads(data, Policy())


# Bodies ----------------------------------------------------------------------------------------

chunk_parts = st.sampled_from(
    [
        b"5\r\nhello\r\n", b"00a\r\n0123456789\r\n", b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n",
        b"1;a=b\r\n", b"F", b"g", b"\r\n", b"\r", b"\n", b"x", b";a", b"7fffffffffffffff\r\n",
        b"1" * 17, b"8000000000000000\r\n", b"2\r\n", b"0",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(chunk_parts, st.binary(max_size=3)), max_size=12), policies)
def test_decodes_any_pieces_as_the_plain_decoder_does(
    twins: ModuleType, pieces: list[bytes], policy: Policy
) -> None:
    twins.compare_bodies(pieces, policy)
    twins.compare_bodies([b"".join(pieces)], policy)


@given(st.lists(st.binary(min_size=1), max_size=5), st.binary(max_size=4))
def test_decodes_a_body_as_the_plain_decoder_does_wherever_it_is_cut(
    twins: ModuleType, chunks: list[bytes], rest: bytes
) -> None:
    writer = ResponseWriter(None, date=lambda: b"")
    writer.start("200 OK", [], None)
    wire = b"".join(map(writer.data, chunks)) + writer.end() + rest
    for cut in range(len(wire)):
        twins.compare_bodies([wire[:cut], wire[cut:]], Policy())
    twins.compare_bodies([wire[i : i + 1] for i in range(len(wire))], Policy())


def test_takes_up_after_an_extension_and_a_large_sum_of_sizes(twins: ModuleType) -> None:
    wire = b"3;a\r\nabc\r\n2\r\nde\r\n7fffffffffffffff\r\nx"
    for cut, end in pairwise(range(len(wire) + 1)):
        twins.compare_bodies([wire[:cut], wire[cut:end], wire[end:]], Policy(body=0))


# Response heads --------------------------------------------------------------------------------

names = st.one_of(
    st.sampled_from(
        [
            "Content-Type", "Content-Length", "content-LENGTH", "Date", "Server", "Connection",
            "Upgrade", "transfer-encoding", "X-A", "", "Set-Cookie", "a b", "é", "Trailers",
        ]
    ),
    st.text(max_size=4),
)  # fmt: skip
values = st.one_of(
    st.sampled_from(["", "5", "05", "text/html", "12345678\r\nX: y", "\x7f", "é", "€", "\t a"]),
    st.text(max_size=20),
)
statuses = st.one_of(
    st.sampled_from(
        ["200 OK", "204 No Content", "205 Reset Content", "304 Not Modified", "404 Nöt Found"]
    ),
    st.sampled_from(["100 Continue", "200", "200 ", "099 X", "2OO OK", "200 €", "200 a\x7fb", ""]),
)
requests = st.sampled_from(
    [
        f"{method} / {version}\r\n\r\n"
        for method in ("GET", "HEAD")
        for version in ("HTTP/1.1\r\nHost: a", "HTTP/1.0", "HTTP/1.0\r\nConnection: keep-alive")
    ]
)


@given(
    statuses,
    st.lists(st.tuples(names, values), max_size=4),
    st.one_of(st.none(), st.integers(0, 10), st.just(2**63 - 1)),
    requests,
    st.booleans(),
)
def test_writes_a_response_head_as_the_plain_writer_does(
    twins: ModuleType,
    status: str,
    headers: list[tuple[str, str]],
    length: int | None,
    request: str,
    keep_alive: bool,
) -> None:
    twins.compare_response_heads(status, headers, length, request, keep_alive)


@pytest.mark.parametrize("status", ["200 OK", "304 Not Modified", "204 No Content"])
def test_writes_the_usual_response_head_itself(twins: ModuleType, status: str) -> None:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Vary", "Cookie"), ("X", "é")]
    assert twins.compare_response_heads(status, headers, 1234)


@pytest.mark.parametrize(
    "headers",
    [
        [("A", "b\r\nC: d")],
        [("Connection", "close")],
        [("Content-Length", "5"), ("Content-Length", "5")],
        [("Content-Length", "4")],
        [("Date", ""), ("date", "")],
        [("", "")],
        [("A", "€")],
    ],
)
def test_leaves_what_may_not_be_sent_to_the_plain_writer(
    twins: ModuleType, headers: list[tuple[str, str]]
) -> None:
    assert twins.compare_response_heads("200 OK", headers, 5) is None


@pytest.mark.parametrize("headers", [None, 5, [("a",)], [("a", 1)], [["A", "b"]], (), ("ab",)])
def test_headers_that_are_no_list_of_pairs_are_refused_alike(
    twins: ModuleType, headers: object
) -> None:
    def kind(prepare: object) -> object:
        try:
            return twins.outcome(prepare, "200 OK", headers)
        except TypeError as error:
            return str(error)

    plain = kind(twins.response_head.prepare_head)
    assert kind(twins._response.prepare_head) == plain
