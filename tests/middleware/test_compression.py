"""CompressionMiddleware, and what it shares with GZipMiddleware."""

import asyncio
import gzip
import io
import sys
import threading
import zlib
from contextlib import ExitStack
from types import ModuleType

import brotli
import pytest
import zstandard

from enfilade.conf.settings import DEFAULTS
from enfilade.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import FileResponse, HttpResponse, StreamingHttpResponse
from enfilade.middleware.codings import gzip_writer
from enfilade.middleware.compression import CompressionMiddleware, is_compressed_already
from enfilade.middleware.encoding import INLINE
from enfilade.middleware.gzip import GZipMiddleware
from enfilade.test import AsyncClient, Client, RequestFactory, override_settings
from enfilade.urls import path

BROWSER = "gzip, deflate, br, zstd"
WORDS = b"A corridor of rooms, one behind the other. " * 20
ALL = ["zstd", "br", "gzip"]


def unzstd(data):
    return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()


READERS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": unzstd}


def urlconf(*views):
    module = ModuleType("compressed")
    module.urlpatterns = [path("", view) for view in views]
    return module


@pytest.fixture(autouse=True)
def every_coding():
    with override_settings(COMPRESSION_ENCODINGS=ALL):
        yield


def answer(response, accepted=BROWSER, *, kind=CompressionMiddleware, method="GET", **fields):
    """*response* as it comes out of the middleware."""
    request = RequestFactory().generic(method, "/", headers={"Accept-Encoding": accepted, **fields})
    return kind(lambda request: response)(request)


def coding_of(response):
    return response.headers.get("Content-Encoding")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [(BROWSER, "zstd"), ("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0.5, gzip", "gzip")],
)
def test_the_client_s_favourite_is_taken(accepted, coding):
    response = answer(HttpResponse(WORDS), accepted)
    assert coding_of(response) == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["Content-Length"] == str(len(response.content))
    assert len(response.content) < len(WORDS)
    assert READERS[coding](response.content) == WORDS


def test_gzip_alone_is_on_offer_unless_the_site_asks_for_more():
    assert DEFAULTS["COMPRESSION_ENCODINGS"] == ["gzip"]
    with override_settings(COMPRESSION_ENCODINGS=["gzip"]):
        assert coding_of(answer(HttpResponse(WORDS))) == "gzip"


@pytest.mark.parametrize(
    ("content_type", "compressed"),
    [
        ("text/html; charset=utf-8", False),
        ("application/json", False),
        ("IMAGE/SVG+XML", False),
        ("image/x-icon", False),
        ("application/octet-stream", False),
        ("application/wasm", False),
        ("font/ttf", False),
        ("", False),
        ("image/png", True),
        ("image/webp; x=y", True),
        ("video/mp4", True),
        ("audio/ogg", True),
        ("font/woff2", True),
        ("application/zip", True),
        ("application/epub+zip", True),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", True),
    ],
)
def test_what_is_compressed_already_is_left_alone(content_type, compressed):
    assert is_compressed_already(content_type) is compressed
    response = answer(HttpResponse(WORDS, content_type=content_type or "x"))
    assert (coding_of(response) is None) is compressed
    assert ("Vary" in response.headers) is not compressed


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(WORDS[:199]),
        HttpResponse(status=204),
        HttpResponse(WORDS, status=206, headers={"Content-Range": "bytes 0-859/9999"}),
        HttpResponse(WORDS, headers={"Content-Encoding": "br"}),
        HttpResponse(WORDS, headers={"Cache-Control": "max-age=60, No-Transform"}),
        StreamingHttpResponse(iter([WORDS]), status=206),
        StreamingHttpResponse(iter([WORDS]), content_type="video/webm"),
    ],
    ids=["short", "204", "206", "encoded", "no-transform", "206 stream", "film"],
)
def test_some_answers_stay_as_they_are(response):
    before = dict(response.headers.items())
    assert dict(answer(response).headers.items()) == before


def test_what_would_not_become_shorter_stays_and_says_on_what_that_depends():
    noise = bytes(range(256))
    response = answer(HttpResponse(noise))
    assert response.content == noise
    assert coding_of(response) is None
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("refusal", ["identity;q=0", "*;q=0"])
@pytest.mark.parametrize(
    ("content", "content_type"), [(b"short", "text/plain"), (WORDS, "image/png")]
)
def test_who_refuses_what_is_not_encoded_gets_it_encoded(content, content_type, refusal):
    response = answer(HttpResponse(content, content_type=content_type), f"gzip, {refusal}")
    assert gzip.decompress(response.content) == content
    assert coding_of(response) == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"


