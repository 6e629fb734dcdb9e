"""RFC 9112 in the order of its sections: what is refused, with which rule, and what is taken.

Every vector is received whole, cut in two at every byte, and byte by byte; the outcome must be
the same. What a client can see of it over a socket is tested with the server.
"""

from dataclasses import dataclass, field

import pytest

from enfilade.protocol.errors import ProtocolError
from enfilade.protocol.head import RequestHead
from enfilade.protocol.policy import FORBIDDEN_TRAILERS, SINGLETONS, Policy, Rule
from enfilade.protocol.receiver import RequestReceiver

SMALL = Policy(line=64, field=64, fields=4, head=160, body=32, chunk_line=32, chunk_extensions=40)
DEFAULT = Policy()
UNLIMITED = Policy(line=0, field=0, fields=0, head=0, body=0, chunk_line=0, chunk_extensions=0)


@dataclass
class Outcome:
    """What a receiver made of a connection's bytes."""

    requests: list[tuple[RequestHead, bytes]] = field(default_factory=list)
    refused: Rule | None = None
    closed: bool = False


def receive(pieces: list[bytes], policy: Policy = DEFAULT) -> Outcome:
    receiver = RequestReceiver(policy)
    outcome = Outcome()
    current: list = []
    try:
        for piece in pieces:
            receiver.feed(piece)
            collect(receiver, current, outcome)
        receiver.feed_eof()
        collect(receiver, current, outcome)
    except ProtocolError as error:
        outcome.refused = error.rule
    outcome.closed = receiver.closed
    return outcome


def collect(receiver: RequestReceiver, current: list, outcome: Outcome) -> None:
    while True:
        if not current:
            head = receiver.next_head()
            if head is None:
                return
            current[:] = [head, b""]
        current[1] += receiver.read_body()
        if not receiver.body_complete:
            return
        outcome.requests.append((current[0], current[1]))
        current.clear()
        receiver.next()


def receive_however_cut(data: bytes, policy: Policy = DEFAULT) -> Outcome:
    whole = receive([data], policy)
    for cut in range(1, len(data)):
        assert receive([data[:cut], data[cut:]], policy) == whole, f"cut at {cut}"
    assert receive([data[i : i + 1] for i in range(len(data))], policy) == whole
    return whole


def refused(data: bytes, policy: Policy = DEFAULT) -> Rule | None:
    outcome = receive_however_cut(data, policy)
    assert not outcome.requests or outcome.refused
    return outcome.refused


def taken(data: bytes, policy: Policy = DEFAULT) -> tuple[RequestHead, bytes]:
    outcome = receive_however_cut(data, policy)
    assert outcome.refused is None
    assert outcome.closed
    (request,) = outcome.requests
    return request


def get(*lines: bytes) -> bytes:
    """A GET with *lines* after its Host field."""
    return b"\r\n".join((b"GET / HTTP/1.1", b"Host: a", *lines, b"", b""))


def target(text: bytes, method: bytes = b"GET") -> bytes:
    return method + b" " + text + b" HTTP/1.1\r\nHost: a\r\n\r\n"


def host(value: bytes) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: " + value + b"\r\n\r\n"


