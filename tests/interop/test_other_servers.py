"""The example newspaper on other people's servers, and behind a real nginx."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from nginx import nginx
from patience import PATIENCE
from running import Running, enfilade_run, free_port, listener, running

pytestmark = pytest.mark.slow

GAZETTE = Path(__file__).parents[2] / "examples" / "gazette"
WSGI, ASGI = "gazette.wsgi:application", "gazette.asgi:application"

Start = Callable[[Path, dict[str, str]], AbstractContextManager[Running]]


@contextmanager
def gunicorn(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    with listener() as sock:
        argv = [
            sys.executable,
            "-m",
            "gunicorn",
            WSGI,
            "--threads",
            "4",
            "--bind",
            f"fd://{sock.fileno()}",
        ]
        argv.append("--no-control-socket")
        with running(
            argv,
            sock.getsockname()[1],
            folder / "gunicorn",
            cwd=GAZETTE,
            env=env,
            pass_fds=[sock.fileno()],
        ) as it:
            yield it


@contextmanager
def waitress(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    port = free_port()
    argv = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", WSGI]
    with running(argv, port, folder / "waitress", cwd=GAZETTE, env=env) as it:
        yield it


@contextmanager
def uvicorn(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    port = free_port()
    argv = [sys.executable, "-m", "uvicorn", ASGI, "--port", str(port)]
    with running(argv, port, folder / "uvicorn", cwd=GAZETTE, env=env) as it:
        yield it


@contextmanager
def enfilade_asgi(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    with enfilade_run(ASGI, output=folder / "enfilade", cwd=GAZETTE, env=env) as it:
        yield it


PROXY = """
access_log off;
upstream site {{ server {upstream}; keepalive 4; }}
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://site;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
    }}
}}
"""


@contextmanager
def behind_nginx(folder: Path, env: dict[str, str], *, unix: bool = False) -> Iterator[Running]:
    port = free_port()
    with enfilade_run(
        WSGI, *_unix(folder, unix), output=folder / "enfilade", cwd=GAZETTE, env=env
    ) as site:
        upstream = f"unix:{folder}/site.sock" if unix else f"127.0.0.1:{site.port}"
        with nginx(folder, port, PROXY.format(port=port, upstream=upstream)) as it:
            yield it


def _unix(folder: Path, unix: bool) -> list[str]:
    return ["--bind", f"unix:{folder}/site.sock"] if unix else []


@contextmanager
def behind_nginx_on_a_unix_socket(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    with behind_nginx(folder, env, unix=True) as it:
        yield it


SERVERS: list[Start] = [
    gunicorn,
    waitress,
    uvicorn,
    enfilade_asgi,
    behind_nginx,
    behind_nginx_on_a_unix_socket,
]


def places(folder: Path) -> dict[str, str]:
    return {
        "GAZETTE_DATABASE": str(folder / "gazette.sqlite3"),
        "GAZETTE_MEDIA": str(folder / "media"),
    }


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the first edition, which else each server's first visitor would wait for."""
    folder = tmp_path_factory.mktemp("edition")
    env = {**os.environ, **places(folder)}
    subprocess.run([sys.executable, "-m", "gazette.seed"], cwd=GAZETTE, env=env, check=True)
    return folder


@pytest.fixture(scope="module", params=SERVERS, ids=lambda start: start.__name__)
def url(
    request: pytest.FixtureRequest, edition: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp(request.param.__name__)
    shutil.copytree(edition, folder, dirs_exist_ok=True)
    with request.param(folder, places(folder)) as it:
        yield it.url


def test_serves_the_front_page(url: str) -> None:
    response = httpx.get(url, timeout=PATIENCE)
    assert response.status_code == 200
    assert "Gazette" in response.text
    assert response.headers["X-Frame-Options"] == "DENY"


def test_serves_an_article(url: str) -> None:
    assert httpx.get(f"{url}/2026/some-article/", timeout=PATIENCE).status_code == 200


def test_appends_the_slash(url: str) -> None:
    response = httpx.get(f"{url}/2026/some-article", timeout=PATIENCE)
    assert response.status_code == 301
    assert response.headers["Location"] == "/2026/some-article/"


def test_takes_a_comment(url: str) -> None:
    with httpx.Client(base_url=url, follow_redirects=True, timeout=PATIENCE) as reader:
        page = reader.get("/2026/some-article/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        form = {"name": "Ada", "text": "Seen through every door.", "csrfmiddlewaretoken": token}
        response = reader.post("/2026/some-article/", data=form)
    assert response.status_code == 200
    assert "Your comment is in print." in response.text
    assert "Seen through every door." in response.text


def test_streams_the_export(url: str) -> None:
    with httpx.stream("GET", f"{url}/export.csv", timeout=PATIENCE) as response:
        assert response.status_code == 200
        assert sum(1 for _ in response.iter_lines()) > 20


def test_answers_an_api_error_in_json(url: str) -> None:
    response = httpx.get(f"{url}/api/broken/", timeout=PATIENCE)
    assert response.status_code == 500
    assert response.json()["data"]["message"].endswith("please tell the editor.")


def test_runs_the_async_view(url: str) -> None:
    assert httpx.get(f"{url}/now/", timeout=PATIENCE).status_code == 200


def test_answers_404_for_what_is_not_there(url: str) -> None:
    assert httpx.get(f"{url}/2026/nothing-of-the-kind/", timeout=PATIENCE).status_code == 404