def test_who_accepts_nothing_that_there_is_gets_it_as_it_is():
    response = answer(HttpResponse(WORDS), "identity;q=0, deflate")
    assert response.content == WORDS


def test_a_head_has_the_fields_of_a_get():
    (get, head) = (answer(HttpResponse(WORDS, headers={"ETag": '"1"'}), method=method)
                   for method in ("GET", "HEAD"))  # fmt: skip
    names = ("Content-Encoding", "Vary", "ETag", "Content-Type")
    assert [get.headers[name] for name in names] == [head.headers[name] for name in names]


@pytest.mark.parametrize(("tag", "sent"), [('"1"', 'W/"1"'), ('W/"1"', 'W/"1"')])
def test_a_strong_tag_becomes_a_weak_one(tag, sent):
    assert answer(HttpResponse(WORDS, headers={"ETag": tag})).headers["ETag"] == sent
    assert answer(HttpResponse(WORDS, headers={"ETag": tag}), "").headers["ETag"] == tag


@pytest.mark.parametrize(
    ("condition", "sent"),
    [('W/"1"', 'W/"1"'), ('"1"', '"1"'), ('"1", W/"1"', '"1"'), ("*", '"1"'), ("", '"1"')],
)
def test_a_304_has_the_tag_of_the_copy_that_it_is_about(condition, sent):
    response = HttpResponse(status=304, headers={"ETag": '"1"'})
    response = answer(response, **{"If-None-Match": condition})
    assert response.headers["ETag"] == sent
    assert ("Vary" in response.headers) is (sent == 'W/"1"')


# Streams -----------------------------------------------------------------------------------


def _reader_of_zstd():
    return zstandard.ZstdDecompressor().decompressobj(read_across_frames=True).decompress


READERS_OF_PIECES = {
    "zstd": _reader_of_zstd,
    "br": lambda: brotli.Decompressor().process,
    "gzip": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS).decompress,
}


@pytest.mark.parametrize("coding", ALL)
def test_no_chunk_of_a_stream_waits_for_the_next(coding):
    read = READERS_OF_PIECES[coding]()
    made = []

    def events():
        for number in range(3):
            made.append(number)
            yield f"data: {number}\n\n"

    response = answer(StreamingHttpResponse(events(), content_type="text/event-stream"), coding)
    assert coding_of(response) == coding
    chunks = iter(response)
    for number in range(3):
        assert read(next(chunks)) == f"data: {number}\n\n".encode()
        assert made[-1] == number


@pytest.mark.parametrize("coding", ALL)
async def test_an_async_stream_is_one_body(coding):
    async def parts():
        yield WORDS
        yield b""
        await asyncio.sleep(0)
        yield "é" * INLINE

    response = StreamingHttpResponse(parts(), headers={"Content-Length": "1"})
    response = answer(response, coding)
    assert "Content-Length" not in response.headers
    body = b"".join([part async for part in response])
    assert READERS[coding](body) == WORDS + "é".encode() * INLINE


def test_the_source_of_a_stream_that_is_left_early_is_closed():
    closed = []

    def parts():
        try:
            while True:
                yield WORDS
        finally:
            closed.append(True)

    response = answer(StreamingHttpResponse(parts()))
    next(iter(response))
    response.close()
    assert closed


async def test_the_source_of_an_async_stream_that_is_left_early_is_closed():
    closed = []

    async def parts():
        try:
            while True:
                yield WORDS
        finally:
            closed.append(True)

    chunks = aiter(answer(StreamingHttpResponse(parts())))
    await anext(chunks)
    await chunks.aclose()
    assert closed


def test_a_stream_that_breaks_off_does_not_look_complete():
    def parts():
        yield WORDS
        raise RuntimeError("the source has dried up")

    response = answer(StreamingHttpResponse(parts()), "gzip")
    body = []
    with pytest.raises(RuntimeError, match="dried up"):
        body.extend(response)
    with pytest.raises(EOFError):
        gzip.decompress(b"".join(body))


# Files -------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "plan.txt"
    file.write_bytes(WORDS * 400)
    return file


@pytest.fixture
def site(file):
    """Call it with a middleware to have a client of a site with one file."""

    def view(request):
        return FileResponse(file.open("rb"), conditional=True)

    with ExitStack() as overrides:

        def make(kind=CompressionMiddleware, asgi=False):
            values = {"ROOT_URLCONF": urlconf(view), "MIDDLEWARE": [kind]}
            overrides.enter_context(override_settings(**values))
            return AsyncClient() if asgi else Client()

        yield make