def chunks(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body


def coding(value: bytes) -> bytes:
    return get(b"Transfer-Encoding: " + value) + b"0\r\n\r\n"


def length(value: bytes, body: bytes = b"") -> bytes:
    return get(b"Content-Length: " + value) + body


REFUSED = {
    "2.2": {
        "bare LF after the request line": (b"GET / HTTP/1.1\nHost: a\r\n\r\n", Rule.BARE_LF),
        "bare LF after a field": (b"GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n", Rule.BARE_LF),
        "bare LF as the end of the head": (b"GET / HTTP/1.1\n\n", Rule.BARE_LF),
        "bare LF in a value": (get(b"A: b\nContent-Length: 5"), Rule.BARE_LF),
        "bare CR in a value": (get(b"A: b\rContent-Length: 5"), Rule.BARE_CR),
        "bare CR in the request line": (b"GET /\r HTTP/1.1\r\n\r\n", Rule.BARE_CR),
        "CR CR LF": (b"GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", Rule.BARE_CR),
        "NUL in a value": (get(b"A: b\0c"), Rule.CONTROL_CHARACTER),
        "DEL in a value": (get(b"A: b\x7fc"), Rule.CONTROL_CHARACTER),
        "vertical tab in a value": (get(b"A: b\x0bc"), Rule.CONTROL_CHARACTER),
        "NUL in the target": (target(b"/\0"), Rule.CONTROL_CHARACTER),
        "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00", Rule.CONTROL_CHARACTER),
        "two empty lines before the request line": (b"\r\n\r\n" + get(), Rule.REQUEST_LINE),
        "white space before the first field": (
            b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            Rule.LEADING_WHITESPACE,
        ),
        "a tab before the first field": (
            b"GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
            Rule.LEADING_WHITESPACE,
        ),
    },
    "2.3": {
        "HTTP/2 with prior knowledge": (b"PRI * HTTP/2.0\r\n\r\n", Rule.VERSION_UNSUPPORTED),
        "HTTP/0.9 by name": (b"GET / HTTP/0.9\r\n\r\n", Rule.VERSION_UNSUPPORTED),
        "an unknown minor version": (b"GET / HTTP/1.2\r\n\r\n", Rule.VERSION),
        "a version in lower case": (b"GET / http/1.1\r\n\r\n", Rule.VERSION),
        "a version with two digits": (b"GET / HTTP/1.10\r\n\r\n", Rule.VERSION),
        "a version with a sign": (b"GET / HTTP/+1.1\r\n\r\n", Rule.VERSION),
        "a version in other digits": (b"GET / HTTP/\xb2.0\r\n\r\n", Rule.VERSION),
        "a version without a minor": (b"GET / HTTP/2\r\n\r\n", Rule.VERSION),
        "another protocol": (b"GET / RTSP/1.0\r\n\r\n", Rule.VERSION),
        "an empty version": (b"GET / \r\n\r\n", Rule.VERSION),
    },
    "3": {
        "an HTTP/0.9 request": (b"GET /\r\n\r\n", Rule.REQUEST_LINE),
        "two spaces before the target": (b"GET  / HTTP/1.1\r\n\r\n", Rule.REQUEST_LINE),
        "two spaces after the target": (b"GET /  HTTP/1.1\r\n\r\n", Rule.REQUEST_LINE),
        "a tab in place of a space": (b"GET\t/\tHTTP/1.1\r\n\r\n", Rule.REQUEST_LINE),
        "a space at the end": (b"GET / HTTP/1.1 \r\n\r\n", Rule.REQUEST_LINE),
        "a space at the start": (b" GET / HTTP/1.1\r\n\r\n", Rule.REQUEST_LINE),
        "a space in the target": (b"GET /a b HTTP/1.1\r\n\r\n", Rule.REQUEST_LINE),
        "a TLS-less mail greeting": (b"EHLO example.com\r\n\r\n", Rule.REQUEST_LINE),
    },
    "3.1": {
        "a method that is no token": (target(b"/", b"G(T"), Rule.METHOD),
        "an empty method": (b" / HTTP/1.1\r\nHost: a\r\n\r\n", Rule.METHOD),
        "a method beyond ASCII": (target(b"/", b"G\xcbT"), Rule.METHOD),
    },
    "3.2": {
        "a fragment": (target(b"/a#b"), Rule.TARGET_CHARACTER),
        "an octet beyond ASCII": (target(b"/\xc3\xa9"), Rule.TARGET_CHARACTER),
        "a tab": (target(b"/a\tb"), Rule.TARGET_CHARACTER),
        "an empty target": (target(b""), Rule.TARGET_CHARACTER),
        "no Host in HTTP/1.1": (b"GET / HTTP/1.1\r\n\r\n", Rule.HOST_MISSING),
        "two Host fields": (get(b"Host: b"), Rule.HOST_REPEATED),
        "two equal Host fields": (get(b"Host: a"), Rule.HOST_REPEATED),
        "two Host fields in HTTP/1.0": (
            b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
            Rule.HOST_REPEATED,
        ),
        "an empty Host": (host(b""), Rule.HOST_INVALID),
        "a Host with a path": (host(b"a/b"), Rule.HOST_INVALID),
        "a Host with a user": (host(b"me@a"), Rule.HOST_INVALID),
        "a Host with a space": (host(b"a b"), Rule.HOST_INVALID),
        "a Host that is a list": (host(b"a, b/"), Rule.HOST_INVALID),
        "a Host with a port beyond 65535": (host(b"a:65536"), Rule.HOST_INVALID),
        "a Host with a named port": (host(b"a:http"), Rule.HOST_INVALID),
        "a Host with two ports": (host(b"a:80:80"), Rule.HOST_INVALID),
        "a Host that is only a port": (host(b":80"), Rule.HOST_INVALID),
        "an IPv6 Host without its end": (host(b"[::1"), Rule.HOST_INVALID),
        "a Host beyond ASCII": (host(b"\xe9"), Rule.HOST_INVALID),
        "a Host with half a percent sign": (host(b"a%2"), Rule.HOST_INVALID),
        "an invalid Host in HTTP/1.0": (
            b"GET / HTTP/1.0\r\nHost: a/b\r\n\r\n",
            Rule.HOST_INVALID,
        ),
        "an invalid Host beside an absolute target": (
            b"GET http://a/ HTTP/1.1\r\nHost: b/c\r\n\r\n",
            Rule.HOST_INVALID,
        ),
        "no Host beside an absolute target": (
            b"GET http://a/ HTTP/1.1\r\n\r\n",
            Rule.HOST_MISSING,
        ),
    },
    "3.2.1": {
        "a path without its slash": (target(b"index.html"), Rule.TARGET_FORM),
        "a target that is only a query": (target(b"?a=b"), Rule.TARGET_FORM),
    },
    "3.2.2": {
        "a scheme that is not HTTP": (target(b"ftp://a/"), Rule.TARGET_FORM),
        "a scheme without an authority": (target(b"http:/a"), Rule.TARGET_FORM),
        "an empty authority": (target(b"http:///a"), Rule.TARGET_AUTHORITY),
        "an authority with a user": (target(b"http://me@a/"), Rule.TARGET_AUTHORITY),
        "an authority with a bad port": (target(b"http://a:x/"), Rule.TARGET_AUTHORITY),
        "an authority with a backslash": (target(b"http://a\\b/"), Rule.TARGET_AUTHORITY),
    },
    "3.2.3": {
        "CONNECT": (target(b"a:443", b"CONNECT"), Rule.CONNECT),
        "CONNECT with a path": (target(b"/", b"CONNECT"), Rule.TARGET_FORM),
        "CONNECT with a URL": (target(b"http://a:443/", b"CONNECT"), Rule.TARGET_FORM),
        "CONNECT without a port": (target(b"a", b"CONNECT"), Rule.TARGET_FORM),
        "an authority without CONNECT": (target(b"a:443"), Rule.TARGET_FORM),
    },
    "3.2.4": {
        "an asterisk without OPTIONS": (target(b"*"), Rule.TARGET_FORM),
        "more than an asterisk": (target(b"*a", b"OPTIONS"), Rule.TARGET_FORM),
    },
    "5": {
        "a line without colon": (get(b"Cookie"), Rule.FIELD_WITHOUT_COLON),
        "an empty field name": (get(b": b"), Rule.FIELD_NAME),
        "a field name that is no token": (get(b"A(b): c"), Rule.FIELD_NAME),
        "a space in a field name": (get(b"A b: c"), Rule.FIELD_NAME),
        "a field name beyond ASCII": (get(b"\xc4: c"), Rule.FIELD_NAME),
        "two Content-Type fields": (
            get(b"Content-Type: a/b", b"content-type: a/b"),
            Rule.SINGLETON_REPEATED,
        ),
        "two Authorization fields": (
            get(b"Authorization: a", b"Authorization: b"),
            Rule.SINGLETON_REPEATED,
        ),
    },
    "5.1": {
        "a space before the colon": (get(b"A : b"), Rule.SPACE_BEFORE_COLON),
        "a tab before the colon": (get(b"A\t: b"), Rule.SPACE_BEFORE_COLON),
        "a space before the colon of Content-Length": (
            get(b"Content-Length : 5"),
            Rule.SPACE_BEFORE_COLON,
        ),
    },
    "5.2": {
        "a value folded with a space": (get(b"A: b", b" c"), Rule.OBS_FOLD),
        "a value folded with a tab": (get(b"A: b", b"\tc: d"), Rule.OBS_FOLD),
        "a line of white space": (get(b"A: b", b" "), Rule.OBS_FOLD),
    },
    "6.1": {
        "both framings": (
            get(b"Content-Length: 5", b"Transfer-Encoding: chunked"),
            Rule.LENGTH_AND_CODING,
        ),
        "both framings the other way round": (
            get(b"Transfer-Encoding: chunked", b"Content-Length: 5"),
            Rule.LENGTH_AND_CODING,
        ),
        "a transfer coding in HTTP/1.0": (
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            Rule.CODING_IN_1_0,
        ),
        "two Transfer-Encoding fields": (
            get(b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked"),
            Rule.CODING_REPEATED,
        ),
        "a coding before chunked": (coding(b"gzip, chunked"), Rule.CODING_UNKNOWN),
        "an empty coding before chunked": (coding(b", chunked"), Rule.CODING_UNKNOWN),
    },
    "6.2": {
        "a length with a plus sign": (length(b"+5", b"hello"), Rule.LENGTH),
        "a length with a minus sign": (length(b"-5"), Rule.LENGTH),
        "a length in hexadecimal": (length(b"0x5"), Rule.LENGTH),
        "a length with an underscore": (length(b"1_0"), Rule.LENGTH),
        "a length with a space": (length(b"1 0"), Rule.LENGTH),
        "a length that is a list": (length(b"5, 5", b"hello"), Rule.LENGTH),
        "a length with a fraction": (length(b"5.0"), Rule.LENGTH),
        "a length in other digits": (length(b"\xb2"), Rule.LENGTH),
        "an empty length": (length(b""), Rule.LENGTH),
        "a length of twenty digits": (length(b"0" * 20), Rule.LENGTH),
        "a length beyond 63 bits": (length(b"9223372036854775808"), Rule.LENGTH),
        "a length after a no-break space": (length(b"\xa05"), Rule.LENGTH),
    },
    "6.3": {
        "two lengths": (get(b"Content-Length: 5", b"Content-Length: 6"), Rule.LENGTH_REPEATED),
        "two equal lengths": (
            get(b"Content-Length: 5", b"Content-Length: 5"),
            Rule.LENGTH_REPEATED,
        ),
        "a coding that is not chunked": (coding(b"gzip"), Rule.CHUNKED_NOT_LAST),
        "identity": (coding(b"identity"), Rule.CHUNKED_NOT_LAST),
        "chunked before another coding": (coding(b"chunked, gzip"), Rule.CHUNKED_NOT_LAST),
        "chunked twice": (coding(b"chunked, chunked"), Rule.CHUNKED_NOT_LAST),
        "chunked with a parameter": (coding(b"chunked;a=b"), Rule.CHUNKED_NOT_LAST),
        "chunked in quotes": (coding(b'"chunked"'), Rule.CHUNKED_NOT_LAST),
        "chunked after a no-break space": (coding(b"\xa0chunked"), Rule.CHUNKED_NOT_LAST),
        "an empty coding": (coding(b""), Rule.CHUNKED_NOT_LAST),
        "an empty coding after chunked": (coding(b"chunked,"), Rule.CHUNKED_NOT_LAST),
        "chunked with a prefix": (coding(b"xchunked"), Rule.CHUNKED_NOT_LAST),
    },
    "7.1": {
        "a size that is no number": (chunks(b"g\r\n"), Rule.CHUNK_SIZE),
        "an empty size": (chunks(b"\r\n"), Rule.CHUNK_SIZE),
        "a size with 0x": (chunks(b"0x5\r\nhello\r\n0\r\n\r\n"), Rule.CHUNK_SIZE),
        "a size with a sign": (chunks(b"+5\r\nhello\r\n0\r\n\r\n"), Rule.CHUNK_SIZE),
        "a negative size": (chunks(b"-5\r\n"), Rule.CHUNK_SIZE),
        "a size with an underscore": (chunks(b"1_0\r\n"), Rule.CHUNK_SIZE),
        "a space before the size": (chunks(b" 5\r\nhello\r\n"), Rule.CHUNK_SIZE),
        "a space after the size": (chunks(b"5 \r\nhello\r\n"), Rule.CHUNK_SIZE),
        "a size of seventeen digits": (chunks(b"0" * 17 + b"\r\n"), Rule.CHUNK_SIZE),
        "a size beyond 63 bits": (chunks(b"8" + b"0" * 15 + b"\r\n"), Rule.CHUNK_SIZE_OVERFLOW),
        "a size line that ends in LF": (chunks(b"5\nhello\r\n0\r\n\r\n"), Rule.BARE_LF),
        "a size line that ends in CR": (chunks(b"5\rhello\r\n0\r\n\r\n"), Rule.BARE_CR),
        "a size line that ends in CR CR LF": (chunks(b"5\r\r\nhello\r\n"), Rule.BARE_CR),
        "data that is too long": (chunks(b"4\r\nhello\r\n0\r\n\r\n"), Rule.CHUNK_END),
        "data that ends in LF": (chunks(b"5\r\nhello\n0\r\n\r\n"), Rule.CHUNK_END),
        "data that ends in CR": (chunks(b"5\r\nhello\r0\r\n\r\n"), Rule.CHUNK_END),
    },
    "7.1.1": {
        "an extension without a name": (chunks(b"5;\r\nhello\r\n"), Rule.CHUNK_EXTENSION),
        "an extension without a value": (chunks(b"5;a=\r\nhello\r\n"), Rule.CHUNK_EXTENSION),
        "an extension after white space": (chunks(b"5; a\r\nhello\r\n"), Rule.CHUNK_EXTENSION),
        "an open quotation": (chunks(b'5;a="b\r\nhello\r\n'), Rule.CHUNK_EXTENSION),
        "a bare LF in an extension": (chunks(b"5;a\nb\r\nhello\r\n"), Rule.BARE_LF),
        "a bare CR in an extension": (chunks(b"5;a\rb\r\nhello\r\n"), Rule.BARE_CR),
        "a quoted bare LF": (chunks(b'5;a="\n"\r\nhello\r\n'), Rule.BARE_LF),
        "NUL in an extension": (chunks(b"5;a\0\r\nhello\r\n"), Rule.CONTROL_CHARACTER),
    },
    "7.1.2": {
        "a trailer without colon": (chunks(b"0\r\nA\r\n\r\n"), Rule.FIELD_WITHOUT_COLON),
        "a folded trailer": (chunks(b"0\r\nA: b\r\n c\r\n\r\n"), Rule.OBS_FOLD),
        "a space before the colon of a trailer": (
            chunks(b"0\r\nA : b\r\n\r\n"),
            Rule.SPACE_BEFORE_COLON,
        ),
        "a bare LF in the trailers": (chunks(b"0\r\nA: b\nC: d\r\n\r\n"), Rule.BARE_LF),
        "a bare LF in place of the trailers": (chunks(b"0\r\n\n"), Rule.BARE_LF),
        "NUL in a trailer": (chunks(b"0\r\nA: \0\r\n\r\n"), Rule.CONTROL_CHARACTER),
    },
    "8": {
        "a head that is cut off": (b"GET / HTTP/1.1\r\nHost: a\r\n", Rule.TRUNCATED_HEAD),
        "a body that is cut off": (length(b"5", b"hell"), Rule.TRUNCATED_BODY),
        "a body that never comes": (length(b"5"), Rule.TRUNCATED_BODY),
        "a chunk that is cut off": (chunks(b"5\r\nhell"), Rule.TRUNCATED_BODY),
        "no last chunk": (chunks(b"5\r\nhello\r\n"), Rule.TRUNCATED_BODY),
        "no final CRLF": (chunks(b"5\r\nhello\r\n0\r\n"), Rule.TRUNCATED_BODY),
        "half a final CRLF": (chunks(b"0\r\n\r"), Rule.TRUNCATED_BODY),
    },
    "RFC 9110, 10.1.1": {
        "an unknown expectation": (get(b"Expect: tea"), Rule.EXPECTATION),
        "more than one expectation": (get(b"Expect: 100-continue, tea"), Rule.EXPECTATION),
    },
}

TOO_LARGE = {
    "a request line": (b"GET /" + b"a" * 60 + b" HTTP/1.1\r\n", Rule.REQUEST_LINE_TOO_LONG),
    "a request line with its head": (
        b"GET /" + b"a" * 60 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        Rule.REQUEST_LINE_TOO_LONG,
    ),
    "a method": (b"A" * 80, Rule.REQUEST_LINE_TOO_LONG),
    "a field": (get(b"A: " + b"b" * 62), Rule.FIELD_TOO_LONG),
    "a field without end": (get()[:-2] + b"A: " + b"b" * 62, Rule.FIELD_TOO_LONG),
    "a field before an unfinished one": (
        get()[:-2] + b"A: " + b"b" * 62 + b"\r\nC",
        Rule.FIELD_TOO_LONG,
    ),
    "too many fields": (get(b"A: b", b"B: c", b"C: d", b"D: e"), Rule.TOO_MANY_FIELDS),
    "a head": (get(b"A: " + b"b" * 60, b"C: " + b"d" * 60, b"E: f"), Rule.HEAD_TOO_LARGE),
    "a head without end": (
        get(b"A: " + b"b" * 60, b"C: " + b"d" * 60, b"E: f")[:-2],
        Rule.HEAD_TOO_LARGE,
    ),
    "a body": (length(b"33"), Rule.BODY_TOO_LARGE),
    "a chunk": (chunks(b"21\r\n"), Rule.BODY_TOO_LARGE),
    "many chunks": (chunks(b"1f\r\n" + b"a" * 31 + b"\r\n2\r\n"), Rule.BODY_TOO_LARGE),
    "a chunk line": (chunks(b"5;a=" + b"b" * 40), Rule.CHUNK_LINE_TOO_LONG),
    "a whole chunk line": (chunks(b"5;a=" + b"b" * 40 + b"\r\n"), Rule.CHUNK_LINE_TOO_LONG),
    "many chunk extensions": (
        chunks(b"1;aaaaaaaaaaaaaaaaaaaa\r\na\r\n" * 2),
        Rule.CHUNK_EXTENSIONS_TOO_LARGE,
    ),
    "a trailer": (chunks(b"0\r\nA: " + b"b" * 62), Rule.FIELD_TOO_LONG),
    "too many trailers": (chunks(b"0\r\n" + b"A: b\r\n" * 5), Rule.TOO_MANY_FIELDS),
    "a trailer section": (
        chunks(b"0\r\n" + (b"A: " + b"b" * 60 + b"\r\n") * 3),
        Rule.HEAD_TOO_LARGE,
    ),
}


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(data, rule, id=f"{section}: {sentence}")
        for section, vectors in REFUSED.items()
        for sentence, (data, rule) in vectors.items()
    ],
)
def test_refuses(data: bytes, rule: Rule) -> None:
    assert refused(data) is rule


