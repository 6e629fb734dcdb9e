"""``enfilade collectstatic`` and ``findstatic``, and ``enfilade dev`` with static files."""

import sys
import urllib.error
import urllib.request

import pytest

from commands import enfilade
from running import listener, running, surroundings

SITE = """
from enfilade import Application, HttpResponse, path
from enfilade.contrib.staticfiles import static

application = Application(
    [path("", lambda request: HttpResponse(static("css/site.css")))],
    STATICFILES_DIRS=["static"],
    STATIC_ROOT="collected",
    STATICFILES_STORAGE="enfilade.contrib.staticfiles.storage.ManifestStaticFilesStorage",
)
"""

HASHED = "site.fffdf15f0a8a.css"


@pytest.fixture
def site(folder):
    folder.write("app.py", SITE)
    (folder.path / "static/css").mkdir(parents=True)
    folder.write("static/css/site.css", "h1 { color: red }\n" * 50)
    return folder


@pytest.mark.slow
def test_collects_and_says_what_it_did(site):
    goal = site.path / "collected"
    assert site.output("collectstatic", "--no-input", "--compress") == (
        f"1 static file copied to '{goal}', 1 post-processed, 6 compressed.\n"
    )
    assert site.output("collectstatic", "--no-input") == (
        f"0 static files copied to '{goal}', 1 unmodified.\n"
    )
    assert "6 deleted" in site.output("collectstatic", "--noinput", "-c")
    assert sorted(path.name for path in (goal / "css").iterdir()) == ["site.css", HASHED]


def ask(folder, answer, *arguments):
    argv = ("collectstatic", *arguments)
    return enfilade(*argv, cwd=folder.path, env=surroundings(), input=answer)


@pytest.mark.slow
def test_asks_before_overwriting(site):
    assert ask(site, "").returncode == 0  # there is nothing yet
    site.write("static/css/site.css", "h2 {}")
    for answer in ("n\n", "", "\n"):
        done = ask(site, answer)
        assert done.returncode == 1
        assert "This overwrites files there. Go on? [y/N]" in done.stdout
    assert "h1" in (site.path / "collected/css/site.css").read_text()
    assert "deletes ALL OTHER FILES" in ask(site, "n\n", "--clear").stdout
    assert ask(site, "y\n").returncode == 0
    assert (site.path / "collected/css/site.css").read_text() == "h2 {}"


def test_a_broken_reference_ends_with_1_and_names_file_and_line(site):
    site.write("static/css/bad.css", "\n\na { background: url(gone.png) }")
    done = site.enfilade("collectstatic", "--no-input")
    assert done.returncode == 1
    assert "Error: css/bad.css, line 3: 'url(gone.png)' leads to css/gone.png" in done.stderr
    assert "Hint: Add the file" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (site.path / "collected/staticfiles.json").exists()
    assert site.enfilade("collectstatic", "--no-input", "-i", "bad.*").returncode == 0


def test_a_symbolic_link_to_the_outside_is_refused_with_a_hint(site):
    (site.path / "static/app.py").symlink_to(site.path / "app.py")
    done = site.enfilade("collectstatic", "--no-input")
    assert done.returncode == 2
    assert "is a symbolic link to" in done.stderr
    assert "name that folder in STATICFILES_DIRS" in done.stderr
    assert not (site.path / "collected").exists()


def test_a_full_or_forbidden_place_is_told_without_a_traceback(site):
    site.write("collected", "a file")
    done = site.enfilade("collectstatic", "--no-input")
    assert done.returncode == 1
    assert str(site.path / "collected") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_tells_and_writes_nothing(site):
    text = site.output("collectstatic", "-n")
    assert "css/site.css: copied from" in text
    assert "Would be done: 1 static file copied" in text
    assert not (site.path / "collected").exists()


@pytest.mark.slow
def test_finds_where_a_file_comes_from(site):
    assert site.output("findstatic", "css/site.css") == (f"{site.path / 'static/css/site.css'}\n")
    assert f"Looked in:\n  {site.path / 'static'}" in site.output(
        "findstatic", "--first", "-v", "css/site.css"
    )
    missing = site.enfilade("findstatic", "no.css")
    assert missing.returncode == 1
    assert f"There is no static file 'no.css'. Looked in:\n  {site.path / 'static'}" in (
        missing.stderr
    )
    assert site.enfilade("findstatic", "../app.py").returncode == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["dev", "run"])
def test_dev_serves_static_files_as_they_are_and_run_the_collected(site, command, tmp_path_factory):
    output = tmp_path_factory.mktemp("output") / "log"
    site.enfilade("collectstatic", "--no-input")
    with listener() as sock:
        number = sock.fileno()
        argv = [sys.executable, "-m", "enfilade", command, "--bind", f"fd://{number}"]
        port = sock.getsockname()[1]
        with running(argv, port, output, cwd=site.path, pass_fds=[number]) as program:
            name = urllib.request.urlopen(f"{program.url}/").read().decode()
            if command == "dev":
                assert name == "/static/css/site.css"
                response = urllib.request.urlopen(program.url + name)
                assert response.headers["Cache-Control"] == "no-cache"
                assert b"color: red" in response.read()
            else:
                assert name == f"/static/css/{HASHED}"
                response = urllib.request.urlopen(program.url + name)
                assert "immutable" in response.headers["Cache-Control"]
                assert b"color: red" in response.read()
