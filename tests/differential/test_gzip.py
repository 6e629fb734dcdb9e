"""GZipMiddleware, ConditionalGetMiddleware and their decorators, beside Django's: the same views
and the same requests. Bodies are compared as the client reads them, for their length is random."""

import gzip
import importlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from oracle import DJANGO, ENFILADE, GATEWAYS, Framework, Outcome, run

LONG = b"A corridor of rooms, one behind the other. " * 20
TAG = '"15fb6ec81b1ebfa4cc5b3d0ed0f7ec8c"'
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"

VIEWS: dict[str, dict[str, Any]] = {
    "long": {"body": LONG},
    "200": {"body": b"a" * 200},
    "199": {"body": b"a" * 199},
    "empty": {"body": b""},
    "random": {"body": bytes(range(256))},
    "pieces": {"body": [b"a" * 150, b"b" * 150]},
    "image": {"body": LONG, "Content-Type": "image/png"},
    "encoded": {"body": LONG, "Content-Encoding": "br"},
    "vary": {"body": LONG, "Vary": "Cookie"},
    "vary-encoding": {"body": LONG, "Vary": "accept-encoding, Cookie"},
    "strong": {"body": LONG, "ETag": '"v1"'},
    "weak": {"body": LONG, "ETag": 'W/"v1"'},
    "dated": {"body": LONG, "Last-Modified": DATE},
    "both": {"body": LONG, "Last-Modified": DATE, "ETag": '"v1"'},
    "no-date": {"body": LONG, "Last-Modified": "yesterday"},
    "no-store": {"body": LONG, "Cache-Control": "max-age=0, No-Store"},
    "no-transform": {"body": LONG, "Cache-Control": "no-transform"},
    "length": {"body": LONG, "Content-Length": str(len(LONG))},
    "missing": {"body": LONG, "status": 404},
    "broken": {"body": LONG, "status": 500},
    "moved": {"body": LONG, "status": 302, "Location": "/", "ETag": '"v1"'},
    "no-content": {"body": b"", "status": 204, "ETag": '"v1"'},
    "not-modified": {"body": b"", "status": 304, "ETag": '"v1"'},
    "fields": {
        "body": LONG, "ETag": '"v1"', "Expires": DATE, "Content-Location": "/other", "X-Own": "1",
        "Cache-Control": "private", "Date": DATE, "cookie": "seen",
    },
    "stream": {"stream": [LONG, b"", b"the end"], "Content-Length": str(len(LONG) + 7)},
    "stream-short": {"stream": [b"a", b"b"], "ETag": '"v1"'},
    "stream-text": {"stream": ["é" * 300, "end"]},
    "stream-encoded": {"stream": [LONG], "Content-Encoding": "br"},
}  # fmt: skip

ACCEPTED = ["gzip", "gzip, deflate, br", "br", "", "deflate, gzip;q=0.5", "x-gzip", "identity"]

CONDITIONS: list[dict[str, str]] = [
    {},
    {"If-None-Match": '"v1"'},
    {"If-None-Match": f'{TAG}, W/"v2"'},
    {"If-None-Match": "*"},
    {"If-None-Match": '"other"'},
    {"If-Match": '"v1"'},
    {"If-Match": '"other"'},
    {"If-Modified-Since": DATE},
    {"If-Modified-Since": "Tue, 14 Nov 2023 22:13:19 GMT"},
    {"If-Modified-Since": "never"},
    {"If-Unmodified-Since": DATE},
    {"If-None-Match": '"other"', "If-Modified-Since": DATE},
]

GZIP = "middleware.gzip.GZipMiddleware"
CONDITIONAL = "middleware.http.ConditionalGetMiddleware"


class Site:
    """The same site on one framework; *decorator* is the path of one, for every view."""

    def __init__(self, framework: Framework, asynchronous: bool, decorator: str = "") -> None:
        self.framework = framework
        self.package = framework.http.__name__.partition(".")[0]
        self.module = ModuleType(f"encoded_pages_of_{framework.name}")
        decorate = self.imported(decorator) if decorator else lambda view: view
        self.module.urlpatterns = [
            framework.urls.path(f"{name}/", decorate(self.view(spec, asynchronous)))
            for name, spec in VIEWS.items()
        ]

    def imported(self, path: str) -> Any:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(f"{self.package}.{module}"), name)

    def view(self, spec: dict[str, Any], asynchronous: bool) -> Any:
        def view(request: Any) -> Any:
            response = self.response(spec, asynchronous)
            for name, value in spec.items():
                if name[0].isupper():
                    response[name] = value
            if "cookie" in spec:
                response.set_cookie(spec["cookie"], "1")
            return response

        async def async_view(request: Any) -> Any:
            return view(request)

        return async_view if asynchronous else view

    def response(self, spec: dict[str, Any], asynchronous: bool) -> Any:
        if "stream" not in spec:
            status = spec.get("status", 200)
            return self.framework.http.HttpResponse(spec["body"], status=status)
        parts = awaited(spec["stream"]) if asynchronous else iter(spec["stream"])
        return self.framework.http.StreamingHttpResponse(parts)

    @contextmanager
    def installed(self, middleware: list[str]) -> Iterator[None]:
        sys.modules[self.module.__name__] = self.module
        chain = [f"{self.package}.{name}" for name in middleware]
        try:
            with self.framework.settings(MIDDLEWARE=chain, ROOT_URLCONF=self.module.__name__):
                yield
        finally:
            del sys.modules[self.module.__name__]

    def outcomes(
        self, middleware: list[str], requests: list[dict[str, Any]], asgi: bool
    ) -> list[Any]:
        handler = self.framework.ASGIHandler if asgi else self.framework.WSGIHandler
        with self.installed(middleware):
            return [seen(run(handler, [], asgi=asgi, **request)) for request in requests]