@pytest.mark.parametrize(
    ("data", "rule"), [pytest.param(*vector, id=what) for what, vector in TOO_LARGE.items()]
)
def test_refuses_what_is_too_large(data: bytes, rule: Rule) -> None:
    assert refused(data, SMALL) is rule


@pytest.mark.parametrize(
    "data", [pytest.param(data, id=what) for what, (data, _) in TOO_LARGE.items()]
)
def test_a_limit_of_zero_is_no_limit(data: bytes) -> None:
    assert receive([data], UNLIMITED).refused in (None, Rule.TRUNCATED_BODY, Rule.TRUNCATED_HEAD)


def test_every_rule_has_a_vector() -> None:
    tried = {rule for vectors in REFUSED.values() for _, rule in vectors.values()}
    tried |= {rule for _, rule in TOO_LARGE.values()}
    elsewhere = {Rule.UNDERSCORE, Rule.TRAILER_FORBIDDEN, Rule.TOO_SLOW, Rule.UWSGI_PACKET}
    assert tried | elsewhere == set(Rule)


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        (Rule.BARE_LF, 400),
        (Rule.TOO_SLOW, 408),
        (Rule.BODY_TOO_LARGE, 413),
        (Rule.REQUEST_LINE_TOO_LONG, 414),
        (Rule.EXPECTATION, 417),
        (Rule.HEAD_TOO_LARGE, 431),
        (Rule.CODING_UNKNOWN, 501),
        (Rule.VERSION_UNSUPPORTED, 505),
    ],
)
def test_a_rule_says_its_status_reason_and_source(rule: Rule, status: int) -> None:
    error = ProtocolError(rule)
    assert error.status == status
    assert error.reason in str(error)
    assert "RFC" in str(error)


