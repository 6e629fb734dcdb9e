"""Files over TLS, where the kernel cannot send them: they are read, encrypted and sent."""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from certificates import Authority
from enfilade.server.mounts import Mount
from enfilade.server.porter import Porters
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Terms
from enfilade.types import Environ, StartResponse
from wire import Client, serving


def nothing(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("404 Not Found", [])
    return [b"nothing"]


@pytest.fixture
def client(tmp_path: Path, folder: Path) -> Iterator[Client]:
    """A client with a small window, so that the server has to wait for it."""
    authority = Authority(tmp_path)
    secured = authority.issue("localhost", "localhost").options
    context = ssl.create_default_context(cafile=str(authority.certificate))
    files = StaticFiles([Mount("/static/", str(folder))], Terms())
    with (
        serving(nothing, porter=Porters([files]), **secured) as site,
        site.client(receive_buffer=10_000).encrypt(context) as client,
    ):
        yield client


def test_small_and_large_files_arrive_whole_and_the_connection_goes_on(
    client: Client, folder: Path
):
    film = os.urandom(3_000_000)
    (folder / "film").write_bytes(film)
    assert client.get("/static/digits.txt").body == b"0123456789"
    assert client.get("/static/film").body == film
    assert client.get("/static/film", "Range: bytes=100-2000000").body == film[100:2_000_001]
    assert client.get("/elsewhere").body == b"nothing"


def test_several_parts_of_a_large_file_arrive(client: Client, folder: Path):
    content = (folder / "large.bin").read_bytes()
    answer = client.get("/static/large.bin", "Range: bytes=0-99999,150000-250000")
    boundary = answer.headers["content-type"].partition("; boundary=")[2]
    parts = answer.body.split(f"\r\n--{boundary}".encode())[1:-1]
    wanted = [content[:100_000], content[150_000:250_001]]
    assert [part.partition(b"\r\n\r\n")[2] for part in parts] == wanted