async def awaited(parts: list[Any]) -> AsyncIterator[Any]:
    for part in parts:
        yield part


def seen(outcome: Outcome) -> tuple[int, dict[str, str], bytes]:
    """What the client makes of it; the length is right, or is not there."""
    fields = {name.lower(): value.strip() for name, value in outcome.headers}
    body = outcome.body
    if fields.get("content-encoding") == "gzip" and body:
        assert int(fields.pop("content-length", len(body))) == len(body)
        body = gzip.decompress(body)
    return outcome.status, fields, body


def requests(name: str, *fields: dict[str, str], method: str = "GET") -> list[dict[str, Any]]:
    return [
        {"path": f"/{name}/", "method": method, "headers": {"host": "testserver", **each}}
        for each in fields
    ]


@GATEWAYS
@pytest.mark.parametrize("how", ["middleware", "decorator"])
@pytest.mark.parametrize("name", VIEWS)
def test_compresses_what_django_compresses(name: str, how: str, asgi: bool) -> None:
    chain, decorator = (
        ([GZIP], "") if how == "middleware" else ([], "views.decorators.gzip.gzip_page")
    )
    asked = requests(name, *({"Accept-Encoding": field} for field in ACCEPTED), {})
    ours, theirs = (
        Site(framework, asgi, decorator).outcomes(chain, asked, asgi)
        for framework in (ENFILADE, DJANGO)
    )
    assert ours == theirs


@GATEWAYS
@pytest.mark.parametrize("how", ["middleware", "decorator"])
@pytest.mark.parametrize("name", VIEWS)
def test_answers_conditions_as_django_does(name: str, how: str, asgi: bool) -> None:
    decorator = "views.decorators.http.conditional_page"
    chain, decorator = ([CONDITIONAL], "") if how == "middleware" else ([], decorator)
    asked = [
        request
        for method in ("GET", "PUT")
        for request in requests(name, *CONDITIONS, method=method)
        if not left_by_django(name, request["headers"])
    ]
    ours, theirs = (
        Site(framework, asgi, decorator).outcomes(chain, asked, asgi)
        for framework in (ENFILADE, DJANGO)
    )
    assert ours == theirs


def left_by_django(name: str, headers: dict[str, str]) -> bool:
    """Where Django leaves the standard: tests/views/test_condition.py tells of these."""
    tag = "ETag" in VIEWS[name]
    dated = "Last-Modified" in VIEWS[name] and name != "no-date"
    stars = headers.get("If-None-Match") == "*" and not tag
    return stars or ("If-Unmodified-Since" in headers and not dated)


@GATEWAYS
@pytest.mark.parametrize("name", VIEWS)
def test_both_together_do_what_django_s_do(name: str, asgi: bool) -> None:
    gzipped = [{"Accept-Encoding": "gzip", **each} for each in CONDITIONS]
    asked = [
        request
        for request in requests(name, *gzipped)
        if not left_by_django(name, request["headers"])
    ]
    ours, theirs = (
        Site(framework, asgi).outcomes([GZIP, CONDITIONAL], asked, asgi)
        for framework in (ENFILADE, DJANGO)
    )
    assert ours == theirs


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip;q=0.0, br", "*", "gzip;q=0.1, identity"])
def test_a_coding_is_accepted_where_the_standard_says_so(accepted: str) -> None:
    """Django looks for the word gzip anywhere in the field."""
    asked = requests("long", {"Accept-Encoding": accepted})
    ours, theirs = (
        Site(framework, False).outcomes([GZIP], asked, False)[0] for framework in (ENFILADE, DJANGO)
    )
    assert ("content-encoding" in theirs[1]) is ("gzip" in accepted)
    assert ("content-encoding" in ours[1]) is (accepted == "*")
    assert ours[2] == theirs[2] == LONG


def test_a_304_has_the_tag_of_the_compressed_copy() -> None:
    """Django's has a strong one, by which no cache finds a copy whose tag was made weak."""
    asked = requests("strong", {"Accept-Encoding": "gzip", "If-None-Match": 'W/"v1"'})
    ours, theirs = (
        Site(framework, False).outcomes([GZIP, CONDITIONAL], asked, False)[0]
        for framework in (ENFILADE, DJANGO)
    )
    assert (ours[0], ours[1]) == (304, {"etag": 'W/"v1"', "vary": "Accept-Encoding"})
    assert (theirs[0], theirs[1]) == (304, {"etag": '"v1"'})
