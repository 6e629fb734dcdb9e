"""BREACH: the length of a compressed page tells a secret in it, letter by letter, to who can have
his own words beside it and see the length. So equal pages differ in length, whatever the coding,
whether they come whole or in pieces; and a token is never twice the same.

Compression bombs are no threat here: nothing decompresses what a client sends.
"""

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse, StreamingHttpResponse
from enfilade.middleware.csrf import get_token
from enfilade.test import RequestFactory, override_settings
from enfilade.urls import path
from enfilade.views.decorators.gzip import gzip_page
from wire import Site, serving

PAGE = b"<p>The secret is 1234.</p>" * 40
GZIP = "enfilade.middleware.gzip.GZipMiddleware"
COMPRESSION = "enfilade.middleware.compression.CompressionMiddleware"
TRIES = 12
"""Equal lengths by chance, out of a hundred: once in 10 ** 22."""


def whole(request: Any) -> HttpResponse:
    return HttpResponse(PAGE)


def pieces(request: Any) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([PAGE, PAGE]))


@pytest.fixture(params=[GZIP, COMPRESSION])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    module = ModuleType("secrets")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("whole/", whole),
        path("pieces/", pieces),
    ]
    with (
        override_settings(
            ROOT_URLCONF=module,
            MIDDLEWARE=[request.param],
            COMPRESSION_ENCODINGS=["zstd", "br", "gzip"],
        ),
        serving(WSGIHandler()) as site,
    ):
        yield site


@pytest.mark.parametrize("where", ["/whole/", "/pieces/"])
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_equal_pages_differ_in_length(site: Site, coding: str, where: str) -> None:
    with site.client() as client:
        answers = [
            client.get(where, f"Accept-Encoding: {coding}, gzip;q=0.1") for _ in range(TRIES)
        ]
    assert all(answer.headers["content-encoding"] in (coding, "gzip") for answer in answers)
    lengths = {len(answer.body) for answer in answers}
    assert len(lengths) > 1
    assert max(lengths) - min(lengths) < 100 + 8  # and by no more than that costs


def test_so_do_those_of_a_view_that_is_compressed_by_itself() -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    view = gzip_page(whole)
    assert len({len(view(request).content) for _ in range(TRIES)}) > 1


def test_a_token_is_never_twice_the_same_on_the_page() -> None:
    request = RequestFactory().get("/")
    assert len({get_token(request) for _ in range(TRIES)}) == TRIES


def test_nothing_decompresses_what_a_client_sends() -> None:
    codings = importlib.import_module("enfilade.middleware.codings")
    assert not [name for name in vars(codings) if "decompress" in name.lower()]
    body = b"\x1f\x8b" + bytes(50)
    request = RequestFactory().post(
        "/", body, content_type="text/plain", headers={"Content-Encoding": "gzip"}
    )
    assert request.body == body