def test_takes_what_is_just_within_the_limits() -> None:
    line = b"GET /" + b"a" * 50 + b" HTTP/1.1"
    fields = b"Host: a\r\nA: " + b"b" * 50
    head, body = taken(line + b"\r\n" + fields + b"\r\nContent-Length: 3\r\n\r\nabc", SMALL)
    assert (len(head.path), len(head.fields["a"]), body) == (51, 50, b"abc")


# 2.2: lines ----------------------------------------------------------------------------------


def test_overlooks_one_empty_line_before_the_request_line() -> None:
    head, _ = taken(b"\r\n" + get())
    assert head.method == "GET"


def test_takes_tabs_and_octets_beyond_ascii_in_values() -> None:
    head, _ = taken(get(b"A: b\tc\x80\xff"))
    assert head.fields["a"] == "b\tc\x80\xff"


# 3: request line -----------------------------------------------------------------------------


def test_takes_any_token_for_a_method() -> None:
    head, _ = taken(target(b"/", b"M-SEARCH"))
    assert head.method == "M-SEARCH"


def test_splits_the_target_at_its_first_question_mark() -> None:
    head, _ = taken(target(b"/a%2Fb;c?d=e?f&g"))
    assert (head.target, head.path, head.query) == (
        "/a%2Fb;c?d=e?f&g",
        "/a%2Fb;c",
        "d=e?f&g",
    )


