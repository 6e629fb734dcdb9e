"""One test for each known threat to files that the server sends: what is outside stays there, and
slow readers hold nobody else."""

import os
import stat
from pathlib import Path

import pytest

from enfilade.server.mounts import Mount
from enfilade.server.porter import Porters
from enfilade.server.static.files import StaticFiles
from enfilade.server.static.resources import Terms
from enfilade.server.static.sendfile import Sendfile
from enfilade.types import Environ, StartResponse
from wire import serving

SECRET = b"a secret of the site"

OUTSIDE = [
    "../secret.txt",
    "css/../../secret.txt",
    "%2e%2e/secret.txt",
    ".%2e/secret.txt",
    "..%2fsecret.txt",
    "..%5csecret.txt",
    "..\\secret.txt",
    "%252e%252e/secret.txt",
    "{folder}/secret.txt",
    "/{folder}/secret.txt",
    "%2f{folder}/secret.txt",
    "%c0%ae%c0%ae/secret.txt",
    "css/site.css/../../../secret.txt",
    "leads/out.txt",
    "out",
    "absolute",
    "up/secret.txt",
    "proc/self/root{folder}/secret.txt",
]


def nothing(environ: Environ, start_response: StartResponse) -> list[bytes]:
    start_response("404 Not Found", [])
    return [b"nothing"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a secret, and in it ``public`` with links that lead to it."""
    public = tmp_path / "public"
    (public / "css").mkdir(parents=True)
    (public / "css/site.css").write_text("h1 {}")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (public / "out").symlink_to("../secret.txt")
    (public / "absolute").symlink_to(tmp_path / "secret.txt")
    (public / "up").symlink_to("..")
    (public / "leads").symlink_to(tmp_path)
    (public / "proc").symlink_to("/proc")
    return tmp_path


@pytest.mark.parametrize("prefix", ["/", "/static/"])
def test_traversal_and_symlink_no_path_leads_out(folder: Path, prefix: str):
    files = StaticFiles([Mount(prefix, str(folder / "public"))], Terms())
    with serving(nothing, porter=Porters([files])) as site, site.client() as client:
        assert client.get(f"{prefix}css/site.css").body == b"h1 {}"
        for path in OUTSIDE:
            answer = client.get(prefix + path.format(folder=folder))
            assert (answer.status, answer.body) == (404, b"nothing"), path


@pytest.mark.parametrize("name", ["X-Accel-Redirect", "X-Sendfile"])
def test_traversal_a_view_that_believes_its_visitor_gives_nothing_away(folder: Path, name: str):
    beginning = "/protected/" if name == "X-Accel-Redirect" else f"{folder}/public/"

    def careless(environ: Environ, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [(name, beginning + environ["QUERY_STRING"])])
        return []

    application = Sendfile(careless, [Mount("/protected/", str(folder / "public"))])
    with serving(application) as site, site.client() as client:
        assert client.get("/?css/site.css").body == b"h1 {}"
        for path in OUTSIDE:
            answer = client.get("/?" + path.format(folder=folder))
            assert answer.status == 404, path
            assert SECRET not in answer.body


def test_nul_a_name_is_not_cut_short(folder: Path):
    files = StaticFiles([Mount("/", str(folder / "public"))], Terms())
    with serving(nothing, porter=Porters([files])) as site, site.client() as client:
        for path in ("/css/site.css%00.png", "/css/site.css%00", "/%00", "/css%00/site.css"):
            assert client.get(path).body == b"nothing", path


def test_pipes_and_devices_hold_nobody(folder: Path):
    public = folder / "public"
    os.mkfifo(public / "pipe")
    if os.getuid() == 0:
        os.mknod(public / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    files = StaticFiles([Mount("/", str(public))], Terms())
    with serving(nothing, porter=Porters([files])) as site, site.client() as client:
        for path in ("/pipe", "/zero"):
            assert client.get(path).body == b"nothing", path


def test_slow_readers_hold_no_thread_and_no_memory(folder: Path):
    film = os.urandom(8_000_000)
    (folder / "public/film").write_bytes(film)
    files = StaticFiles([Mount("/", str(folder / "public"))], Terms())
    with serving(nothing, porter=Porters([files]), threads=1) as site:
        slow = [site.client(receive_buffer=4096) for _ in range(50)]
        for client in slow:
            client.request("/film")
            client.socket.recv(100)
        with site.client() as other:
            assert other.get("/application").body == b"nothing"
            assert other.get("/css/site.css").body == b"h1 {}"
        waiting = [connection.outgoing for connection in site.loop._service.connections]
        in_memory = [
            len(block)
            for outgoing in waiting
            for block in outgoing._blocks
            if isinstance(block, memoryview)
        ]
        assert sum(outgoing.pending > 0 for outgoing in waiting) == 50
        assert sum(in_memory) == 0
        for client in slow:
            client.close()


def test_ranges_do_not_multiply_a_file(folder: Path):
    (folder / "public/film").write_bytes(b"x" * 100_000)
    files = StaticFiles([Mount("/", str(folder / "public"))], Terms())
    with serving(nothing, porter=Porters([files])) as site, site.client() as client:
        for ranges in ("0-," * 900 + "0-", ",".join(f"{n}-{n}" for n in range(900))):
            answer = client.get("/film", f"Range: bytes={ranges}")
            assert (answer.status, len(answer.body)) == (200, 100_000)
