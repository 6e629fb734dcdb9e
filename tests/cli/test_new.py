"""``enfilade new``: two commands to a running page."""

import http.client
import re
import subprocess
import sys
import time

import pytest

from running import program


@pytest.mark.slow
@pytest.mark.parametrize("flags", [(), ("--single-file",)], ids=["project", "single file"])
def test_the_new_site_runs_at_once(folder, flags):
    told = folder.output("new", "my-shop", *flags)
    assert "cd my-shop\n  enfilade dev" in told
    made = folder.path / "my-shop"
    with served(made) as get:
        status, page = get("/")
        assert status == 200
        assert "My shop" in page
        assert "you" in get("/hello/you/")[1]
        assert get("/hello/you")[0] == 301


@pytest.mark.slow
@pytest.mark.parametrize("flags", [(), ("--single-file",)], ids=["project", "single file"])
def test_the_new_site_passes_the_checks(folder, flags):
    folder.output("new", "shop", *flags)
    made = type(folder)(folder.path / "shop")
    assert "No mistakes found." in made.output("check")
    done = made.enfilade("check", "--deploy")
    assert (done.returncode, "deploy.W005" in done.stdout) == (0, True)
    assert "deploy.W010" in done.stdout  # both are for a site that has HTTPS
    assert "2 warnings" in done.stdout


@pytest.mark.slow
def test_what_is_commented_out_lets_people_sign_in(folder):
    folder.output("new", "shop")
    made = type(folder)(folder.path / "shop")
    for name in ("settings.py", "urls.py"):
        text = (made.path / name).read_text()
        assert "enfilade.contrib.auth" in text
        code = re.sub(
            r'^( *)# (?=["\w]+(?: = |[(]|\.| import )|["{}\]]|from |   )', r"\1", text, flags=re.M
        )
        made.write(name, code)
    page = (made.path / "templates/home.html").read_text()
    made.write("templates/home.html", re.sub(r"\{# .*|^#\}", "", page, flags=re.M))
    made.write("mail.py", "def send_link(user, link, request): ...\n")
    made.output("migrate")
    made.output("createuser", "--username=ann", "--no-input", ENFILADE_PASSWORD="a long secret")
    assert "No mistakes found." in made.output("check")
    script = (
        "print('>Sign in<' in client.get('/').text);"
        "print(client.post('/accounts/login/', dict(username='ann', password='a long secret'))"
        ".headers['Location']);"
        "print('>Sign out, ann<' in client.get('/').text)"
    )
    assert made.output("shell", "-c", script).split() == ["True", "/", "True"]
    done = made.enfilade(
        "createuser", "--username=bob", "--no-input", ENFILADE_PASSWORD="password1"
    )
    assert "guessed first" in done.stderr


def test_a_project_has_at_most_six_files(folder):
    folder.output("new", "shop")
    files = [path for path in (folder.path / "shop").rglob("*") if path.is_file()]
    assert len([path for path in files if path.name != ".gitignore"]) <= 6
    assert not [path for path in files if path.suffix == ".txt"]


@pytest.mark.service
@pytest.mark.parametrize("flags", [(), ("--single-file",)], ids=["project", "single file"])
def test_git_leaves_out_what_a_site_makes(folder, flags):
    folder.output("new", "shop", *flags)
    made, git = folder.path / "shop", program("git")
    subprocess.run([git, "init", "-q", made], check=True)
    ignored = ["site.sqlite3", "site.sqlite3-wal", ".venv/bin/python", "__pycache__/views.pyc"]
    asked = subprocess.run(
        [git, "check-ignore", *ignored, "settings.py", "app.py"],
        cwd=made,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.split() == ignored


def test_the_function_that_sends_links_for_new_passwords_is_named_in_the_settings(folder):
    folder.output("new", "shop")
    text = (folder.path / "shop" / "settings.py").read_text()
    assert '# PASSWORD_RESET_DELIVERY = "mail.send_link"' in text


@pytest.mark.slow
def test_from_the_folder_above_the_way_into_the_site_is_told(folder):
    folder.output("new", "shop")
    for command in (("routes",), ("run", "--bind", "127.0.0.1:0")):
        done = folder.enfilade(*command)
        assert done.returncode == 1
        assert "Hint: settings.py lies in shop: start in that folder (cd shop)" in done.stderr
    assert "/hello/<str:name>/" in folder.output("routes", "--grep", "hello", cwd="shop")


def test_a_project_has_a_door_for_both_kinds_of_servers(folder):
    folder.output("new", "shop")
    text = folder.output("plan", "asgi:application", cwd="shop")
    assert "asgi:application   ASGI, settings from settings" in text


def test_every_site_has_a_key_of_its_own(folder):
    keys = set()
    for name in ("one", "two"):
        folder.output("new", name)
        text = (folder.path / name / "settings.py").read_text()
        keys.add(re.search(r'"SECRET_KEY", "([\w-]{64})"', text)[1])
    assert len(keys) == 2


def test_an_existing_folder_is_left_alone(folder):
    folder.output("new", "shop")
    (folder.path / "shop" / "views.py").write_text("mine")
    done = folder.enfilade("new", "shop")
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert (folder.path / "shop" / "views.py").read_text() == "mine"


@pytest.mark.parametrize("name", ["a/b", "../shop", "9lives", ".hidden", "my shop", "", "-"])
def test_a_name_that_cannot_be_is_refused(folder, name):
    done = folder.enfilade("new", "--", name)
    assert done.returncode == 2
    assert "not a name for a site" in done.stderr
    assert list(folder.path.iterdir()) == []


class served:
    """The site of a folder under ``enfilade dev``; gives a function from a path to an answer."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder.parent / "dev.log"

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "enfilade", "dev", "--bind", "127.0.0.1:0", "--no-reload"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        self.port = self.wait_for_port()
        return self.get

    def wait_for_port(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            text = self.log.read_text()
            found = re.search(r"http://127\.0\.0\.1:(\d+)", text)
            if found and "Ready" in text:
                return int(found[1])
            assert self.process.poll() is None, text
            time.sleep(0.02)
        raise AssertionError(f"it did not start: {self.log.read_text()}")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Connection": "close"})
        response = connection.getresponse()
        answer = response.status, response.read().decode()
        connection.close()
        return answer

    def __exit__(self, *exc_info):
        self.process.terminate()
        self.process.wait(20)