def test_keeps_the_two_slashes_of_a_path() -> None:
    head, _ = taken(target(b"//example.com/a"))
    assert (head.path, head.host) == ("//example.com/a", "a")


def test_an_absolute_target_overrides_host() -> None:
    head, _ = taken(b"GET HTTP://b:8/c?d HTTP/1.1\r\nX: y\r\nHost: a\r\n\r\n")
    assert (head.path, head.query, head.host) == ("/c", "d", "b:8")
    assert head.fields["host"] == "b:8"
    assert ("host", "a") not in head.headers
    assert ("x", "y") in head.headers


def test_an_absolute_target_without_a_path_means_the_root() -> None:
    head, _ = taken(target(b"http://b?c"))
    assert (head.path, head.query) == ("/", "c")


@pytest.mark.parametrize("text", [b"*", b"http://a"])
def test_options_may_ask_for_the_server_as_a_whole(text: bytes) -> None:
    head, _ = taken(target(text, b"OPTIONS"))
    assert head.path == "*"


@pytest.mark.parametrize(
    "value",
    [b"a.example", b"a:80", b"a:", b"127.0.0.1:8000", b"[::1]:8000", b"[v1.a:b]", b"a%20b", b"A_b"],
)
def test_takes_a_valid_host(value: bytes) -> None:
    head, _ = taken(host(value))
    assert head.host == value.decode()


