"""Static files over a real server, WSGI's and ASGI's, and what a request for none costs."""

import asyncio
import gzip
import os
import shutil
from contextlib import contextmanager

import brotli
import httpx
import pytest

from enfilade.contrib.staticfiles import static
from enfilade.contrib.staticfiles.serving import StaticFilesMiddleware
from enfilade.exceptions import ImproperlyConfigured
from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.test import AsyncClient, Client, LiveServer
from enfilade.urls import path, re_path
from patience import PATIENCE

SERVING = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"
LONG = "h1 { color: red }\n" * 100


def view(request, **kwargs):
    return HttpResponse("the site's own")


class Urls:
    urlpatterns = [path("", view), re_path("^own/", view)]


@pytest.fixture
def served(hashed):
    """Collected with variants."""
    hashed.set(MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    hashed.write("css/site.css", LONG)
    hashed.write("img/door.png", bytes(range(256)) * 400)
    hashed.write("ü b.txt", "text")
    hashed.collect(codings=["gzip", "br"])
    return hashed


@pytest.fixture(params=[WSGIHandler, ASGIHandler])
def client(served, request):
    server = LiveServer(request.param())
    with server, httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        client.headers["Accept-Encoding"] = "identity"
        yield client


def test_a_file_is_sent_with_its_type_and_lifetime(client):
    response = client.get("/static/css/site.css")
    assert response.status_code == 200
    assert response.text == LONG
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "max-age=60, public"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "Content-Disposition" not in response.headers
    assert client.get("/static/%C3%BC%20b.txt").text == "text"


def test_a_name_with_a_hash_is_kept_for_a_year(client):
    response = client.get(static("img/door.png"))
    assert response.headers["Cache-Control"] == "max-age=31536000, immutable"
    assert "Vary" not in response.headers  # it has no variants


def test_a_copy_that_is_still_good_is_not_sent_again(client):
    etag = client.get("/static/css/site.css").headers["ETag"]
    for value in (etag, f'"other", W/{etag}', "*"):
        response = client.get("/static/css/site.css", headers={"If-None-Match": value})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
        assert response.headers["Vary"] == "Accept-Encoding"
    other = client.get("/static/css/site.css", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("ranges", "status", "expected"),
    [
        ("bytes=0-0", 206, b"\x00"),
        ("bytes=254-257", 206, b"\xfe\xff\x00\x01"),
        ("bytes=-2", 206, b"\xfe\xff"),
        ("bytes=102400-", 416, b""),
        ("bytes=x", 200, bytes(range(256)) * 400),
    ],
)
def test_a_part_of_a_file(client, ranges, status, expected):
    response = client.get("/static/img/door.png", headers={"Range": ranges})
    assert (response.status_code, response.content) == (status, expected)


def test_a_part_of_another_version_is_not_sent(client):
    headers = {"Range": "bytes=0-0", "If-Range": '"stale"'}
    assert client.get("/static/img/door.png", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, br", "br"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("gzip;q=0", None),
        ("br;q=0, gzip;q=0, *", None),
        ("zstd", None),
        ("*", "br"),
        ("x-gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_variant_that_the_client_likes_best(client, accepted, coding):
    with client.stream("GET", static("css/site.css"), headers={"Accept-Encoding": accepted}) as got:
        raw = b"".join(got.iter_raw())
    assert got.headers.get("Content-Encoding") == coding
    decode = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}[coding]
    assert decode(raw) == LONG.encode()
    assert got.headers["Content-Type"] == "text/css; charset=utf-8"
    assert got.headers["Vary"] == "Accept-Encoding"


def test_variants_have_versions_of_their_own(client):
    etags = {
        client.head("/static/css/site.css", headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("br", "gzip", "identity")
    }
    assert len(etags) == 3


def test_other_methods_are_refused_and_head_has_no_body(client):
    assert client.post("/static/css/site.css").status_code == 405
    head = client.head("/static/css/site.css")
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(LONG)))


@pytest.mark.parametrize("path", ["/static/", "/static", "/static/css", "/static/css/", "/x"])
def test_what_is_no_file_is_the_site_s_business(client, path):
    assert client.get(path).status_code == 404


def test_the_manifest_is_not_served(client):
    assert client.get("/static/staticfiles.json").status_code == 404


# At start-up -------------------------------------------------------------------------------


def test_files_are_looked_up_once_and_one_that_is_gone_is_no_error(served):
    client = Client()
    assert client.get("/static/css/site.css").status_code == 200
    (served.root / "late.css").write_text("h1 {}")
    assert client.get("/static/late.css").status_code == 404
    (served.root / "css/site.css.br").unlink()
    got = client.get("/static/css/site.css", headers={"accept-encoding": "br"})
    assert "Content-Encoding" not in got
    assert b"".join(got.streaming_content) == LONG.encode()
    (served.root / "css/site.css").unlink()
    assert client.get("/static/css/site.css").status_code == 404


def test_something_else_in_the_place_of_a_file_is_no_error(served):
    client = Client()
    client.get("/static/css/site.css")  # looks everything up
    (served.root / "css/site.css").unlink()
    (served.root / "css/site.css").mkdir()
    shutil.rmtree(served.root / "img")
    (served.root / "img").write_text("no folder any more")
    assert client.get("/static/css/site.css").status_code == 404
    assert client.get("/static/img/door.png").status_code == 404


def test_a_file_that_the_server_may_not_read_is_forbidden(served, caplog):
    client = Client()
    client.get("/static/css/site.css")  # looks everything up
    (served.root / "css/site.css").chmod(0)
    with as_nobody():
        assert client.get("/static/css/site.css").status_code == 403
    assert "Forbidden" in caplog.text


@contextmanager
def as_nobody():
    """Root may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("name", ["a%00.css", "x" * 300, "y/" * 3000, "a.css/x", "%FF.css", ".."])
def test_what_no_file_can_be_called_is_not_found(site, name, debug):
    site.set(DEBUG=debug, MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    site.write("a.css", "h1 {}")
    site.collect()
    assert Client().get(f"/static/{name}").status_code == 404


def test_without_a_root_the_sources_are_served(site):
    site.set(STATIC_ROOT=None, MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    site.write("a.css", "h1 {}")
    site.write(".secret")
    client = Client()
    assert client.get("/static/a.css").status_code == 200
    assert client.get("/static/.secret").status_code == 404


def test_in_debug_a_new_file_is_seen_at_once(site):
    site.set(DEBUG=True, MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    client = Client()
    assert client.get("/static/a.css").status_code == 404
    site.write("a.css", "h1 {}")
    response = client.get("/static/a.css")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-cache")
    assert client.get("/static//a.css").status_code == 404  # as it will be in production


@pytest.mark.parametrize(
    ("url", "at"),
    [("assets/", "/assets/a.css"), ("/a/b/", "/a/b/a.css"), ("https://cdn.example/s/", "/s/a.css")],
)
def test_files_are_where_the_url_says(site, url, at):
    site.set(STATIC_URL=url, MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    site.write("a.css", "h1 {}")
    site.collect()
    assert Client().get(at).status_code == 200
    assert Client().get("/static/a.css").status_code == 404


@pytest.mark.parametrize("url", ["static/", "/house/static/"])
def test_a_site_that_is_mounted_below_a_path_serves_its_files_there(site, url):
    site.set(STATIC_URL=url, MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    site.write("a.css", "h1 {}")
    site.collect()
    response = Client(SCRIPT_NAME="/house").get("/static/a.css")  # the path below the mount point
    assert response.wsgi_request.path == "/house/static/a.css"
    assert response.status_code == 200


def test_a_url_without_a_path_leaves_the_middleware_out(site):
    site.set(STATIC_URL="https://cdn.example/", MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    assert Client().get("/").status_code == 200


def test_links_of_collectstatic_are_served_and_others_refused(site, tmp_path):
    site.set(MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls)
    site.write("a.css", "h1 {}")
    site.collect(link=True)
    assert Client().get("/static/a.css").status_code == 200
    (tmp_path / "secret").write_text("secret")
    (site.root / "b.css").symlink_to(tmp_path / "secret")
    with pytest.raises((ImproperlyConfigured, ValueError), match=r"b\.css is a symbolic link"):
        WSGIHandler()


async def test_only_a_file_takes_a_thread_under_asgi(served, monkeypatch):
    threads = []
    loop = asyncio.get_running_loop()
    run_in_executor = loop.run_in_executor
    monkeypatch.setattr(
        loop, "run_in_executor", lambda *args: (threads.append(1), run_in_executor(*args))[1]
    )
    middleware = StaticFilesMiddleware(view_of_the_site)
    client = AsyncClient()
    for name, hops in (("/own/", 0), ("/static/none.css", 0), ("/static/css/site.css", 1)):
        threads.clear()
        request = (await client.get(name)).asgi_request
        threads.clear()
        response = await middleware.aprocess_request(request)
        assert len(threads) == hops, name
        assert (response is not None) == bool(hops)


async def view_of_the_site(request):
    return HttpResponse("x")


# Under enfilade dev ------------------------------------------------------------------------------


class OwnServing(StaticFilesMiddleware):
    """A site's own."""


@pytest.mark.parametrize(
    ("named", "added"), [([], True), ([SERVING], False), ([OwnServing], False)]
)
def test_development_adds_what_serves_files_where_the_site_has_nothing_that_does(
    site, monkeypatch, named, added
):
    monkeypatch.setenv("ENFILADE_DEBUG", "1")
    site.set(DEBUG=True, MIDDLEWARE=named, ROOT_URLCONF=Urls)
    site.write("a.css", "h1 {}")
    layers = [layer.middleware for layer in WSGIHandler().chain.layers]
    assert sum(isinstance(each, StaticFilesMiddleware) for each in layers) == 1
    assert (type(layers[0]) is StaticFilesMiddleware) == (added or named == [SERVING])
    assert Client().get("/static/a.css").status_code == 200
