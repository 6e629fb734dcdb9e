"""Applications that know nothing of Enfilade, unchanged, on our server with two workers."""

import http.client
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from running import Running, enfilade_run
from unchanged_django import EDITOR, PASSWORD, SITES, django_project

pytestmark = pytest.mark.slow

LINES = "".join(f"line {number}\n" for number in range(1000))
NAMES = ["django", "flask", "falcon", "bottle", "pyramid", "fastapi"]


def started(name: str, folder: Path) -> AbstractContextManager[Running]:
    if name == "django":
        return django_project(folder)
    arguments = [f"{name}_site:application", "--workers=2"]
    return enfilade_run(*arguments, output=folder / "output", cwd=SITES)


@pytest.fixture(scope="module", params=NAMES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with started(request.param, tmp_path_factory.mktemp(request.param)) as program:
        program.name = request.param
        yield program


@pytest.fixture
def client(site: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=20) as client:
        yield client


def test_serves_the_front_page(site: Running, client: httpx.Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.text == f"{site.name}, visit 1"


def test_passes_path_query_and_headers(client: httpx.Client) -> None:
    response = client.get("/echo/über/ä b", params={"q": "ö & ü"}, headers={"X-Room": "9"})
    seen = response.json()
    assert seen["path"] == "/echo/über/ä b"
    assert seen["query"] == {"q": "ö & ü"}
    assert seen["header"] == "9"


def test_passes_a_form(client: httpx.Client) -> None:
    seen = client.post("/echo/form", data={"title": "Doors & über", "room": "9"}).json()
    assert seen["method"] == "POST"
    assert seen["form"] == {"title": "Doors & über", "room": "9"}


def test_passes_json(client: httpx.Client) -> None:
    sent = {"title": "über", "rooms": [1, 9.5, None]}
    assert client.post("/echo/json", json=sent).json()["json"] == sent


def test_takes_an_upload(client: httpx.Client) -> None:
    files = {"picture": ("door.png", b"\x89PNG" * 50_000)}
    response = client.post("/upload/", data={"title": "a door"}, files=files)
    assert response.text == "door.png 200000 a door"


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_passes_bodies_of_every_size(client: httpx.Client, size: int) -> None:
    response = client.put("/echo/body", content=b"x" * size, headers={"Content-Type": "text/plain"})
    assert len(response.json()["body"]) == size


def test_passes_a_chunked_body(site: Running, client: httpx.Client) -> None:
    response = client.put(
        "/echo/body",
        content=iter([b"one ", b"two ", b"three"]),
        headers={"Content-Type": "text/plain"},
    )
    # These read no more than CONTENT_LENGTH says, and a chunked body has none.
    expected = "" if site.name in ("django", "falcon", "bottle") else "one two three"
    assert response.json()["body"] == expected


def test_streams_a_response(client: httpx.Client) -> None:
    with client.stream("GET", "/stream/") as response:
        assert "Content-Length" not in response.headers
        assert response.read().decode() == LINES


def test_keeps_cookies_apart_and_brings_them_back(site: Running, client: httpx.Client) -> None:
    first = client.get("/")
    assert len(first.headers.get_list("Set-Cookie")) == 2
    assert client.get("/").text == f"{site.name}, visit 2"
    assert dict(client.cookies) == {"visits": "2", "theme": "dark"}


def test_answers_head_as_get_without_a_body(client: httpx.Client) -> None:
    head, get = client.head("/"), client.get("/", headers={"Cookie": ""})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers.get("Content-Length", "16") == get.headers["Content-Length"]


def test_unknown_paths_are_the_application_s_404(client: httpx.Client) -> None:
    response = client.get("/no/such/room")
    assert response.status_code == 404
    assert re.search("not found", response.text, re.IGNORECASE)


def test_a_failing_view_is_a_500_and_the_server_goes_on(
    site: Running, client: httpx.Client
) -> None:
    assert client.get("/fail/").status_code == 500
    assert client.get("/").status_code == 200
    if site.name != "django":  # which tells its administrators by mail
        assert "RuntimeError: on purpose" in site.log


def test_one_connection_is_kept_through_everything(site: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.connect()
    kept = connection.sock
    for method, path, body, status in (
        ("GET", "/", None, 200),
        ("HEAD", "/", None, 200),
        ("PUT", "/echo/body", b"x" * 70_000, 200),
        ("GET", "/no/such/room", None, 404),
        ("GET", "/stream/", None, 200),
        ("GET", "/fail/", None, 500),
        ("GET", "/", None, 200),
    ):
        connection.request(method, path, body, {"Content-Type": "text/plain"} if body else {})
        response = connection.getresponse()
        response.read()
        assert (method, path, response.status) == (method, path, status)
        assert connection.sock is kept, f"closed after {method} {path}"
    connection.close()


def test_keeps_fifty_clients_apart(site: Running) -> None:
    def ask(number: int) -> str:
        return httpx.get(f"{site.url}/echo/{number}", timeout=20).json()["path"]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(50))) == [f"/echo/{number}" for number in range(50)]


def test_signs_in_to_the_admin_of_django(site: Running, client: httpx.Client) -> None:
    if site.name != "django":
        pytest.skip("the admin is Django's")
    page = client.get("/admin/login/")
    assert "Django administration" in page.text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    form = {
        "username": EDITOR,
        "password": PASSWORD,
        "csrfmiddlewaretoken": token[1],
        "next": "/admin/",
    }
    welcome = client.post("/admin/login/", data=form, follow_redirects=True)
    assert welcome.status_code == 200
    assert "Site administration" in welcome.text
