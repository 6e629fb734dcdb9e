"""Responses beside Django's: bodies, headers, cookies, redirects, JSON, streams, files."""

import datetime
import io

import pytest
from hypothesis import settings

from oracle.pair import DJANGO, OURS, assert_same, outcome

FEW = settings(max_examples=60, deadline=None)


def headers_of(response):
    return sorted(response.items()), response.cookies.output()


def show(response):
    return {
        "repr": repr(response),
        "content": response.content,
        "status": (response.status_code, response.reason_phrase),
        "charset": response.charset,
        "headers": headers_of(response),
        "serialized": response.serialize(),
        "text": outcome(lambda: response.text),
        "streaming": response.streaming,
    }


RESPONSES = {
    "nothing": lambda http: http.HttpResponse(),
    "text": lambda http: http.HttpResponse("é"),
    "bytes": lambda http: http.HttpResponse(b"\xff"),
    "memoryview": lambda http: http.HttpResponse(memoryview(b"x")),
    "number": lambda http: http.HttpResponse(7),
    "none": lambda http: http.HttpResponse(None),
    "list": lambda http: http.HttpResponse(["a", b"b", 3]),
    "generator": lambda http: http.HttpResponse(c for c in "abc"),
    "charset": lambda http: http.HttpResponse("é", charset="latin-1"),
    "content type": lambda http: http.HttpResponse("é", "text/plain; charset=latin-1"),
    "quoted charset": lambda http: http.HttpResponse("é", 'text/plain; charset="utf-16-le"; x=y'),
    "no charset": lambda http: http.HttpResponse("é", "text/plain"),
    "empty type": lambda http: http.HttpResponse("é", ""),
    "status": lambda http: http.HttpResponse("", None, 201, "Made"),
    "text status": lambda http: http.HttpResponse(status="418"),
    "unknown status": lambda http: http.HttpResponse(status=299),
    "enum status": lambda http: http.HttpResponse(status=404),
    "bad status": lambda http: http.HttpResponse(status="x"),
    "small status": lambda http: http.HttpResponse(status=99),
    "large status": lambda http: http.HttpResponse(status=600),
    "headers": lambda http: http.HttpResponse(headers={"X-A": 1, "content-type": "text/x"}),
    "pairs": lambda http: http.HttpResponse(headers=[("X-A", "1"), ("x-a", "2")]),
    "bad pairs": lambda http: http.HttpResponse(headers=[("X-A",)]),
    "two types": lambda http: http.HttpResponse("", "a/b", headers={"Content-Type": "c/d"}),
    "not modified": lambda http: http.HttpResponseNotModified(),
    "not modified, content": lambda http: http.HttpResponseNotModified("x"),
    "bad request": lambda http: http.HttpResponseBadRequest("x"),
    "forbidden": lambda http: http.HttpResponseForbidden("x"),
    "not found": lambda http: http.HttpResponseNotFound("x"),
    "not allowed": lambda http: http.HttpResponseNotAllowed(["GET", "HEAD"], "x"),
    "gone": lambda http: http.HttpResponseGone(),
    "server error": lambda http: http.HttpResponseServerError(),
    "redirect": lambda http: http.HttpResponseRedirect("/é?a=b c"),
    "permanent": lambda http: http.HttpResponsePermanentRedirect("https://x.example/"),
    "keeping": lambda http: http.HttpResponseRedirect("/x", preserve_request=True),
    "keeping for good": lambda http: http.HttpResponsePermanentRedirect("/x", True),
    "ftp": lambda http: http.HttpResponseRedirect("ftp://x.example/"),
    "script": lambda http: http.HttpResponseRedirect("javascript:alert(1)"),
    "data": lambda http: http.HttpResponseRedirect("DATA:x"),
    "long": lambda http: http.HttpResponseRedirect("/" + "x" * 16383),
    "too long": lambda http: http.HttpResponseRedirect("/" + "x" * 16384),
    "json": lambda http: http.JsonResponse({"é": [1, None]}),
    "json list": lambda http: http.JsonResponse([1]),
    "unsafe json": lambda http: http.JsonResponse([1], safe=False),
    "json parameters": lambda http: http.JsonResponse(
        {"b": 1, "a": 2}, json_dumps_params={"sort_keys": True, "indent": 1}, status=201
    ),
    "json type": lambda http: http.JsonResponse({}, content_type="application/problem+json"),
}


