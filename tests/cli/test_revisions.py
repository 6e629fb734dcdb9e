"""``enfilade explain --diff``: two revisions of a site that git has."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SITE = """
from enfilade import Application, HttpResponse, path

def front(request):
    return HttpResponse()

def porter(get_response):
    return lambda request: get_response(request)

application = Application([path("", front)], MIDDLEWARE=[porter])
"""
NAMELESS = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


@pytest.fixture
def git(folder: Any) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        argv = ["git", *NAMELESS, *arguments]
        done = subprocess.run(argv, cwd=folder.path, check=True, capture_output=True, text=True)
        return done.stdout

    run("init", "--quiet", "--initial-branch=main")
    return run


@pytest.fixture
def history(folder: Any, git: Callable[..., str]) -> Any:
    """A site that had a middleware, whose working tree has another one not yet committed."""
    folder.write("app.py", SITE)
    git("add", ".")
    git("commit", "--quiet", "--message=first")
    folder.write("app.py", SITE.replace("[porter]", "[]"))
    git("commit", "--quiet", "--all", "--message=second")
    folder.write("app.py", SITE.replace("porter", "doorman"))
    return folder


@pytest.fixture
def places(tmp_path_factory: Any) -> Path:
    """Where temporary folders are made."""
    made: Path = tmp_path_factory.mktemp("places")
    return made


def changed(difference: Any, kind: str) -> set[str]:
    return {each["label"] for each in difference["changes"] if each["kind"] == kind}


def test_two_revisions_are_compared_and_nothing_is_left_behind(history, git, places) -> None:
    asked = ("explain", "--json", "--diff", "rev:HEAD~1", "rev:HEAD", "GET", "/")
    done = history.enfilade(*asked, TMPDIR=str(places))
    assert done.returncode == 0, done.stderr
    difference = json.loads(done.stdout)
    assert changed(difference, "went") == {"porter"}
    assert not changed(difference, "came")
    assert git("status", "--porcelain").split() == ["M", "app.py"]
    assert git("worktree", "list").count("\n") == 1
    assert not list(places.iterdir())


def test_a_revision_is_compared_with_the_working_tree(history) -> None:
    difference = history.json("explain", "--json", "--diff", "rev:HEAD", ".", "GET", "/")
    assert changed(difference, "came") == {"doorman"}


def test_a_site_in_a_folder_of_the_repository_is_found_there(history, git) -> None:
    (history.path / "shop").mkdir()
    git("mv", "-f", "app.py", "shop/app.py")
    git("commit", "--quiet", "--all", "--message=third")
    asked = ("explain", "--json", "--diff", "rev:HEAD", "rev:HEAD", "GET", "/")
    for more in ({"cwd": "shop"}, {}):
        named = () if more else ("app:application", "--app-directory", "shop")
        done = history.enfilade(*asked, *named, **more)
        assert done.returncode == 0, done.stderr
    done = history.enfilade("explain", "--diff", "rev:HEAD~1", "rev:HEAD", "GET", "/", cwd="shop")
    assert "has no folder shop" in done.stderr


def test_what_was_never_committed_is_not_there(history) -> None:
    history.write("fresh.py", SITE)
    asked = ("explain", "--diff", "rev:HEAD", "rev:HEAD", "GET", "/", "fresh:application")
    done = history.enfilade(*asked)
    assert done.returncode == 2
    assert "There is no module 'fresh'" in done.stderr


def test_a_module_of_the_working_tree_is_not_taken_for_that_of_a_revision(history, git) -> None:
    (history.path / "src").mkdir()
    git("mv", "-f", "app.py", "src/shop.py")
    git("commit", "--quiet", "--all", "--message=third")
    asked = ("explain", "--diff", "rev:HEAD", "rev:HEAD", "GET", "/", "shop:application")
    installed = {"PYTHONPATH": str(history.path / "src")}  # as an editable installation does
    done = history.enfilade(*asked, **installed)
    assert done.returncode == 2
    assert "of the working tree" in done.stderr
    done = history.enfilade(*asked, "--app-directory", "src", **installed)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("revision", "said"),
    [("rev:nowhere", "no revision 'nowhere'"), ("rev:--all", "no revision '--all'")],
)
def test_a_revision_that_git_does_not_know_is_told(history, revision, said) -> None:
    done = history.enfilade("explain", "--diff", revision, "rev:HEAD", "GET", "/")
    assert done.returncode == 2
    assert said in done.stderr
    assert "rev:HEAD~1" in done.stderr


def test_revisions_are_those_of_a_repository(folder) -> None:
    environ = {"GIT_CEILING_DIRECTORIES": str(folder.path.parent)}
    done = folder.enfilade("explain", "--diff", "rev:HEAD", "rev:HEAD", "GET", "/", **environ)
    assert done.returncode == 2
    assert "git says: not a git repository" in done.stderr
    done = folder.enfilade("explain", "--diff", "rev:a", "rev:b", "GET", "/", PATH="/nowhere")
    assert "git is not installed" in done.stderr


def test_a_comparison_that_is_ended_leaves_no_folder(history, git, places) -> None:
    history.write("app.py", "import time\ntime.sleep(30)\n")
    git("commit", "--quiet", "--all", "--message=asleep")
    argv = [sys.executable, "-m", "enfilade", "explain", "--diff", "rev:HEAD", ".", "GET", "/"]
    environ = {**os.environ, "TMPDIR": str(places)}
    process = subprocess.Popen(argv, cwd=history.path, env=environ, start_new_session=True)
    deadline = time.monotonic() + 20
    while not list(places.glob("enfilade-*/*/app.py")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(places.iterdir())
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)
    assert not list(places.iterdir())