def test_http_1_0_needs_no_host() -> None:
    head, _ = taken(b"GET / HTTP/1.0\r\n\r\n")
    assert (head.host, head.version) == ("", (1, 0))


# 5: fields -----------------------------------------------------------------------------------


def test_takes_white_space_around_values_away() -> None:
    head, _ = taken(get(b"A: \t b c \t", b"D:e", b"F:"))
    assert head.headers == [("host", "a"), ("a", "b c"), ("d", "e"), ("f", "")]


def test_joins_repeated_fields_with_a_comma_and_cookies_with_a_semicolon() -> None:
    head, _ = taken(get(b"A: 1", b"Cookie: x=1", b"a: 2", b"Cookie: y=2", b"A: 3"))
    assert head.fields == {"host": "a", "a": "1,2,3", "cookie": "x=1; y=2"}
    assert head.headers.count(("a", "2")) == 1


def test_drops_names_with_an_underscore() -> None:
    head, body = taken(get(b"X_Forwarded_For: 1", b"Content_Length: 5", b"X-Forwarded-For: 2"))
    assert head.headers == [("host", "a"), ("x-forwarded-for", "2")]
    assert body == b""


def test_refuses_names_with_an_underscore_if_told_to() -> None:
    policy = Policy(refuse_underscores=True)
    assert refused(get(b"X_A: 1"), policy) is Rule.UNDERSCORE