@pytest.mark.parametrize("make", RESPONSES.values(), ids=RESPONSES)
def test_responses_are_alike(make):
    assert_same(lambda package: show(make(package.http)))


HEADERS = [
    *(("X-A", "b"), ("X-A", 7), ("X-A", b"b"), (b"X-A", "b"), ("X-A", "é"), ("X-A", "€")),
    *(("X-A", "a\nb"), ("X-A", "a\r\nb"), ("X-A", b"a\nb"), ("X-A", "€\n"), ("X-A\n", "b")),
    *(("é", "b"), (b"\xff", "b"), ("X-A", b"\xff"), ("X-A", "tab\t"), ("X-A", "")),
]


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_headers_are_checked_alike(name, value):
    def question(package):
        response = package.http.HttpResponse()
        response[name] = value
        return headers_of(response)

    assert_same(question)


HEADER_ACTIONS = {
    "contains": lambda r: ("x-a" in r, r.has_header("X-A"), "x-b" in r),
    "get": lambda r: (r["x-a"], r.get("X-A"), r.get("x-b"), r.get("x-b", 1)),
    "missing": lambda r: r["x-b"],
    "delete": lambda r: r.__delitem__("x-a"),
    "delete missing": lambda r: r.__delitem__("x-b"),
    "setdefault": lambda r: (r.setdefault("x-A", "9"), r.setdefault("X-b", "8")),
    "pop": lambda r: (r.headers.pop("x-a"), r.headers.pop("x-b", 3)),
    "equality": lambda r: r.headers == {"content-TYPE": "text/html; charset=utf-8", "x-a": "1"},
    "inequality": lambda r: r.headers == {"x-a": "1"},
    "repr": lambda r: repr(r.headers),
    "length": lambda r: len(r.headers),
    "iteration": lambda r: (list(r.headers), list(r.headers.values()), dict(r.headers)),
}


@pytest.mark.parametrize("action", HEADER_ACTIONS.values(), ids=HEADER_ACTIONS)
def test_headers_change_alike(action):
    def question(package):
        response = package.http.HttpResponse(headers={"X-A": "1"})
        return outcome(action, response), headers_of(response)

    assert_same(question)


COOKIES = [
    {},
    {"value": "a b;c"},
    {"value": "清風"},
    {"max_age": 10},
    {"max_age": 10.7},
    {"max_age": 0},
    {"max_age": datetime.timedelta(minutes=1)},
    {"max_age": 10, "expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"expires": datetime.datetime(2000, 1, 1)},
    {"expires": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC), "max_age": 3},
    {"path": "/x", "domain": "example.org", "secure": True, "httponly": True},
    {"path": None},
    {"samesite": "Lax"},
    {"samesite": "none"},
    {"samesite": "wrong"},
]


@pytest.mark.parametrize("arguments", COOKIES, ids=str)
def test_cookies_are_set_alike(arguments, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.5)

    def question(package):
        response = package.http.HttpResponse()
        response.set_cookie("name", **arguments)
        return response.cookies.output()

    assert_same(question)


@pytest.mark.parametrize(
    "zone", [None, datetime.UTC, datetime.timezone(datetime.timedelta(hours=5))]
)
def test_a_cookie_lives_until_a_moment_alike(zone):
    moment = datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(days=2, seconds=60)
    moment = moment.replace(tzinfo=None) if zone is None else moment.astimezone(zone)

    def question(package):
        response = package.http.HttpResponse()
        response.set_cookie("name", expires=moment)
        return response.cookies["name"]["max-age"]

    # A second is added for the fraction that is lost; both read the clock, one after the other.
    ours, theirs = question(OURS), question(DJANGO)
    assert ours - theirs in (0, 1)
    assert 172_855 < theirs <= ours <= 172_860


ELSEWHERE = {"path": "/x", "domain": "d"}
DELETED = [
    (key, more)
    for key in ("name", "__Secure-name", "__Host-name")
    for more in ({}, {"samesite": "None"}, ELSEWHERE)
    if key != "__Host-name" or more != ELSEWHERE  # which is refused
]


@pytest.mark.parametrize(("key", "more"), DELETED, ids=str)
def test_cookies_are_deleted_alike(key, more, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.5)

    def question(package):
        response = package.http.HttpResponse()
        response.set_cookie(key, "value", secure=True)
        response.delete_cookie(key, **more)
        return response.cookies.output()

    assert_same(question)


