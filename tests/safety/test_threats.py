"""One test for each known threat to the rooms that exist, from the socket to where it would hurt.

Smuggling is tried as an attacker would: the smuggled request stands where a server that reads
the framing differently would take it for the next one, and must never reach the application.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from enfilade.gateway.forwarded import FIELDS
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import BadHeaderError, HttpResponse, HttpResponseRedirect
from enfilade.server.access_format import combined
from enfilade.server.access_log import AccessLog
from enfilade.shortcuts import redirect
from enfilade.test import override_settings
from enfilade.types import Environ, StartResponse
from enfilade.urls import path, re_path
from wire import Site, serving

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
COMMON = "enfilade.middleware.common.CommonMiddleware"


class Application:
    """Answers everything and remembers which paths it was asked for."""

    def __init__(self, reads: bool = True) -> None:
        self.paths: list[str] = []
        self.environ: Environ = {}
        self._reads = reads

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        self.environ = environ
        self.paths.append(environ["RAW_URI"])
        body = environ["wsgi.input"].read() if self._reads else b""
        start_response("200 OK", [])
        return [body]


def post(*fields: bytes, method: bytes = b"POST", version: bytes = b"1.1") -> bytes:
    lines = (method + b" / HTTP/" + version, b"Host: localhost", *fields, b"", b"")
    return b"\r\n".join(lines)


CHUNKED = post(b"Transfer-Encoding: chunked")


def check_refused(data: bytes, status: int = 400) -> None:
    """The one answer to *data* is *status*, and the application never hears of it."""
    application = Application()
    with serving(application) as site, site.client() as client:
        answer = client.send(data).answer()
        assert (answer.status, answer.closes) == (status, True)
        client.half_close()
        assert client.rest() == b""
    assert application.paths == []


# Request smuggling ---------------------------------------------------------------------------


def test_cl_te() -> None:
    """RFC 9112, 6.1: the server behind would end the body at the last chunk."""
    length = b"Content-Length: %d" % (5 + len(SMUGGLED))
    check_refused(post(length, b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED)


def test_te_cl() -> None:
    """RFC 9112, 6.1: the server behind would end the body after Content-Length."""
    chunk = b"%x\r\n" % len(SMUGGLED)
    length = b"Content-Length: %d" % len(chunk)
    coding = b"Transfer-Encoding: chunked"
    check_refused(post(coding, length) + chunk + SMUGGLED + b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("second", [b"0", b"5", b"43"])
def test_duplicate_content_length(second: bytes) -> None:
    """RFC 9112, 6.3: not even two equal ones, or a list of them."""
    check_refused(post(b"Content-Length: 5", b"Content-Length: " + second) + b"hello" + SMUGGLED)
    check_refused(post(b"Content-Length: 5, " + second) + b"hello" + SMUGGLED)


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"PURGE"])
@pytest.mark.parametrize("coding", ["TE.0", "CL.0"])
def test_te_0_and_cl_0(method: bytes, coding: str) -> None:
    """RFC 9112, 6.3: bodies are framed whatever the method; nobody "knows" that GET has none."""
    framed = {
        "CL.0": post(b"Content-Length: %d" % len(SMUGGLED), method=method) + SMUGGLED,
        "TE.0": post(b"Transfer-Encoding: chunked", method=method)
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED),
    }
    application = Application(reads=False)
    with serving(application) as site, site.client() as client:
        client.send(framed[coding]).answer(method.decode())
        assert client.get("/next").status == 200
    assert application.paths == ["/", "/next"]


@pytest.mark.parametrize("size", [1000, 200_000])
def test_0_cl_with_expect(size: int) -> None:
    """RFC 9110, 10.1.1: who does not wait for 100 sends content, never the next request; more
    than 64 KiB that nobody reads ends the connection."""
    application = Application(reads=False)
    body = SMUGGLED * (size // len(SMUGGLED))
    head = post(b"Content-Length: %d" % len(body), b"Expect: 100-continue")
    with serving(application, buffer_body=0, spool_body=0) as site, site.client() as client:
        client.send(head + body)
        answer = client.answer()
        assert answer.status in (100, 200)
        client.half_close()
        client.rest()
    assert application.paths == ["/"]


@pytest.mark.parametrize(
    "value", [b"+5", b"-5", b"0x5", b"5_0", b"5.", b"\xb2", b"", b"5 5", b"9" * 20, b"5\x0b"]
)
def test_content_length_forms(value: bytes) -> None:
    """RFC 9112, 6.2: 1*DIGIT, although int() takes more."""
    check_refused(post(b"Content-Length: " + value) + b"hello" + SMUGGLED)


@pytest.mark.parametrize(
    ("field", "status"),
    [
        (b"Transfer-Encoding: \x0bchunked", 400),
        (b"Transfer-Encoding: chunked\xa0", 400),
        (b"Transfer-Encoding: xchunked", 400),
        (b"Transfer-Encoding: chunked, chunked", 400),
        (b"Transfer-Encoding: chunked, identity", 400),
        (b"Transfer-Encoding: identity, chunked", 501),
        (b"Transfer-Encoding: ,chunked", 501),
        (b"Transfer-Encoding: \xe4hunked", 400),
        (b"Transfer-Encoding : chunked", 400),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400),
        (b"X: y\r\n Transfer-Encoding: chunked", 400),
        (b"Transfer-Encoding:\r\n chunked", 400),
    ],
)
def test_transfer_encoding_obfuscation(field: bytes, status: int) -> None:
    """RFC 9112, 6.1: exactly ``chunked``, or nothing is guessed."""
    check_refused(post(field) + b"0\r\n\r\n" + SMUGGLED, status)


def test_transfer_encoding_on_http_1_0() -> None:
    """RFC 9112, 6.1."""
    coding = b"Transfer-Encoding: chunked"
    check_refused(post(coding, b"Connection: keep-alive", version=b"1.0") + b"0\r\n\r\n" + SMUGGLED)


@pytest.mark.parametrize("size", [b"10000000000000005", b"ffffffffffffffff", b"-5", b"0x5", b"5_"])
def test_chunk_size_overflow(size: bytes) -> None:
    """RFC 9112, 7.1: 16 digits, 63 bits, and never a C integer that wraps around."""
    check_refused(CHUNKED + size + b"\r\nhello\r\n0\r\n\r\n" + SMUGGLED)


def test_chunk_size_beyond_the_limit_of_bodies() -> None:
    """RFC 9110, 15.5.14: the sum of chunks is what counts."""
    check_refused(CHUNKED + b"7fffffff\r\n", 413)


@pytest.mark.parametrize(
    "line",
    [b"5;\n", b"5;a\nb", b"5;a=\r5", b"5;=a", b'5;a="', b"5 ;a", b"5\n", b"5" + b";a=b" * 99],
)
def test_chunk_extension_abuse(line: bytes) -> None:
    """RFC 9112, 7.1.1: the grammar, CRLF at the end, and a limit."""
    check_refused(CHUNKED + line + b"\r\nhello\r\n0\r\n\r\n" + SMUGGLED)


def test_chunk_extensions_are_limited_in_sum() -> None:
    """RFC 9112, 7.1.1: small chunks with large extensions are a waste of the server's time."""
    check_refused(CHUNKED + (b"1;" + b"a" * 200 + b"\r\nx\r\n") * 100 + b"0\r\n\r\n")


