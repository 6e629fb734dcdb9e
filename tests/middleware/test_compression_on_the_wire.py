"""Compressed answers over real sockets: framing, HEAD, and events that nobody holds back."""

import asyncio
import gzip
import socket
import threading
import zlib
from types import ModuleType

import brotli
import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse, StreamingHttpResponse
from enfilade.test import LiveServer, override_settings
from enfilade.urls import path
from wire import Client, serving

WORDS = b"A corridor of rooms, one behind the other. " * 20
COMPRESSION = "enfilade.middleware.compression.CompressionMiddleware"
PATIENCE = 10.0


def page(request):
    return HttpResponse(WORDS, headers={"ETag": '"v1"'})


@pytest.fixture
def site():
    """Call it with a view at /events/ to have the settings of that site."""
    module = ModuleType("compressed_on_the_wire")
    values = {
        "ROOT_URLCONF": module,
        "MIDDLEWARE": [
            COMPRESSION,
            "enfilade.middleware.http.ConditionalGetMiddleware",
            "enfilade.middleware.common.CommonMiddleware",
        ],
        "COMPRESSION_ENCODINGS": ["br", "gzip"],
    }
    with override_settings(**values):
        yield lambda events: setattr(
            module, "urlpatterns", [path("", page), path("events/", events)]
        )


def test_pages_are_framed_by_their_compressed_length(site):
    site(page)
    with serving(WSGIHandler()) as server, server.client() as client:
        plain = client.get("/")
        short = client.get("/", "Accept-Encoding: gzip, deflate, br")
        head = client.get("/", "Accept-Encoding: gzip", method="HEAD")
        again = client.get("/", "Accept-Encoding: br", f"If-None-Match: {short.headers['etag']}")
        last = client.get("/", "Accept-Encoding: gzip;q=0")
    assert plain.body == last.body == WORDS
    assert brotli.decompress(short.body) == WORDS
    assert short.headers["content-encoding"] == "br"
    assert short.headers["etag"] == 'W/"v1"'
    assert {answer.headers["vary"] for answer in (plain, short, head, last)} == {"Accept-Encoding"}
    assert (head.body, head.headers["content-encoding"]) == (b"", "gzip")
    assert (again.status, again.headers["etag"]) == (304, 'W/"v1"')


def read_events(client, go_on):
    """Read event by event; the site goes on only once it has been read."""
    client.request("/events/", "Accept-Encoding: gzip")
    head = client._until(b"\r\n\r\n").lower()
    assert b"content-encoding: gzip" in head
    assert b"content-length" not in head
    reader, said = zlib.decompressobj(16 + zlib.MAX_WBITS), b""
    for number in range(3):
        while f"data: {number}\n\n".encode() not in said:
            size = int(client._until(b"\r\n"), 16)
            said += reader.decompress(client._exactly(size))
            assert client._exactly(2) == b"\r\n"
        go_on(number)
    return said


def test_events_arrive_one_by_one(site):
    read = [threading.Event() for _ in range(3)]

    def events(request):
        def made():
            for number, event in enumerate(read):
                yield f"data: {number}\n\n"
                assert event.wait(PATIENCE)

        return StreamingHttpResponse(made(), content_type="text/event-stream")

    site(events)
    with serving(WSGIHandler()) as server, server.client() as client:
        said = read_events(client, lambda number: read[number].set())
    assert said == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"


def test_events_arrive_one_by_one_under_asgi(site):
    read = [threading.Event() for _ in range(3)]

    async def events(request):
        async def made():
            for number, event in enumerate(read):
                yield f"data: {number}\n\n"
                while not event.is_set():
                    await asyncio.sleep(0.005)

        return StreamingHttpResponse(made(), content_type="text/event-stream")

    site(events)
    with LiveServer(ASGIHandler()) as server:
        host, _, port = server.url.removeprefix("http://").rstrip("/").partition(":")
        address = (socket.gethostbyname(host), int(port))
        with Client(address) as client:
            said = read_events(client, lambda number: read[number].set())
        with Client(address) as client:
            page = client.get("/", "Accept-Encoding: gzip")
    assert said == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert gzip.decompress(page.body) == WORDS
    assert int(page.headers["content-length"]) == len(page.body)