def body_of(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("kind", [CompressionMiddleware, GZipMiddleware])
def test_a_file_is_compressed_and_its_version_told(site, kind, file):
    client = site(kind)
    response = client.get("/", headers={"Accept-Encoding": "gzip"})
    body = body_of(response)
    assert gzip.decompress(body) == file.read_bytes()
    assert len(body) < len(file.read_bytes()) / 20  # nothing was flushed in between
    assert response["ETag"].startswith('W/"')
    assert "Accept-Ranges" not in response
    again = client.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": response["ETag"]})
    assert (again.status_code, again["ETag"], again["Vary"]) == (
        304,
        response["ETag"],
        "Accept-Encoding",
    )


@pytest.mark.parametrize("kind", [CompressionMiddleware, GZipMiddleware])
def test_who_asks_for_a_part_of_a_file_gets_it_as_it_is(site, kind):
    response = site(kind).get("/", headers={"Accept-Encoding": "gzip", "Range": "bytes=2-9"})
    assert (response.status_code, body_of(response)) == (206, WORDS[2:10])
    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"
    assert response["ETag"].startswith('"')


def test_a_part_is_not_sent_to_who_has_a_compressed_copy(site):
    client = site()
    tag = client.get("/", headers={"Accept-Encoding": "gzip"})["ETag"]
    fields = {"Accept-Encoding": "gzip", "Range": "bytes=2-9", "If-Range": tag}
    assert client.get("/", headers=fields).status_code == 200


async def test_a_file_is_compressed_under_asgi(site, file):
    response = await site(asgi=True).get("/", headers={"Accept-Encoding": "zstd"})
    body = b"".join([part async for part in response])
    assert unzstd(body) == file.read_bytes()


# The event loop ----------------------------------------------------------------------------


class Noting(GZipMiddleware):
    """Notes the threads that compress."""

    threads: list[int]

    def __init__(self, get_response):
        super().__init__(get_response)
        self.threads = []
        self.writers = {"gzip": self.writer}

    def writer(self, padding):
        writer = gzip_writer(padding)
        compress = writer._compress
        writer._compress = lambda data: self.threads.append(threading.get_ident()) or compress(data)
        return writer


@pytest.mark.parametrize(("length", "inline"), [(INLINE, True), (INLINE + 1, False)])
@pytest.mark.parametrize("stream", [False, True])
async def test_only_a_large_body_leaves_the_event_loop(length, inline, stream):
    async def parts():
        yield b"x" * length

    async def view(request):
        return StreamingHttpResponse(parts()) if stream else HttpResponse(b"x" * length)

    middleware = Noting(view)
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    response = await middleware(request)
    body = b"".join([part async for part in response]) if stream else response.content
    assert gzip.decompress(body) == b"x" * length
    assert [each == threading.get_ident() for each in middleware.threads] == [inline]


async def test_a_chain_with_compression_has_no_hop():
    with override_settings(
        ROOT_URLCONF=urlconf(), MIDDLEWARE=[CompressionMiddleware, GZipMiddleware]
    ):
        assert [layer.hops for layer in ASGIHandler().chain.layers] == [False, False]


# Start-up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])
def test_a_missing_library_is_found_when_the_handler_is_made(handler, monkeypatch):
    monkeypatch.setitem(sys.modules, "brotli", None)
    with (
        override_settings(ROOT_URLCONF=urlconf(), MIDDLEWARE=[CompressionMiddleware]),
        pytest.raises(ImproperlyConfigured, match="'br', whose library") as caught,
    ):
        handler()
    assert "enfilade[compression]" in caught.value.hint


def test_gzip_needs_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "brotli", None)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with override_settings(COMPRESSION_ENCODINGS=["gzip"]):
        assert coding_of(answer(HttpResponse(WORDS))) == "gzip"


def test_without_codings_the_middleware_is_not_used():
    with override_settings(COMPRESSION_ENCODINGS=[]), pytest.raises(MiddlewareNotUsed):
        CompressionMiddleware(lambda request: None)


def test_a_subclass_may_do_without_padding():
    class Plain(GZipMiddleware):
        max_random_bytes = 0

    first, second = (answer(HttpResponse(WORDS), kind=Plain).content for _ in range(2))
    assert first == second
    assert gzip.GzipFile(fileobj=io.BytesIO(first)).read() == WORDS
