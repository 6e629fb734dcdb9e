"""The one-page examples, each served by the real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from patience import PATIENCE
from running import Running, enfilade_run

EXAMPLES = Path(__file__).parents[2] / "examples"


@contextmanager
def serving(page: str, folder: Path) -> Iterator[Running]:
    with enfilade_run(f"{page}.py", output=folder / "log", cwd=EXAMPLES) as server:
        yield server


def test_hello(tmp_path: Path) -> None:
    with serving("01_hello", tmp_path) as server:
        assert httpx.get(server.url, timeout=PATIENCE).text == "Hello through every room.\n"


def test_middleware_hooks_run_in_the_order_of_the_walk(tmp_path: Path) -> None:
    with serving("02_middleware_hooks", tmp_path) as server:
        page = httpx.get(server.url, timeout=PATIENCE)
        broken = httpx.get(f"{server.url}/broken/", timeout=PATIENCE)
    assert page.headers["Walk"].split(", ") == [
        "Outer.request",
        "Inner.request",
        "Outer.view(page)",
        "Inner.view(page)",
        "Inner.template_response",
        "Outer.template_response",
        "Inner.response",
        "Outer.response",
    ]
    assert broken.status_code == 500
    assert broken.headers["Walk"].split(", ")[4:] == [
        "Inner.exception",
        "Inner.response",
        "Outer.response",
    ]


@pytest.mark.slow
def test_streaming_sends_a_line_at_a_time(tmp_path: Path) -> None:
    with (
        serving("03_streaming", tmp_path) as server,
        httpx.stream("GET", f"{server.url}/2/", timeout=PATIENCE) as response,
    ):
        chunks = list(response.iter_raw())
    assert chunks == ["2 …\n".encode(), "1 …\n".encode(), b"The doors are open.\n"]


@pytest.mark.slow
def test_async_waits_for_three_things_at_once(tmp_path: Path) -> None:
    with serving("04_async", tmp_path) as server:
        answers = httpx.get(server.url, timeout=PATIENCE).json()["answers"]
    assert [answer.split()[0] for answer in answers] == ["kitchen", "attic", "lodge"]


def test_reverse_leads_to_both_instances(tmp_path: Path) -> None:
    with serving("05_reverse_and_namespaces", tmp_path) as server:
        house, annex, hall = httpx.get(server.url, timeout=PATIENCE).text.split()
        assert httpx.get(f"{server.url}{house}", timeout=PATIENCE).text.startswith(
            "library, floor 2, of the house"
        )
        assert httpx.get(f"{server.url}{annex}", timeout=PATIENCE).text.startswith(
            "stove, floor 1, of the annex"
        )
    assert hall == "/?from=garden#clock"


def test_api_takes_data_and_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    with (
        serving("06_api", tmp_path) as server,
        httpx.Client(base_url=server.url, timeout=PATIENCE) as client,
    ):
        library = {"name": "library", "beds": 2}
        made = client.post("/rooms/", json=library)
        assert (made.status_code, made.headers["Location"]) == (201, "/rooms/library/")
        assert client.get("/rooms/").json() == [{"name": "hall", "beds": 0}, library]
        assert client.post("/rooms/", json=library).status_code == 409
        wrong = client.post("/rooms/", json={"name": "attic", "beds": "many"})
        assert wrong.headers["Content-Type"] == "application/problem+json"
        assert [error["pointer"] for error in wrong.json()["errors"]] == ["#/beds"]
        assert client.delete("/rooms/library/").status_code == 204


@pytest.mark.parametrize("page", sorted(EXAMPLES.glob("*.py")), ids=lambda page: page.stem)
def test_a_page_names_its_step_and_is_short(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert lines[0].startswith(('"""Step ', '"""Steps '))
    assert len(lines) <= 50
