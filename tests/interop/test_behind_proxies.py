"""Real nginx, Apache and HAProxy in front, as docs/operations/behind-a-proxy.md configures them."""

import hashlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from certificates import Authority
from nginx import nginx, nginx_with
from pages import ROOT, Page
from patience import PATIENCE
from running import Running, free_port, program, running

pytestmark = pytest.mark.service

PAGE = Page(ROOT / "docs/operations/behind-a-proxy.md")
SITES = Path(__file__).parent / "sites"

APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache.log
User {user}
Group {group}
{modules}
Mutex file:{folder}
{site}
"""
MODULES = ["mpm_event", "authz_core", "unixd", "headers", "proxy", "proxy_http", "proxy_uwsgi"]
MODULE_FOLDER = "/usr/lib/apache2/modules"

HAPROXY = """
global
    maxconn 100
defaults
    timeout connect 5s
    timeout client 10s
    timeout server 10s
{site}
"""


def block(language: str, mark: str) -> str:
    """The block of the page that has *mark* in it."""
    (found,) = (b.text for b in PAGE.blocks if b.language == language and mark in b.text)
    return found


@contextmanager
def enfilade(folder: Path, *arguments: str) -> Iterator[None]:
    """The site on the addresses that *arguments* bind."""
    log = folder / "enfilade"
    argv = [sys.executable, "-m", "enfilade", "run", "proxied_site:application", *arguments]
    with log.open("w") as output:
        process = subprocess.Popen(argv, cwd=SITES, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while "  Stop" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def nginx_in_front(folder: Path, site: str) -> Iterator[Running]:
    port = free_port()
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = site.replace("include uwsgi_params;", "include /etc/nginx/uwsgi_params;")
    with nginx(folder, port, f"access_log off; {site}") as it:
        yield it


@contextmanager
def apache(folder: Path, site: str) -> Iterator[Running]:
    binary, port = program("apache2"), free_port()
    modules = [
        f"LoadModule {name}_module {MODULE_FOLDER}/mod_{name}.so"
        for name in MODULES
        if Path(f"{MODULE_FOLDER}/mod_{name}.so").exists()
    ]
    configuration = folder / "apache.conf"
    configuration.write_text(
        APACHE.format(folder=folder, port=port, user="www-data", group="www-data",
                      modules="\n".join(modules), site=site)
    )  # fmt: skip
    argv = [binary, "-X", "-f", str(configuration)]
    with running(argv, port, folder / "apache") as it:
        yield it


@pytest.fixture(scope="module")
def folders() -> Iterator[Callable[[], Path]]:
    """Folders that other users may enter, as Apache's workers have to."""
    with ExitStack() as stack:

        def make() -> Path:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.chmod(0o755)
            return folder

        yield make


@dataclass(frozen=True)
class Way:
    """How a proxy reaches the site: its kind, the protocol, and by TCP or a Unix socket."""

    front: str
    protocol: str
    place: str

    def addresses(self, folder: Path) -> tuple[str, str, str]:
        """What --bind gets, and what on the page is to be replaced by what."""
        port = free_port()
        tcp, name = f"127.0.0.1:{port}", "site" if self.protocol == "http" else "uwsgi"
        if self.place == "unix":
            bind = {"http": "unix:", "uwsgi": "uwsgi:unix:"}[self.protocol]
            return f"{bind}{folder}/{name}.sock", "/run/mysite", str(folder)
        bind = tcp if self.protocol == "http" else f"uwsgi://{tcp}"
        if self.front == "nginx":
            return bind, f"unix:/run/mysite/{name}.sock", tcp
        written = f"unix:/run/mysite/{name}.sock|{self.protocol}://mysite/"
        return bind, written, f"{self.protocol}://{tcp}/"

    @contextmanager
    def open(self, folder: Path, *options: str) -> Iterator[Running]:
        """The proxy, in front of the site."""
        bind, written, moved = self.addresses(folder)
        mark = f"|{self.protocol}://" if self.front == "apache" else f"{self.protocol}_pass"
        site = block(self.front, mark.replace("http_pass", "proxy_pass http"))
        start = nginx_in_front if self.front == "nginx" else apache
        with (
            enfilade(folder, "--bind", bind, "--keep-alive", "75", *options),
            start(folder, site.replace(written, moved)) as it,
        ):
            yield it


WAYS = [
    Way(front, protocol, place)
    for front in ("nginx", "apache")
    for protocol in ("http", "uwsgi")
    for place in ("tcp", "unix")
]


@pytest.fixture(scope="module", params=WAYS, ids=lambda w: f"{w.front}-{w.protocol}-{w.place}")
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


@pytest.fixture(scope="module")
def front(way: Way, folders: Callable[[], Path]) -> Iterator[httpx.Client]:
    with way.open(folders()) as it, httpx.Client(base_url=it.url, timeout=PATIENCE) as client:
        yield client


@pytest.mark.slow
def test_the_site_is_told_what_is_asked_for(front):
    environ = front.get("/a%20b?c=d", headers={"Proxy": "http://evil.example"}).json()
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["PATH_INFO"] == "/a b"
    assert environ["QUERY_STRING"] == "c=d"
    assert environ["HTTP_HOST"].partition(":")[0] == front.base_url.host  # Debian's nginx: no port
    assert "HTTP_PROXY" not in environ


@pytest.mark.slow
def test_requests_follow_each_other_on_kept_connections(front):
    assert [front.get("/").status_code for _ in range(30)] == [200] * 30


@pytest.mark.slow
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_large_upload_arrives(front, method):
    body = bytes(range(256)) * 20_000
    answer = front.request(method, "/digest", content=body)
    assert answer.json() == [len(body), hashlib.sha256(body).hexdigest()]