@pytest.mark.parametrize("name", sorted(SINGLETONS))
def test_refuses_a_second_field_where_only_one_may_stand(name: str) -> None:
    line = name.encode() + b": 1"
    data = b"\r\n".join((b"GET / HTTP/1.1", line, line, b"", b""))
    assert receive([data]).refused is SINGLETONS[name]


# 6 and 7: bodies -----------------------------------------------------------------------------


def test_reads_a_body_to_its_length_and_no_further() -> None:
    outcome = receive_however_cut(length(b"5", b"hello") + get())
    assert [body for _, body in outcome.requests] == [b"hello", b""]


def test_a_body_may_come_with_any_method() -> None:
    head, body = taken(length(b"005", b"hello"))
    assert (head.method, head.content_length, body) == ("GET", 5, b"hello")


def test_reads_chunks_to_the_last_and_no_further() -> None:
    body = b'5\r\nhello\r\n006;a;b=c;d="e\\" ;"\r\n world\r\n00\r\n\r\n'
    outcome = receive_however_cut(chunks(body) + get())
    assert [body for _, body in outcome.requests] == [b"hello world", b""]
    assert outcome.requests[0][0].chunked
    assert outcome.requests[0][0].content_length is None


def test_takes_chunked_in_any_case() -> None:
    _, body = taken(coding(b"\tChunKed ")[:-5] + b"A\r\n0123456789\r\n0\r\n\r\n")
    assert body == b"0123456789"