RESPONSE_ACTIONS = {
    "write": lambda r: (r.write("é"), r.write(b"x"), r.tell(), r.content, list(r)),
    "writelines": lambda r: (r.writelines(["a", b"b"]), r.getvalue()),
    "what it can": lambda r: (r.readable(), r.seekable(), r.writable(), r.flush()),
    "text": lambda r: (r.text, r.write("x"), r.text, setattr(r, "content", "new"), r.text),
    "replace": lambda r: (setattr(r, "content", ["a", "b"]), r.content),
    "reason": lambda r: (setattr(r, "reason_phrase", "Fine"), r.reason_phrase),
    "charset": lambda r: (setattr(r, "charset", "latin-1"), r.make_bytes("é"), r.charset),
    "type": lambda r: (r.__setitem__("Content-Type", "text/plain; charset=utf-16"), r.charset),
    "no type": lambda r: (r.__delitem__("Content-Type"), r.charset, repr(r)),
    "close": lambda r: (r.closed, r.close(), r.closed),
    "handler": lambda r: r._handler_class,
}


@pytest.mark.parametrize("action", RESPONSE_ACTIONS.values(), ids=RESPONSE_ACTIONS)
def test_responses_change_alike(action):
    assert_same(lambda package: action(package.http.HttpResponse("start")))


STREAM_ACTIONS = {
    "content": lambda r: r.content,
    "text": lambda r: r.text,
    "chunks": lambda r: (list(r), list(r)),
    "value": lambda r: r.getvalue(),
    "wrapped": lambda r: (
        setattr(r, "streaming_content", (c + b"!" for c in r.streaming_content)),
        list(r),
    ),
    "write": lambda r: r.write("x"),
    "tell": lambda r: r.tell(),
    "writelines": lambda r: r.writelines(["x"]),
    "what it is": lambda r: (r.streaming, r.is_async, r.writable(), repr(r)),
}


@pytest.mark.parametrize("action", STREAM_ACTIONS.values(), ids=STREAM_ACTIONS)
def test_streams_are_alike(action):
    def question(package):
        return outcome(action, package.http.StreamingHttpResponse(iter(["é", b"x", 3])))

    assert_same(question)


class Pipe(io.RawIOBase):
    """Neither seekable nor of known size."""

    def __init__(self):
        self.rest = io.BytesIO(b"content")

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.rest.readinto(buffer)

    tell = property()  # type: ignore[assignment]


def _named(name):
    file = io.BytesIO(b"content")
    file.name = name
    return file


def _begun():
    file = io.BytesIO(b"content")
    file.read(3)
    return file


class Growing(io.RawIOBase):
    """Without a place to go back to, but it tells how far it is."""

    def __init__(self, name=None):
        self.rest = io.BytesIO(b"content")
        self.name = name

    def readable(self):
        return True

    def tell(self):
        return self.rest.tell()

    def readinto(self, buffer):
        return self.rest.readinto(buffer)


class Buffered(Growing):
    """The same, whose buffer is known."""

    def getbuffer(self):
        return self.rest.getbuffer()


class Lost:
    """With a place to go back to, and no word where it is."""

    def __init__(self):
        rest = io.BytesIO(b"content")
        self.read, self.seek = rest.read, rest.seek


FILES = {
    "memory": lambda: io.BytesIO(b"content"),
    "begun": _begun,
    "named": lambda: _named("/tmp/folder/page.html"),
    "number for a name": lambda: _named(3),
    "compressed": lambda: _named("a.tar.gz"),
    "brotli": lambda: _named("a.br"),
    "unknown type": lambda: _named("a.unheard-of"),
    "pipe": Pipe,
    "growing": Growing,
    "growing on disk": lambda: Growing(__file__),
    "growing elsewhere": lambda: Growing("/no/such/file.txt"),
    "buffered": Buffered,
    "lost": Lost,
    "chunks": lambda: [b"a", b"b"],
    "itself": lambda: open(__file__, "rb"),  # noqa: SIM115
}


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"as_attachment": True},
        {"filename": "é.txt"},
        {"filename": "other.pdf", "as_attachment": True},
        {"content_type": "text/x"},
        {"content_type": None},
    ],
    ids=str,
)
def test_file_responses_are_alike(make, arguments):
    def question(package):
        response = package.http.FileResponse(make(), **arguments)
        content = b"".join(response)
        response.close()
        streamed = response.file_to_stream is None
        return headers_of(response), content, streamed, response.block_size

    assert_same(question)