@pytest.mark.parametrize(
    "name", [b"Content-Length", b"Host", b"Authorization", b"Cookie", b"X-Forwarded-For"]
)
def test_trailer_abuse(name: bytes) -> None:
    """RFC 9110, 6.5.1: no framing, no routing, no credentials."""
    check_refused(CHUNKED + b"0\r\n" + name + b": 1\r\n\r\n" + SMUGGLED)


def test_trailers_are_never_merged_into_the_headers() -> None:
    """RFC 9110, 6.5.2."""
    application = Application()
    with serving(application) as site, site.client() as client:
        client.send(CHUNKED + b"0\r\nX-Role: admin\r\n\r\n").answer()
    assert "HTTP_X_ROLE" not in application.environ


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\nHost: localhost\n\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\nContent-Length: 9\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\rContent-Length: 9\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\tContent-Length: 9\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 43\r\n\r\n" + SMUGGLED,
        b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n" + SMUGGLED,
    ],
    ids=["bare LF", "LF in a value", "bare CR", "obs-fold", "space before colon", "space first"],
)
def test_bare_lf_obs_fold_and_space_before_colon(data: bytes) -> None:
    """RFC 9112, 2.2, 5.1 and 5.2: refused, never repaired."""
    check_refused(data)


def test_lookahead_after_an_error() -> None:
    """Nothing is parsed after the decision to close, neither what is here nor what comes."""
    application = Application()
    with serving(application) as site, site.client() as client:
        client.send(b"GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.send(b"BAD\r\n\r\n" + SMUGGLED)
        assert [client.answer().status, client.answer().status] == [200, 400]
        client.send(SMUGGLED)
        client.half_close()
        assert client.rest() == b""
    assert application.paths == ["/first"]


def test_lookahead_after_the_last_request() -> None:
    """RFC 9112, 9.6: what follows a request with ``Connection: close`` is not looked at."""
    application = Application()
    with serving(application) as site, site.client() as client:
        client.send(post(b"Connection: close") + SMUGGLED)
        assert client.answer().closes
        client.half_close()
        assert client.rest() == b""
    assert application.paths == ["/"]


# Response splitting --------------------------------------------------------------------------

SPLITTING = ["a\r\nSet-Cookie: a=b", "a\nb", "a\rb", "a\0b"]


@pytest.mark.parametrize("text", SPLITTING)
@pytest.mark.parametrize("place", ["status", "name", "value"])
def test_response_splitting_in_the_server(place: str, text: str) -> None:
    """RFC 9110, 5.5: an application that lets a line break through gets a 500, not a header."""

    def application(environ: Environ, start_response: StartResponse) -> list[bytes]:
        status = f"200 {text}" if place == "status" else "200 OK"
        name = f"X{text}" if place == "name" else "X"
        start_response(status, [(name, text if place == "value" else "y")])
        return [b""]

    with serving(application) as site, site.client() as client:
        answer = client.get()
    assert answer.status == 500
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("text", SPLITTING)
def test_response_splitting_in_the_framework(text: str) -> None:
    """RFC 9110, 5.5: refused where the response is made, on any server."""
    with pytest.raises(BadHeaderError):
        HttpResponse(headers={"X": text})
    with pytest.raises(BadHeaderError):
        HttpResponse(headers={text: "x"})
    with pytest.raises(BadHeaderError):
        HttpResponse().headers["X"] = text
    assert not {"\r", "\n", "\0"} & set(HttpResponseRedirect(f"/{text}").url)


@pytest.mark.parametrize("text", SPLITTING)
def test_response_splitting_in_a_cookie(text: str) -> None:
    """RFC 6265, 4.1.1."""
    response = HttpResponse()
    response.set_cookie("name", text)
    ((_, line),) = [pair for pair in response.wsgi_headers() if pair[0] == "Set-Cookie"]
    assert not {"\r", "\n", "\0"} & set(line)
    for attribute in ("path", "domain"):
        other = HttpResponse()
        with pytest.raises(ValueError, match=r"."):
            other.set_cookie("name", "x", **{attribute: text})
            other.wsgi_headers()


# Fields that are not what they seem ----------------------------------------------------------


def test_underscore_twins_through_wsgi() -> None:
    """RFC 3875, 4.1.18: ``X_Role`` would become the variable of ``X-Role``."""
    application = Application()
    with serving(application) as site, site.client() as client:
        client.get("/", "X_Role: admin", "X-Role: guest", "X_Only: twin")
    assert application.environ["HTTP_X_ROLE"] == "guest"
    assert "HTTP_X_ONLY" not in application.environ


def test_underscore_twins_through_asgi() -> None:
    """RFC 3875, 4.1.18: servers for ASGI let such names through."""
    seen: list[Any] = []

    async def view(request: Any) -> HttpResponse:
        seen.append((request.headers.get("X-Role"), request.META.get("HTTP_X_ONLY")))
        return HttpResponse()

    twins = [(b"x_role", b"admin"), (b"x-role", b"guest"), (b"x_only", b"twin")]
    with urlconf(path("", view)):
        ask_asgi(ASGIHandler(), headers=[(b"host", b"localhost"), *twins])
    assert seen == [("guest", None)]


FORGED = (
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Port: 443",
    "X-Forwarded-For: 10.0.0.1",
    "X-Real-IP: 10.0.0.1",
    "Forwarded: for=10.0.0.1;host=evil.example;proto=https",
)


@pytest.mark.parametrize("believed", ["the usual ones", *FIELDS])
def test_forwarded_headers_from_strangers(believed: str) -> None:
    """RFC 7239, 8.1: they change nothing, and no application gets to see them, whatever it
    believes itself; were the peer a trusted proxy, they would count."""

    def view(request: Any) -> HttpResponse:
        words = (
            request.get_host(),
            request.scheme,
            request.get_port(),
            request.META["REMOTE_ADDR"],
            *(name for name in request.META if "FORWARDED" in name or "REAL_IP" in name),
        )
        return HttpResponse(" ".join(words))

    believing = {} if believed == "the usual ones" else {"forwarded": (believed,)}
    credulous = {
        "ALLOWED_HOSTS": ["*"],
        "USE_X_FORWARDED_HOST": True,
        "USE_X_FORWARDED_PORT": True,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    }
    stranger = {"trusted_proxies": ("none",), **believing}
    with urlconf(path("", view), **credulous):
        with serving(WSGIHandler(), **stranger) as site, site.client() as client:
            assert client.get("/", *FORGED).body == client.get("/").body
        with serving(WSGIHandler(), **believing) as site, site.client() as client:
            assert client.get("/", *FORGED).body != client.get("/").body


def test_a_proxy_s_word_for_https_counts_from_trusted_peers_only() -> None:
    """SECURE_PROXY_SSL_HEADER works behind a trusted proxy, and cannot be used by a visitor who
    finds a way around it."""

    def view(request: Any) -> HttpResponse:
        return HttpResponse(request.scheme)

    said = "X-Forwarded-Proto: https"
    setting = ("HTTP_X_FORWARDED_PROTO", "https")
    with urlconf(path("", view), SECURE_PROXY_SSL_HEADER=setting):
        for trusted, scheme in ((("127.0.0.1",), b"https"), (("10.0.0.1",), b"http")):
            with (
                serving(WSGIHandler(), trusted_proxies=trusted) as site,
                site.client() as client,
            ):
                assert client.get("/", said).body == scheme


@pytest.mark.parametrize(
    "host", [b"", b"a b", b"me@localhost", b"localhost/x", b"localhost:80:80", b"a\\b", b"a,b\x00"]
)
def test_host_attacks_at_the_server(host: bytes) -> None:
    """RFC 9112, 3.2: what is no host is refused before anybody builds a URL of it."""
    check_refused(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "127.0.0.1.evil.example"]
)
def test_host_attacks_in_the_framework(host: str) -> None:
    """``ALLOWED_HOSTS``: a host that is not the site's makes no link of a password mail."""
    view = Witness(lambda request: HttpResponse(request.build_absolute_uri()))
    with serving_views(path("", view), MIDDLEWARE=[COMMON]) as site, site.client() as client:
        client.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = client.answer()
    assert answer.status == 400
    assert b"evil" not in answer.body
    assert view.calls == 0


