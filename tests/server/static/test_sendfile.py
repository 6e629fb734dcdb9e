"""``X-Accel-Redirect`` and ``X-Sendfile``: the application says who, the server sends what."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from enfilade.server.mounts import Mount
from enfilade.server.static.sendfile import Sendfile
from enfilade.types import Environ, StartResponse
from wire import Site, serving

Serve = Callable[..., AbstractContextManager[Site]]

PDF = ("Content-Type", "application/pdf")


class Body:
    """An iterable that knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield b"not to be seen"

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def body() -> Body:
    return Body()


@pytest.fixture
def serve(folder: Path, body: Body) -> Serve:
    """``with serve(("X-Sendfile", …), …) as site``: an application that answers with these."""

    @contextmanager
    def serve(*headers: tuple[str, str], status: str = "200 OK") -> Iterator[Site]:
        def application(environ: Environ, start_response: StartResponse) -> Body:
            environ["wsgi.input"].read()
            start_response(status, list(headers))
            return body

        with serving(Sendfile(application, [Mount("/protected/", str(folder))])) as site:
            yield site

    return serve


def test_a_path_of_a_mount_is_sent_and_the_body_is_dropped(serve: Serve, body: Body):
    headers = [("X-Accel-Redirect", "/protected/digits.txt"), PDF, ("Set-Cookie", "a=b")]
    with serve(*headers) as site, site.client() as client:
        answer = client.get("/invoice/17")
        assert (answer.status, answer.body) == (200, b"0123456789")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["set-cookie"] == "a=b"
        assert "x-accel-redirect" not in answer.headers
        assert body.closed == 1


def test_a_place_on_the_disk_is_sent(serve: Serve, folder: Path):
    with serve(("X-Sendfile", str(folder / "digits.txt"))) as site, site.client() as client:
        answer = client.get("/")
        assert (answer.status, answer.body) == (200, b"0123456789")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert "x-sendfile" not in answer.headers


def test_the_client_s_conditions_and_ranges_count(serve: Serve):
    header = ("X-Accel-Redirect", "/protected/digits.txt")
    with serve(header, ("ETag", '"of the view"')) as site, site.client() as client:
        etag = client.get("/").headers["etag"]
        assert client.get("/", f"If-None-Match: {etag}").status == 304
        answer = client.get("/", "Range: bytes=0-0")
        assert (answer.status, answer.body) == (206, b"0")
        assert client.get("/", "Range: bytes=10-").headers["content-range"] == "bytes */10"
        head = client.get("/", method="HEAD")
        assert head.headers["content-length"] == "10"
        assert client.get("/", "Range: bytes=0-1", "Content-Length: 0", method="POST").status == 200


@pytest.mark.slow
def test_a_large_file_needs_no_application_thread(serve: Serve, folder: Path):
    content = os.urandom(20_000_000)
    (folder / "film").write_bytes(content)
    with serve(("X-Accel-Redirect", "/protected/film")) as site:
        slow = [site.client(receive_buffer=10_000) for _ in range(5)]  # of two threads
        for client in slow:
            client.request("/")
            client.socket.recv(1, 2)  # MSG_PEEK: it has begun
        with site.client() as other:
            answer = other.get("/", "Range: bytes=5-9")
            assert answer.body == content[5:10]
        assert slow[0].answer().body == content
        for client in slow:
            client.close()


@pytest.mark.parametrize(
    "value",
    ["../secret.txt", "%2e%2e/secret.txt", "missing", "docs", "%00", "out", ".hidden", ""],
)
def test_what_is_no_file_of_the_mount_is_404(serve: Serve, folder: Path, value: str):
    (folder / "out").symlink_to("../secret.txt")
    with serve(("X-Accel-Redirect", f"/protected/{value}")) as site, site.client() as client:
        answer = client.get("/")
        assert (answer.status, answer.body) == (404, b"404 Not Found\n")


@pytest.mark.parametrize("name", ["../secret.txt", "docs/../../secret.txt", "out", "pipe"])
def test_a_place_outside_of_the_mount_is_404(serve: Serve, folder: Path, name: str):
    (folder / "out").symlink_to("../secret.txt")
    os.mkfifo(folder / "pipe")
    with serve(("X-Sendfile", f"{folder}/{name}")) as site, site.client() as client:
        assert client.get("/").status == 404


@pytest.mark.parametrize(
    "header", [("X-Sendfile", "/etc/passwd"), ("X-Accel-Redirect", "/elsewhere/file")]
)
def test_what_no_mount_allows_is_the_application_s_fault(
    serve: Serve, header: tuple[str, str], capsys: pytest.CaptureFixture[str]
):
    with serve(header) as site, site.client() as client:
        answer = client.get("/")
        assert answer.status == 500
        assert b"root:" not in answer.body
    assert "--sendfile" in capsys.readouterr().err


def test_other_answers_pass_untouched(serve: Serve, body: Body):
    with serve(PDF) as site, site.client() as client:
        answer = client.get("/")
        assert answer.body == b"not to be seen"
    assert body.closed == 1


def test_an_application_that_starts_late_is_heard(folder: Path):
    def late(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
        if environ["PATH_INFO"] == "/file":
            start_response("200 OK", [("X-Sendfile", str(folder / "digits.txt"))])
        else:
            start_response("200 OK", [])
        yield b"one "
        yield b"two"

    with serving(Sendfile(late, [Mount("/p/", str(folder))])) as site, site.client() as client:
        assert client.get("/file").body == b"0123456789"
        assert client.get("/").body == b"one two"


# wsgi.file_wrapper ---------------------------------------------------------------------------


def test_a_wrapped_file_is_sent_by_the_loop_and_closed_at_once(folder: Path):
    content = os.urandom(20_000_000)
    (folder / "film").write_bytes(content)
    closed = threading.Event()

    class Film(io.BufferedReader):
        def close(self) -> None:
            super().close()
            closed.set()

    def application(environ: Environ, start_response: StartResponse) -> object:
        film = Film(io.FileIO(folder / "film"))
        film.seek(1_000_000)
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](film)

    with serving(application) as site, site.client(receive_buffer=10_000) as client:
        client.request("/")
        assert closed.wait(5)
        answer = client.answer()
        assert answer.headers["content-length"] == "19000000"
        assert answer.body == content[1_000_000:]
        assert client.get("/", method="HEAD").headers["content-length"] == "19000000"


def test_a_wrapped_file_ends_at_its_content_length(folder: Path):
    content = (folder / "large.bin").read_bytes()

    def application(environ: Environ, start_response: StartResponse) -> object:
        start_response("200 OK", [("Content-Length", "100000")])
        return environ["wsgi.file_wrapper"]((folder / "large.bin").open("rb"))

    with serving(application) as site, site.client() as client:
        for _ in range(2):
            assert client.get("/").body == content[:100_000]
