"""``enfilade run`` with files: a site's collected ones, a folder's, and those that a view names."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from patience import until
from running import Running, enfilade_run

SITE = """
from enfilade import Application, HttpResponse, path

def front(request):
    return HttpResponse("front")

def invoice(request):
    return HttpResponse(headers={"X-Accel-Redirect": "/protected/invoice.pdf"})

application = Application(
    [path("", front), path("invoice/", invoice)],
    STATIC_ROOT="collected",
    ALLOWED_HOSTS=["*"],
)
asgi = application.asgi
"""


@pytest.fixture(scope="module", params=["application", "asgi"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("site")
    for name, content in {
        "shop.py": SITE,
        "collected/css/site.css": "h1 {}",
        "public/film": "film" * 100_000,
        "files/invoice.pdf": "%PDF",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(content)
    arguments = ["--static", "/public=public", "--sendfile", "/protected=files"]
    with enfilade_run(
        f"shop:{request.param}", *arguments, output=folder / "log", cwd=folder
    ) as program:
        program.asynchronous = request.param == "asgi"  # type: ignore[attr-defined]
        yield program


def test_what_the_site_has_collected_is_served(site: Running):
    with urllib.request.urlopen(f"{site.url}/static/css/site.css") as answer:
        assert answer.read() == b"h1 {}"
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        etag = answer.headers["ETag"]
    request = urllib.request.Request(
        f"{site.url}/static/css/site.css", headers={"If-None-Match": etag}
    )
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(request)


def test_what_is_not_there_is_the_site_s_own_404(site: Running):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{site.url}/static/missing.css")
    assert caught.value.code == 404
    assert b"<html" in caught.value.read().lower()


def test_a_folder_of_files_is_served_whole_and_in_parts(site: Running):
    for _ in range(2):
        with urllib.request.urlopen(f"{site.url}/public/film") as answer:
            assert answer.read() == b"film" * 100_000
    request = urllib.request.Request(f"{site.url}/public/film", headers={"Range": "bytes=1-2"})
    with urllib.request.urlopen(request) as answer:
        assert (answer.status, answer.read()) == (206, b"il")
    head = urllib.request.Request(f"{site.url}/public/film", method="HEAD")
    with urllib.request.urlopen(head) as answer:
        assert answer.headers["Content-Length"] == "400000"


def test_a_view_names_a_file_and_the_server_sends_it(site: Running):
    if site.asynchronous:  # type: ignore[attr-defined]
        assert "Ignored" in site.log
        assert "sendfile" in site.log
        return
    with urllib.request.urlopen(f"{site.url}/invoice/") as answer:
        assert answer.read() == b"%PDF"
        assert "X-Accel-Redirect" not in answer.headers


def test_files_have_access_lines(site: Running):
    with urllib.request.urlopen(f"{site.url}/public/film?seen") as answer:
        answer.read()
    until(lambda: '"GET /public/film?seen HTTP/1.1" 200 400000' in site.log, "it is logged")