def test_httpoxy() -> None:
    """CVE-2016-5385: ``Proxy`` would become HTTP_PROXY, which libraries take for a setting."""
    application = Application()
    with serving(application) as site, site.client() as client:
        client.get("/", "Proxy: http://evil.example/")
    assert "HTTP_PROXY" not in application.environ


# Slowness ------------------------------------------------------------------------------------


def check_others_are_served(site: Site) -> None:
    with site.client() as client:
        assert client.get("/other").status == 200


def test_slow_head() -> None:
    """RFC 9110, 15.5.9: a deadline for the whole head, and no thread is held by it."""
    with serving(Application(), threads=1, head_timeout=0.3) as site, site.client() as slow:
        slow.send(b"GET / HTTP/1.1\r\nX: ")
        check_others_are_served(site)
        answer = slow.answer()
        assert (answer.status, answer.closes) == (408, True)


def test_slow_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9110, 15.5.9: a lowest rate, and no thread is held by it."""
    monkeypatch.setattr("enfilade.server.loop.intake.BODY_START", 0.3)
    application = Application()
    with serving(application, threads=1, body_rate=1_000_000) as site, site.client() as slow:
        slow.send(post(b"Content-Length: 100000") + b"x")
        check_others_are_served(site)
        assert slow.answer().status == 408
    assert application.paths == ["/other"]


@pytest.mark.slow
def test_slow_read() -> None:
    """A reader that takes nothing is dropped, and its thread is free again."""
    ended = threading.Event()

    def application(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            for _ in range(200 if environ["PATH_INFO"] == "/large" else 1):
                yield b"x" * 100_000
        finally:
            ended.set()

    options = {"threads": 1, "write_timeout": 0.3}
    with serving(application, **options) as site, site.client(receive_buffer=4096) as slow:
        slow.request("/large")
        assert ended.wait(10)
        check_others_are_served(site)


# Counts --------------------------------------------------------------------------------------


def test_header_count_and_size() -> None:
    """RFC 6585, 5."""
    check_refused(post(*[b"X-%d: y" % number for number in range(100)]), 431)
    check_refused(post(*[b"X-%d: %b" % (number, b"y" * 8000) for number in range(9)]), 431)


def test_parameter_count() -> None:
    """``DATA_UPLOAD_MAX_NUMBER_FIELDS`` holds for the query string and for forms."""

    def view(request: Any) -> HttpResponse:
        return HttpResponse(str(len(request.GET) + len(request.POST)))

    many = "&".join(f"a{number}=" for number in range(1001))
    form = post(
        b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: %d" % len(many)
    )
    with serving_views(path("", view)) as site, site.client() as client:
        assert client.get(f"/?{many}").status == 400
        assert client.send(form + many.encode()).answer().status == 400
        assert client.get(f"/?{many[:-7]}").body == b"1000"


# Multipart -----------------------------------------------------------------------------------

EDGE = b"--edge\r\n"


def field(name: bytes, value: bytes, *lines: bytes) -> bytes:
    disposition = b'Content-Disposition: form-data; name="' + name + b'"'
    return EDGE + b"\r\n".join((disposition, *lines, b"", value, b""))


def send_form(
    *parts: bytes, boundary: bytes = b"edge", chunked: bool = False, **values: Any
) -> tuple[int, bytes]:
    def view(request: Any) -> HttpResponse:
        return HttpResponse(f"{len(request.POST)} {len(request.FILES)}")

    body = b"".join(parts) + b"--edge--\r\n"
    kind = b"Content-Type: multipart/form-data; boundary=" + boundary
    if chunked:
        data = post(kind, b"Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (
            len(body),
            body,
        )
    else:
        data = post(kind, b"Content-Length: %d" % len(body)) + body
    with serving_views(path("", view), **values) as site, site.client() as client:
        answer = client.send(data).answer()
    return answer.status, answer.body


def test_multipart_is_taken_within_its_limits() -> None:
    """RFC 7578: so that the refusals below are for their reasons."""
    assert send_form(field(b"a", b"1"), field(b'b"; filename="x', b"2")) == (200, b"1 1")


@pytest.mark.parametrize(
    "parts",
    [
        [field(b"a%d" % number, b"") for number in range(1001)],
        [field(b'f%d"; filename="x' % number, b"") for number in range(101)],
        [field(b"a", b"1", b"X: " + b"y" * 2000)],
        [field(b"a" * 2000, b"1")],
        [field(b"a", b"1", *[b"X-%d: y" % number for number in range(200)])],
    ],
    ids=["fields", "files", "a part's header", "a name", "a part's header lines"],
)
def test_multipart_limits(parts: list[bytes]) -> None:
    """RFC 7578, 7: each part costs something, so each count and each size has an end."""
    assert send_form(*parts)[0] == 400


@pytest.mark.parametrize("boundary", [b"", b"a" * 300, b'"edge\xff"', b'"edge\\"'])
def test_multipart_boundary(boundary: bytes) -> None:
    """RFC 2046, 5.1.1."""
    assert send_form(field(b"a", b"1"), boundary=boundary)[0] == 400


@pytest.mark.parametrize("chunked", [False, True])
def test_multipart_counts_the_bytes_that_come(chunked: bool) -> None:
    """``DATA_UPLOAD_MAX_MEMORY_SIZE``: with the chunked coding there is no length to believe."""
    limit = {"DATA_UPLOAD_MAX_MEMORY_SIZE": 1000}
    parts = [field(b"a%d" % number, b"x" * 300) for number in range(5)]
    assert send_form(*parts, chunked=chunked, **limit)[0] == 400


@pytest.mark.parametrize("name", [b"../../etc/passwd", b"..\\\\x\\\\passwd", b"/etc/passwd"])
def test_multipart_file_names_have_no_path(name: bytes) -> None:
    """RFC 7578, 4.2: only the last component counts."""
    names: list[str] = []

    def view(request: Any) -> HttpResponse:
        names.append(request.FILES["f"].name)
        return HttpResponse()

    body = field(b'f"; filename="' + name, b"x") + b"--edge--\r\n"
    kind = b"Content-Type: multipart/form-data; boundary=edge"
    with serving_views(path("", view)) as site, site.client() as client:
        client.send(post(kind, b"Content-Length: %d" % len(body)) + body).answer()
    assert names == ["passwd"]


# Open redirect -------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["//evil.example", "/%5Cevil.example", "//evil.example/%2E%2E"])
def test_open_redirect_through_append_slash(target: str) -> None:
    """RFC 3986, 4.2: a path that begins with two slashes would be another host."""
    everything = re_path(r"^.*/$", lambda request: HttpResponse())
    with serving_views(everything, MIDDLEWARE=[COMMON]) as site, site.client() as client:
        answer = client.get(target)
    assert answer.status == 301
    location = answer.headers["location"]
    assert location.startswith("/")
    assert location[1] not in "/\\"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)//",
        "java\nscript:alert(1)//",
        " javascript:alert(1)//",
        "data:text/html,x",
    ],
)
def test_open_redirect_to_another_scheme(address: str) -> None:
    """RFC 9110, 10.2.2: a redirect leads to http, https or ftp; all else is refused."""
    with (
        serving_views(path("", lambda request: redirect(address))) as site,
        site.client() as client,
    ):
        answer = client.get()
    assert answer.status == 400
    assert "location" not in answer.headers


# Log injection -------------------------------------------------------------------------------


def test_log_injection_in_the_access_log(tmp_path: Any) -> None:
    """C0, DEL, C1, quotes and backslashes are escaped: one answer, one line, no terminal codes."""
    file = tmp_path / "access.log"
    log = AccessLog(str(file), combined)
    with serving(Application(), access=log) as site, site.client() as client:
        client.send(
            b'GET /"x" HTTP/1.1\r\nHost: localhost\r\nReferer: a\\\r\n'
            b'User-Agent: "\x9b31m\t127.0.0.1 - - "GET /forged\r\n\r\n'
        ).answer()
    log.close()
    data = file.read_bytes()
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")
    assert all(0x20 <= octet < 0x7F for octet in data[:-1])
    assert data.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') == 6


def test_log_injection_in_the_log_of_the_framework(caplog: pytest.LogCaptureFixture) -> None:
    """A percent-encoded line break in a path is data of the log line, not a line."""
    nothing = path("only/", lambda request: HttpResponse())
    with caplog.at_level(logging.WARNING), serving_views(nothing) as site, site.client() as client:
        assert client.get("/%0AERROR%20forged%1B%5B31m%C2%9B").status == 404
    messages = [record.getMessage() for record in caplog.records]
    assert any("forged" in message for message in messages)
    assert all(message.isascii() and message.isprintable() for message in messages)


# The framework for these tests ---------------------------------------------------------------


class Witness:
    """A view that counts its calls."""

    def __init__(self, view: Callable[[Any], HttpResponse]) -> None:
        self.calls = 0
        self._view = view

    def __call__(self, request: Any) -> HttpResponse:
        self.calls += 1
        return self._view(request)


@contextmanager
def urlconf(*patterns: Any, **values: Any) -> Iterator[None]:
    module = ModuleType("urlconf_of_the_threats")
    module.urlpatterns = list(patterns)
    with override_settings(ROOT_URLCONF=module, **values):
        yield


@contextmanager
def serving_views(*patterns: Any, **values: Any) -> Iterator[Site]:
    with urlconf(*patterns, **values), serving(WSGIHandler()) as site:
        yield site


def ask_asgi(handler: ASGIHandler, **changes: Any) -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", **changes}

    async def exchange() -> None:
        events = asyncio.Queue[Any]()
        events.put_nowait({"type": "http.request"})
        sent = asyncio.Queue[Any]()
        await handler(scope, events.get, sent.put)

    asyncio.run(exchange())
