"""One test for each known threat to static files: what is outside of their folders stays there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from enfilade.handlers.asgi import ASGIHandler
from enfilade.handlers.wsgi import WSGIHandler
from enfilade.http import HttpResponse
from enfilade.test import LiveServer, override_settings
from enfilade.urls import path
from wire import Client

SERVING = "enfilade.contrib.staticfiles.serving.StaticFilesMiddleware"
SECRET = b"a secret of the site"

OUTSIDE = [
    "/static/../secret.txt",
    "/static/css/../../secret.txt",
    "/static/%2e%2e/secret.txt",
    "/static/..%2fsecret.txt",
    "/static/..%5csecret.txt",
    "/static/..\\secret.txt",
    "/static/.%2e/secret.txt",
    "/static/%252e%252e/secret.txt",
    "/static/css/site.css%00.txt",
    "/static/%00",
    "/static//{folder}/secret.txt",
    "/static/{folder}/secret.txt",
    "/static/%2f{folder}/secret.txt",
    "/static/c:/secret.txt",
    "/static/%c0%ae%c0%ae/secret.txt",
    "/static/\xff\xfe",
    "/static/css/site.css/../../../secret.txt",
    "/static/leads/out.txt",
    "/static/css%",
    "/static/" + "a/" * 2000,
    "/static/" + "a" * 5000,
]
"""Paths that lead out of the folder if somebody believes them, and some that are no paths."""


class Urls:
    urlpatterns = [path("", lambda request: HttpResponse("front"))]


@pytest.fixture(params=["production", "development"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder with a secret, and beside it one with static files."""
    (tmp_path / "static/css").mkdir(parents=True)
    (tmp_path / "static/css/site.css").write_text("h1 {}")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    developing = request.param == "development"
    with override_settings(
        STATICFILES_DIRS=[tmp_path / "static"],
        MIDDLEWARE=[SERVING],
        ROOT_URLCONF=Urls,
        DEBUG=developing,
    ):
        if developing:  # in production such a link keeps the site from starting
            (tmp_path / "static/leads").mkdir()
            (tmp_path / "static/leads/out.txt").symlink_to(tmp_path / "secret.txt")
        yield tmp_path


@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])
def test_a_path_that_leads_out_of_the_folder(folder: Path, handler: type) -> None:
    with LiveServer(handler()) as server:
        for target in OUTSIDE:
            with Client(("127.0.0.1", server.port)) as client:
                line = target.format(folder=str(folder).strip("/"))
                client.send(f"GET {line} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("latin-1"))
                answer = client.answer()
                assert SECRET not in answer.body, target
                assert answer.status in (400, 404, 414), target
        with Client(("127.0.0.1", server.port)) as client:
            assert client.get("/static/css/site.css").body == b"h1 {}"


def test_a_symbolic_link_in_the_way_of_production(tmp_path: Path) -> None:
    """It is found when the application starts, and named."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static/out.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    with (
        override_settings(
            STATICFILES_DIRS=[tmp_path / "static"], MIDDLEWARE=[SERVING], ROOT_URLCONF=Urls
        ),
        pytest.raises(ValueError, match=r"out\.txt is a symbolic link to .*outside of the folder"),
    ):
        WSGIHandler()
