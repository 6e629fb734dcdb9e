"""Applications that know nothing of Enfilade, unchanged, on our server."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from running import Running, enfilade_run

pytestmark = pytest.mark.slow

SITES = Path(__file__).parent / "sites"
LINES = "".join(f"line {number}\n" for number in range(1000))


@pytest.fixture(scope="module", params=["django", "flask", "falcon"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    output = tmp_path_factory.mktemp(request.param) / "output"
    with enfilade_run(f"{request.param}_site:application", output=output, cwd=SITES) as program:
        program.name = request.param
        yield program


@pytest.fixture
def client(site: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=20) as client:
        yield client


def test_serves_the_front_page(site: Running, client: httpx.Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert site.name in response.text


def test_passes_path_query_and_headers(client: httpx.Client) -> None:
    response = client.get("/echo/über/ä b", params={"q": "ö & ü"}, headers={"X-Room": "9"})
    seen = response.json()
    assert seen["path"] == "/echo/über/ä b"
    assert seen["query"] == {"q": "ö & ü"}
    assert seen["header"] == "9"


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_passes_bodies_of_every_size(client: httpx.Client, size: int) -> None:
    response = client.put("/echo/body", content=b"x" * size, headers={"Content-Type": "text/plain"})
    if response.status_code == 400:  # Django's DATA_UPLOAD_MAX_MEMORY_SIZE
        assert size > 2_621_440
    else:
        assert len(response.json()["body"]) == size


def test_passes_a_chunked_body(client: httpx.Client) -> None:
    response = client.put(
        "/echo/body",
        content=iter([b"one ", b"two ", b"three"]),
        headers={"Content-Type": "text/plain"},
    )
    # Django reads no more than CONTENT_LENGTH says, and a chunked body has none.
    assert response.json()["body"] in ("one two three", "")


def test_streams_a_response(client: httpx.Client) -> None:
    assert client.get("/stream/").text == LINES


def test_answers_head_without_a_body(client: httpx.Client) -> None:
    response = client.head("/")
    assert response.content == b""


def test_a_failing_view_is_a_500_and_the_server_goes_on(client: httpx.Client) -> None:
    assert client.get("/fail/").status_code == 500
    assert client.get("/").status_code == 200


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
        "username": "editor",
        "password": "a long password",
        "csrfmiddlewaretoken": token[1],
        "next": "/admin/",
    }
    welcome = client.post("/admin/login/", data=form, follow_redirects=True)
    assert welcome.status_code == 200
    assert "Site administration" in welcome.text


def test_takes_an_upload(site: Running, client: httpx.Client) -> None:
    if site.name != "flask":
        pytest.skip("one framework's upload view is enough")
    response = client.post("/upload/", files={"picture": ("door.png", b"\x89PNG" * 50_000)})
    assert response.text == "door.png 200000"
    assert client.cookies is not None
