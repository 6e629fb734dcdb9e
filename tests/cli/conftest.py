"""A small site in a folder, and the command line run there in processes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands import enfilade
from running import surroundings

SITE = """
from enfilade import Application, HttpResponse, path
from enfilade.views.decorators.http import require_POST

def front(request):
    return HttpResponse("front")

async def article(request, year, slug):
    return HttpResponse(slug)

@require_POST
def post(request):
    return HttpResponse("posted")

application = Application(
    [
        path("", front, name="front"),
        path("articles/<int:year>/<slug:slug>/", article, name="article"),
        path("post/", post),
    ],
    ALLOWED_HOSTS=["localhost"],
    MIDDLEWARE=[
        "enfilade.middleware.security.SecurityMiddleware",
        "enfilade.middleware.common.CommonMiddleware",
    ],
)
"""

OTHERS = """
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"not ours"]
"""


class Folder:
    """A working directory and what the command line says in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def enfilade(
        self, *arguments: str, columns: int = 80, cwd: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        inherited = surroundings()
        for name in ("NO_COLOR", "FORCE_COLOR"):
            inherited.pop(name, None)
        return enfilade(
            *arguments,
            cwd=self.path / cwd,
            env={**inherited, "COLUMNS": str(columns), **environ},
        )

    def output(self, *arguments: str, columns: int = 80, cwd: str = "", **environ: str) -> str:
        """What a command prints that succeeds."""
        done = self.enfilade(*arguments, columns=columns, cwd=cwd, **environ)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.output(*arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder."""
    return Folder(tmp_path)


@pytest.fixture
def site(folder: Folder) -> Folder:
    """A folder with a site of ours in ``app.py``."""
    folder.write("app.py", SITE)
    return folder


@pytest.fixture
def others(folder: Folder) -> Folder:
    """A folder with an application of nobody we know in ``app.py``."""
    folder.write("app.py", OTHERS)
    return folder


@pytest.fixture
def imported(site: Folder) -> Callable[..., str]:
    """Run a command in this process's sibling and tell which modules it has imported."""

    def modules(*arguments: str) -> str:
        code = (
            "import sys\n"
            "from enfilade.cli import group\n"
            f"group({list(arguments)!r}, standalone_mode=False)\n"
            "print('MODULES', *sorted(sys.modules))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=site.path,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        return done.stdout.rpartition("MODULES")[2]

    return modules
