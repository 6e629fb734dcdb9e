"""Files that are replaced, removed and swapped while they are served."""

import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from enfilade.server.mounts import Mount
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Resource, Terms
from wire import Site

Serve = Callable[..., AbstractContextManager[Site]]


def replace(folder: Path, content: bytes) -> None:
    """As a deployment does it, in one step."""
    (folder / "new").write_bytes(content)
    (folder / "new").rename(folder / "digits.txt")


def test_a_file_that_is_replaced_is_served_anew(serve: Serve, folder: Path):
    with serve(validity=0.0) as site, site.client() as client:
        first = client.get("/static/digits.txt")
        replace(folder, b"9876543210")
        second = client.get("/static/digits.txt", f"If-None-Match: {first.headers['etag']}")
        assert (second.status, second.body) == (200, b"9876543210")
        (folder / "digits.txt").unlink()
        assert client.get("/static/digits.txt").status == 404
        replace(folder, b"back")
        assert client.get("/static/digits.txt").body == b"back"


def test_what_is_known_is_believed_for_its_time(folder: Path):
    files = StaticFiles([Mount("/", str(folder))], Terms(), validity=3600)
    first = files.lookup("/digits.txt")
    replace(folder, b"x")
    assert files.lookup("/digits.txt") is first
    assert files.lookup("/missing") is None
    (folder / "missing").write_bytes(b"x")
    assert files.lookup("/missing") is None


def test_an_unchanged_file_is_not_read_again(folder: Path):
    files = StaticFiles([Mount("/", str(folder))], Terms(), validity=0.0)
    assert files.lookup("/site.css") is files.lookup("/site.css")


def test_a_download_goes_on_when_its_file_is_replaced(serve: Serve, folder: Path):
    content = os.urandom(20_000_000)
    (folder / "digits.txt").write_bytes(content)
    with (
        serve(validity=0.0) as site,
        site.client(receive_buffer=10_000) as slow,
        site.client() as other,
    ):
        slow.request("/static/digits.txt")
        slow.socket.recv(1, socket.MSG_PEEK)
        replace(folder, b"short")
        assert other.get("/static/digits.txt").body == b"short"
        assert slow.answer().body == content


def test_a_folder_that_is_swapped_by_a_link_is_followed(tmp_path: Path):
    for release in ("one", "two"):
        (tmp_path / release).mkdir()
        (tmp_path / release / "a.txt").write_text(release)
    (tmp_path / "current").symlink_to("one")
    files = StaticFiles([Mount("/", str(tmp_path / "current"))], Terms(), validity=0.0)
    for release in ("one", "two"):
        (tmp_path / "next").symlink_to(release)
        (tmp_path / "next").rename(tmp_path / "current")
        found = files.lookup("/a.txt")
        assert isinstance(found, Resource)
        assert found.forms["identity"].content == release.encode()


def test_descriptors_are_given_back(folder: Path):
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    files = StaticFiles([Mount("/", str(folder))], Terms(), validity=0.0)
    for _ in range(50):
        for path in ("/large.bin", "/digits.txt", "/missing", "/docs", "/bare/", "/site.css"):
            files.lookup(path)
    assert descriptors() <= before + 1  # that of the large file
    files.close()
    assert descriptors() == before
