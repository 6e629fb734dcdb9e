"""pydantic and msgspec are imported where a model of theirs is used, and nowhere else."""

import subprocess
import sys

import pytest

SITE = """
import sys
from dataclasses import dataclass
for name in {missing!r}:
    sys.modules[name] = None  # as if it were not installed
from enfilade import Application, path
from enfilade.contrib.api import APIView, Problem, Response, api_view
from enfilade.test import Client

@dataclass
class Room:
    name: str
    beds: int = 1

@api_view(["GET", "POST"])
def rooms(request):
    if request.method == "GET":
        return [Room("hall")]
    return request.validated(Room)

Application([path("", rooms)], LOGGING_CONFIG=None)
client = Client()
"""
SEEN = "print(*sorted(name for name in ('pydantic', 'msgspec') if sys.modules.get(name)))"


def run(code: str, *missing: str) -> str:
    script = SITE.format(missing=missing) + code
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_neither_is_imported_by_who_uses_neither() -> None:
    code = "assert client.get('/').json() == [{'name': 'hall', 'beds': 1}]\n"
    assert run(code + SEEN) == ""


@pytest.mark.parametrize(
    ("missing", "used"), [((), "pydantic"), (("pydantic",), "msgspec"), (("msgspec",), "pydantic")]
)
def test_a_dataclass_is_validated_by_the_one_that_is_installed(
    missing: tuple[str, ...], used: str
) -> None:
    code = """
answer = client.post("/", {"name": "hall", "beds": 2}, "application/json")
assert answer.json() == {"name": "hall", "beds": 2}, answer.content
answer = client.post("/", {"name": 3}, "application/json")
assert answer.status_code == 422
assert answer.json()["errors"][0]["pointer"] == "#/name"
"""
    assert run(code + SEEN, *missing) == used


def test_without_either_the_error_says_what_to_install() -> None:
    code = """
from enfilade.exceptions import ImproperlyConfigured
try:
    client.post("/", {"name": "hall"}, "application/json")
except ImproperlyConfigured as error:
    print(error, error.hint)
"""
    said = run(code, "pydantic", "msgspec")
    assert said == (
        "Nothing is installed that could validate Room. Run: pip install pydantic (or msgspec)."
    )