@pytest.mark.slow
def test_an_upload_of_unknown_length_arrives(way, front):
    blocks = [bytes([number]) * 10_000 for number in range(50)]
    answer = front.post("/digest", content=iter(blocks))
    if (way.front, way.protocol) == ("apache", "uwsgi"):
        assert answer.status_code == 411  # Apache's own, as the page says
    else:
        assert answer.json()[0] == 500_000


@pytest.mark.slow
def test_a_client_that_waits_for_100_is_told_to_go_on(front):
    host, port = front.base_url.host, front.base_url.port
    with socket.create_connection((host, port), PATIENCE) as client:
        client.sendall(
            b"POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 100")
        client.sendall(b"hello")
        answer = b""
        while data := client.recv(1 << 16):
            answer += data
    assert answer.split(b"\r\n")[0].endswith(b"200 OK")
    assert hashlib.sha256(b"hello").hexdigest().encode() in answer


@pytest.mark.slow
def test_a_streamed_answer_arrives_whole(front):
    answer = front.get("/stream")
    assert answer.content == b"".join(b"%d" % number * 20_000 for number in range(5))


@pytest.mark.slow
def test_an_answer_to_head_has_no_body(front):
    answer = front.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


# Who is the visitor --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", [way for way in WAYS if way.place == "tcp"], ids=str)
def test_a_visitor_cannot_choose_his_address_behind_a_proxy(kind, folders):
    """127.0.0.2 is the visitor here, and no trusted proxy."""
    folder = folders()
    lies = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Real-IP": "10.0.0.1"}
    with (
        kind.open(folder, "--trusted-proxies", "127.0.0.1") as it,
        httpx.Client(
            transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=PATIENCE
        ) as client,
    ):
        environ = client.get(it.url, headers=lies, timeout=PATIENCE).json()
        assert environ["REMOTE_ADDR"] == "127.0.0.2"
        assert environ["wsgi.url_scheme"] == "http"
    assert "127.0.0.2 - - " in (folder / "enfilade").read_text()


@pytest.mark.slow
def test_who_passes_by_the_proxy_is_not_believed(folders):
    port = free_port()
    lies = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Real-IP": "10.0.0.1"}
    bind = ("--bind", f"127.0.0.1:{port}", "--trusted-proxies", "127.0.0.1")
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with enfilade(folders(), *bind), httpx.Client(transport=transport, timeout=PATIENCE) as client:
        environ = client.get(f"http://127.0.0.1:{port}", headers=lies, timeout=PATIENCE).json()
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("127.0.0.2", "http")
    assert not [name for name in environ if "FORWARDED" in name or "REAL_IP" in name]


@pytest.fixture
def haproxy(tmp_path: Path):
    """Start HAProxy as the page configures it, before a listener on *port*."""

    @contextmanager
    def start(port: int, version: str) -> Iterator[int]:
        binary, public = program("haproxy"), free_port()
        site = block("haproxy", "send-proxy-v2").replace(":443\n", f"127.0.0.1:{public}\n")
        site = site.replace("127.0.0.1:8443", f"127.0.0.1:{port}")
        site = site.replace("send-proxy-v2", version)
        configuration = tmp_path / "haproxy.cfg"
        configuration.write_text(HAPROXY.format(site=site))
        process = subprocess.Popen([binary, "-db", "-f", str(configuration)])
        try:
            deadline = time.monotonic() + PATIENCE
            while socket.socket().connect_ex(("127.0.0.1", public)):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield public
        finally:
            process.terminate()
            process.wait(PATIENCE)

    return start


STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


@pytest.mark.slow
def test_nginx_introduces_the_visitor_before_http(folders):
    if not STREAM.exists():
        pytest.skip("nginx's stream module is not installed")
    folder, port, public = folders(), free_port(), free_port()
    site = block("nginx", "proxy_protocol").replace("listen 443", f"listen 127.0.0.1:{public}")
    moved = site.replace("127.0.0.1:8443", f"127.0.0.1:{port}")
    bind = ("--bind", f"127.0.0.1:{port}", "--proxy-protocol", "--trusted-proxies", "127.0.0.1")
    with (
        enfilade(folder, *bind),
        nginx_with(folder, public, moved, f"load_module {STREAM};"),
        httpx.Client(
            transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=PATIENCE
        ) as client,
    ):
        environ = client.get(f"http://127.0.0.1:{public}/", timeout=PATIENCE).json()
        assert environ["REMOTE_ADDR"] == "127.0.0.2"


@pytest.mark.slow
@pytest.mark.parametrize("version", ["send-proxy", "send-proxy-v2"])
def test_haproxy_introduces_the_visitor_before_tls(haproxy, tmp_path, version):
    authority = Authority(tmp_path)
    issued, port = authority.issue("site", "localhost", "IP:127.0.0.1"), free_port()
    pair = ("--certificate", str(issued.certificate), "--key", str(issued.key))
    bind = ("--bind", f"127.0.0.1:{port}", "--proxy-protocol", "--trusted-proxies", "127.0.0.1")
    transport = httpx.HTTPTransport(
        local_address="127.0.0.2",
        verify=ssl.create_default_context(cafile=str(authority.certificate)),
    )
    with (
        enfilade(tmp_path, *bind, *pair),
        haproxy(port, version) as public,
        httpx.Client(transport=transport, timeout=PATIENCE) as client,
    ):
        environ = client.get(f"https://127.0.0.1:{public}/", timeout=PATIENCE).json()
        assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("127.0.0.2", "https")


def test_every_configuration_of_the_page_is_tried():
    tried = {"nginx": 3, "apache": 2, "haproxy": 1}
    for language, count in tried.items():
        assert len([b for b in PAGE.blocks if b.language == language]) == count