def test_discards_trailers() -> None:
    head, body = taken(chunks(b"0\r\nX-Check: 1\r\nX_Y: 2\r\n\r\n"))
    assert "x-check" not in head.fields
    assert body == b""


@pytest.mark.parametrize("name", sorted(FORBIDDEN_TRAILERS))
def test_refuses_trailers_of_framing_routing_and_authority(name: str) -> None:
    data = chunks(b"0\r\n" + name.title().encode() + b": 1\r\n\r\n")
    assert receive([data]).refused is Rule.TRAILER_FORBIDDEN


# 9: connections ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "connection", "expected"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"close", False),
        (b"1.1", b"Close", False),
        (b"1.1", b"foo, close", False),
        (b"1.1", b"keep-alive", True),
        (b"1.1", b"closed", True),
        (b"1.0", b"", False),
        (b"1.0", b"keep-alive", True),
        (b"1.0", b"Keep-Alive, foo", True),
        (b"1.0", b"keep-alive, close", False),
    ],
)
def test_connection_options_decide_about_persistence(
    version: bytes, connection: bytes, expected: bool
) -> None:
    line = b"Connection: " + connection + b"\r\n" if connection else b""
    head, _ = taken(b"GET / HTTP/" + version + b"\r\nHost: a\r\n" + line + b"\r\n")
    assert head.keep_alive is expected


def test_close_counts_in_a_second_connection_field() -> None:
    head, _ = taken(get(b"Connection: close", b"Connection: keep-alive"))
    assert not head.keep_alive


def test_takes_pipelined_requests_in_order() -> None:
    data = target(b"/1") + length(b"3", b"abc") + chunks(b"1\r\nd\r\n0\r\n\r\n") + target(b"/4")
    outcome = receive_however_cut(data)
    assert [(head.target, body) for head, body in outcome.requests] == [
        ("/1", b""),
        ("/", b"abc"),
        ("/", b"d"),
        ("/4", b""),
    ]
    assert outcome.closed


def test_looks_at_nothing_after_an_error() -> None:
    outcome = receive_however_cut(target(b"/1") + b"BAD\r\n\r\n" + target(b"/2"))
    assert [head.target for head, _ in outcome.requests] == ["/1"]
    assert outcome.refused is Rule.REQUEST_LINE
    assert not outcome.closed


def test_a_client_may_close_between_two_requests() -> None:
    assert receive([]).closed
    assert receive([get()]).closed


# RFC 9110, 10.1.1 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (get(b"Expect: 100-Continue", b"Content-Length: 1") + b"a", True),
        (get(b"Expect: 100-continue", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", True),
        (get(b"Expect: 100-continue", b"Content-Length: 0"), False),
        (get(b"Expect: 100-continue"), False),
        (b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na", False),
    ],
)
def test_a_100_is_owed_only_before_a_body_of_http_1_1(data: bytes, expected: bool) -> None:
    head, _ = taken(data)
    assert head.expect_continue is expected
