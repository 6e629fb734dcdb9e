"""The recorder of ``enfilade run`` has the thirteen steps of requests to an unchanged project."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from running import Running, enfilade_run
from unchanged_django import SITES

SEVEN = 7

pytestmark = pytest.mark.slow


class Recorded:
    def __init__(self, server: Running, control: Path) -> None:
        self.server, self.control = server, control

    def get(self, path: str) -> int:
        try:
            with urlopen(self.server.url + path) as response:
                response.read()
                return int(response.status)
        except HTTPError as error:
            return error.code

    def entry(self, path: str) -> Any:
        """What is kept of the last request for *path*; the answer may be there before it is."""
        deadline = time.monotonic() + 10
        while not (kept := self.ask("--path", path)):
            assert time.monotonic() < deadline, self.server.log
            time.sleep(0.05)
        (whole,) = self.ask(kept[-1]["span"])
        return whole

    def ask(self, *arguments: str) -> Any:
        argv = [sys.executable, "-m", "enfilade", "requests", "--json",
                f"--control={self.control}", *arguments]  # fmt: skip
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout)["requests"] if done.stdout else []


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def recorded(request: Any, tmp_path_factory: Any) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp(request.param)
    control = folder / "control"
    arguments = [f"django_site.{request.param}:application", "--record-sample=1",
                 f"--control={control}"]  # fmt: skip
    variables = {"SITE_FOLDER": str(folder), "PYTHONPATH": str(SITES)}
    with enfilade_run(*arguments, output=folder / "output", cwd=SITES, env=variables) as server:
        yield Recorded(server, control)


def events(entry: Any) -> list[str]:
    return [event["event"] for event in entry["events"]]


def test_a_request_is_kept_with_all_its_steps(recorded: Recorded) -> None:
    assert recorded.get("/echo/room") == 200
    entry = recorded.entry("/echo/room")
    assert entry["route"] == "echo/<path:rest>"
    happened = events(entry)
    assert happened.count("middleware.in") == happened.count("middleware.out") == SEVEN
    order = ("handler", "request", "middleware.in", "resolve", "view", "render", "middleware.out")
    first = [happened.index(event) for event in order]
    assert first == sorted(first)
    assert ("hop" in happened) is ("asgi" in recorded.server.log)


def test_what_failed_is_kept_with_its_reason(recorded: Recorded) -> None:
    assert recorded.get("/fail/") == 500
    entry = recorded.entry("/fail/")
    assert entry["error"].startswith("RuntimeError: on purpose at ")
    assert "views.py" in entry["error"]
    assert "views.py:" in entry["error_frames"][0]
    assert any("/django/core/handlers/" in frame for frame in entry["error_frames"])
    (view,) = [event for event in entry["events"] if event["event"] == "view"]
    assert view["outcome"] == "raised"
