"""ConditionalGetMiddleware where it meets files, frames, large bodies, caches and the loop.
tests/differential/test_gzip.py has the rest."""

import threading
from contextlib import ExitStack
from types import ModuleType

import pytest

from enfilade.cache import caches
from enfilade.handlers.asgi import ASGIHandler
from enfilade.http import FileResponse, HttpResponse, StreamingHttpResponse
from enfilade.middleware import http as module
from enfilade.middleware.cache import FetchFromCacheMiddleware, UpdateCacheMiddleware
from enfilade.middleware.clickjacking import XFrameOptionsMiddleware
from enfilade.middleware.gzip import GZipMiddleware
from enfilade.middleware.http import ConditionalGetMiddleware
from enfilade.test import Client, RequestFactory, override_settings
from enfilade.urls import path
from enfilade.views.decorators.clickjacking import xframe_options_exempt
from enfilade.views.decorators.http import conditional_page

WORDS = b"A corridor of rooms, one behind the other. " * 20


@pytest.fixture
def site():
    """Call it with middleware and a view to have a client."""
    with ExitStack() as overrides:

        def make(view, *middleware, **values):
            urlconf = ModuleType("conditional")
            urlconf.urlpatterns = [path("", view)]
            values = {"ROOT_URLCONF": urlconf, "MIDDLEWARE": middleware, **values}
            overrides.enter_context(override_settings(**values))
            return Client()

        yield make


def again(client, response, **fields):
    return client.get("/", headers={**fields, "If-None-Match": response["ETag"]})


def test_a_file_has_its_own_version_and_parts(site, tmp_path):
    file = tmp_path / "plan.txt"
    file.write_bytes(WORDS)
    client = site(
        lambda request: FileResponse(file.open("rb"), conditional=True), ConditionalGetMiddleware
    )
    whole = client.get("/")
    assert again(client, whole).status_code == 304
    part = client.get("/", headers={"Range": "bytes=0-9", "If-Range": whole["ETag"]})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, WORDS[:10])
    late = {"Range": "bytes=0-9", "If-None-Match": whole["ETag"]}
    assert client.get("/", headers=late).status_code == 304


def test_a_304_leaves_who_may_frame_the_page_as_it_was(site):
    """A cache gives its copy the fields of the 304: DENY would come true a visit later."""
    view = xframe_options_exempt(lambda request: HttpResponse(WORDS))
    for kept, chain in (
        (conditional_page(view), [XFrameOptionsMiddleware]),
        (view, [XFrameOptionsMiddleware, ConditionalGetMiddleware]),
    ):
        client = site(kept, *chain)
        answer = again(client, client.get("/"))
        assert answer.status_code == 304
        assert "X-Frame-Options" not in answer


def test_the_tag_is_that_of_the_page_however_it_is_compressed(site):
    client = site(lambda request: HttpResponse(WORDS), GZipMiddleware, ConditionalGetMiddleware)
    plain, *compressed = (
        client.get("/", headers={"Accept-Encoding": accepted}) for accepted in ("", "gzip", "gzip")
    )
    assert {response["ETag"] for response in compressed} == {f"W/{plain['ETag']}"}
    assert again(client, compressed[0], **{"Accept-Encoding": "gzip"}).status_code == 304
    assert again(client, compressed[0]).status_code == 304  # by another way


def test_a_kept_page_is_compressed_once_and_has_a_tag(site):
    chain = [
        UpdateCacheMiddleware,
        GZipMiddleware,
        ConditionalGetMiddleware,
        FetchFromCacheMiddleware,
    ]
    client = site(lambda request: HttpResponse(WORDS), *chain)
    caches["default"].clear()
    gzipped = {"Accept-Encoding": "gzip"}
    first, second = (client.get("/", headers=gzipped) for _ in range(2))
    assert first.content == second.content  # with the padding that it was kept with
    assert "Age" in second
    assert client.get("/").content == WORDS
    assert again(client, second, **gzipped).status_code == 304


def test_the_order_is_told_as_data():
    outside = {f"{kind.__module__}.{kind.__qualname__}" for kind in (GZipMiddleware,)}
    assert outside <= ConditionalGetMiddleware.follows.keys()
    assert "enfilade.middleware.cache.UpdateCacheMiddleware" in GZipMiddleware.follows


@pytest.mark.parametrize(
    ("length", "inline"), [(0, True), (module.INLINE, True), (module.INLINE + 1, False)]
)
async def test_only_of_a_large_body_is_the_tag_made_in_a_thread(length, inline):
    threads = []

    class Body(HttpResponse):
        @property
        def content(self):
            threads.append(threading.get_ident())
            return b"x" * length

        @content.setter
        def content(self, value):
            pass

    async def view(request):
        return Body()

    response = await ConditionalGetMiddleware(view)(RequestFactory().get("/"))
    assert ("ETag" in response) is bool(length)
    assert all(each == threading.get_ident() for each in threads) is inline


async def test_an_async_stream_passes_as_it_is():
    async def parts():
        yield b"a"

    async def view(request):
        return StreamingHttpResponse(parts())

    response = await ConditionalGetMiddleware(view)(RequestFactory().get("/"))
    assert "ETag" not in response
    assert [part async for part in response] == [b"a"]


async def test_the_chain_has_no_hop(site):
    site(lambda request: HttpResponse(), ConditionalGetMiddleware)
    assert [layer.hops for layer in ASGIHandler().chain.layers] == [False]


async def test_an_async_view_may_be_decorated():
    @conditional_page
    async def view(request):
        return HttpResponse(WORDS)

    first = await view(RequestFactory().get("/"))
    second = await view(RequestFactory().get("/", headers={"If-None-Match": first["ETag"]}))
    assert second.status_code == 304
