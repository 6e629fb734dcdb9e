"""``enfilade explain --analyze --server``: a request to a server that runs, as it was recorded."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from certificates import Authority
from commands import enfilade
from running import Running, enfilade_run, listener, running, surroundings

TOKEN = "a-token-of-nobody-else-0123456789"
SITE = """
import logging, os, signal
from enfilade import Application, HttpResponse, path
from enfilade.middleware import MiddlewareMixin

class Porter(MiddlewareMixin):
    def process_request(self, request):
        stop = request.headers.get("X-Stop")
        return HttpResponse("stop", status=403) if stop else None

def front(request):
    return HttpResponse("front" + request.POST.get("word", ""))

def broken(request):
    raise KeyError("broken")

def deed(request):
    with open("deeds", "a") as file:
        file.write(request.method)
    return HttpResponse("done")

def die(request):
    os.kill(os.getpid(), signal.SIGKILL)

application = Application(
    [path("", front), path("broken/", broken), path("deed/", deed), path("die/", die)],
    MIDDLEWARE=[Porter], ALLOWED_HOSTS=["*"],
)
asgi = application.asgi
"""


class Folder:
    """A site, and the servers and commands in its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "app.py").write_text(SITE)

    @contextmanager
    def serving(self, *options: str, name: str = "app:application") -> Iterator[Running]:
        environ = {"ENFILADE_TRACE_TOKEN": TOKEN}
        arguments = (name, *options)
        with enfilade_run(
            *arguments, output=self.path / "log", cwd=self.path, env=environ
        ) as server:
            yield server

    def explain(self, server: str, *arguments: str, **environ: str) -> Any:
        inherited = {**surroundings(), "COLUMNS": "120", "ENFILADE_TRACE_TOKEN": TOKEN}
        asked = ("explain", "--analyze", "--server", server, *arguments)
        return enfilade(*asked, cwd=self.path, env={**inherited, **environ})

    def json(self, server: str, *arguments: str, **environ: str) -> Any:
        done = self.explain(server, "--json", *arguments, **environ)
        assert done.returncode == 0, done.stderr
        assert TOKEN not in done.stdout
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def server(folder: Folder) -> Iterator[Running]:
    """With two workers and a control socket."""
    socket = f"unix:{folder.path}/site.sock"
    with folder.serving("--workers", "2", "--control", "control", "--bind", socket) as server:
        yield server


@pytest.fixture(scope="module")
def control(folder: Folder) -> tuple[str, str]:
    return ("--control", "control")


def labels(plan: Any, executed: bool) -> list[str]:
    return [node["label"] for node in plan["nodes"] if node["executed"] is executed]


# What is shown -------------------------------------------------------------------------------


def test_the_record_is_laid_upon_the_plan_of_the_site(folder, server, control) -> None:
    plan = folder.json(server.url, *control, "POST", "/", "--form", "word=door")
    assert plan["measured"]["status"] == 200
    assert plan["measured"]["bytes"] == len("frontdoor")
    (view,) = (node for node in plan["nodes"] if node["event"] == "view")
    assert view["file"] == str(folder.path / "app.py")
    assert view["total_ns"] > 0
    assert {"the head", "waited for a thread", "front"} <= set(labels(plan, executed=True))
    assert plan["entry"]["span"] == plan["span"]
    assert plan["entry"]["why"] == ["asked"]


def test_what_was_skipped_was_never_executed(folder, server, control) -> None:
    plan = folder.json(server.url, *control, "GET", "/", "-H", "X-Stop: yes")
    assert plan["measured"]["status"] == 403
    assert "front" in labels(plan, executed=False)


def test_several_times_are_several_requests(folder, server, control) -> None:
    plan = folder.json(server.url, *control, "--times", "3", "GET", "/broken/")
    assert (plan["measured"]["times"], plan["measured"]["status"]) == (3, 500)
    assert plan["measured"]["failure"].startswith("KeyError")
    done = folder.explain(server.url, *control, "--times", "3", "GET", "/broken/")
    assert "the median of 3" in done.stdout
    assert f"{server.url}, worker " in done.stdout
    command = re.search(r"enfilade (requests \w{8} --control \S+) has its log", done.stdout)
    assert command is not None
    asked = enfilade(*command[1].split(), cwd=folder.path, env=surroundings())
    assert asked.returncode == 0, asked.stderr
    assert "broken" in asked.stdout


def test_without_the_site_the_record_is_shown_by_itself(folder, server, tmp_path) -> None:
    elsewhere = Folder(tmp_path)
    (tmp_path / "app.py").unlink()
    control = ("--control", str(folder.path / "control"))
    done = elsewhere.explain(server.url, *control, "GET", "/")
    assert done.returncode == 0, done.stderr
    assert "front" in done.stdout
    assert "The site is not here: There is no application" in done.stdout
    plan = elsewhere.json(server.url, *control, "GET", "/")
    assert plan["application"] is None
    assert "app.front" in [node["node"].removeprefix("The view ") for node in plan["nodes"]]
    page = elsewhere.explain(server.url, *control, "GET", "/", "--html", "plan.html")
    assert page.returncode == 2
    assert "needs the plan of the site" in page.stderr


def test_a_page_is_written_of_it_too(folder, server, control) -> None:
    done = folder.explain(server.url, *control, "GET", "/", "--html", "live.html")
    assert done.returncode == 0, done.stderr
    assert "What it met" in (folder.path / "live.html").read_text()


def test_a_unix_socket_is_an_address(folder, server, control) -> None:
    plan = folder.json(f"unix:{folder.path}/site.sock", *control, "GET", "/")
    assert plan["measured"]["status"] == 200


def test_secrets_of_the_request_are_not_shown(folder, server, control) -> None:
    fields = ("-H", "Authorization: Bearer hunter2", "-H", "Cookie: a=hunter2")
    asked = (*control, "GET", "/?password=hunter2", *fields)
    for done in (folder.explain(server.url, *asked), folder.explain(server.url, "--json", *asked)):
        assert done.returncode == 0, done.stderr
        assert "hunter2" not in done.stdout
        assert TOKEN not in done.stdout


# Other servers and keepers -------------------------------------------------------------------


@pytest.mark.slow
def test_an_asgi_server_is_asked_likewise(folder) -> None:
    options = ("--control", "asgi.control", "--interface", "asgi")
    with folder.serving(*options, name="app:asgi") as server:
        asked = ("--asgi", "--control", "asgi.control", "GET", "/")
        plan = folder.json(server.url, *asked, "app:application")
    assert plan["measured"]["status"] == 200
    assert plan["interface"] == "ASGI"
    assert "front" in labels(plan, executed=True)


@pytest.mark.slow
def test_a_framework_that_stays_closed_is_one_node_in_its_place(tmp_path) -> None:
    site = Folder(tmp_path)
    (tmp_path / "app.py").write_text("from fastapi import FastAPI\n\napplication = FastAPI()\n")
    with site.serving("--control", "closed.control") as server:
        plan = site.json(server.url, "--control", "closed.control", "GET", "/docs")
    (node,) = (node for node in plan["nodes"] if node["event"] == "handler")
    assert (node["label"], node["executed"]) == ("fastapi.applications.FastAPI", True)
    assert node["total_ns"] > 0
    steps = [node["step"] for node in plan["nodes"]]
    assert steps == sorted(steps)
    assert not labels(plan, executed=False)


SETTINGS = """
SECRET_KEY, ROOT_URLCONF, ALLOWED_HOSTS = "none", "shop.urls", ["*"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
"""
URLS = """
from django.http import HttpResponse
from django.urls import path

def front(request):
    return HttpResponse("front")

urlpatterns = [path("", front)]
"""
DOOR = """
import os
from django.core.KIND import get_KIND_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_KIND_application()
"""


@pytest.fixture
def shop(tmp_path: Path) -> Folder:
    """A Django project with both doors."""
    folder = Folder(tmp_path)
    (tmp_path / "app.py").unlink()
    (tmp_path / "shop").mkdir()
    files = {"__init__": "", "settings": SETTINGS, "urls": URLS}
    doors = {kind: DOOR.replace("KIND", kind) for kind in ("wsgi", "asgi")}
    for name, text in {**files, **doors}.items():
        (tmp_path / "shop" / f"{name}.py").write_text(text)
    return folder


@pytest.mark.slow
def test_a_project_is_planned_through_the_door_that_has_answered(shop) -> None:
    with shop.serving("--control", "control", name="shop.asgi:application") as server:
        asked = (server.url, "--control", "control", "GET", "/", "shop.wsgi:application")
        plan = shop.json(*asked)
        assert "shop.wsgi:application, ASGI, measured" in shop.explain(*asked).stdout
    assert (plan["interface"], plan["handler"]) == ("ASGI", "ASGIHandler")
    assert not labels(plan, executed=False)
    assert "WSGIHandler" not in [node["label"] for node in plan["nodes"]]


@pytest.mark.slow
def test_a_plan_of_another_door_than_that_which_has_answered_is_told_as_one(shop) -> None:
    with shop.serving("--control", "control", name="shop.wsgi:application") as server:
        asked = (server.url, "--control", "control", "GET", "/", "shop.asgi:application")
        said = " ".join(shop.explain(*asked).stdout.split())
        steps = [node["step"] for node in shop.json(*asked)["nodes"]]
    assert "WSGIHandler has answered, and the plan is that of ASGIHandler" in said
    assert steps == sorted(steps)


@pytest.mark.slow
def test_a_server_with_tls_is_asked_by_who_trusts_it(folder, tmp_path) -> None:
    authority = Authority(tmp_path)
    issued = authority.issue("site", "IP:127.0.0.1")
    files = ("--certificate", str(issued.certificate), "--key", str(issued.key))
    with listener() as sock:
        port = sock.getsockname()[1]
    argv = [sys.executable, "-m", "enfilade", "run", "app:application", *files,
            "--bind", f"127.0.0.1:{port}", "--control", "tls.control"]  # fmt: skip
    environ = {**os.environ, "ENFILADE_TRACE_TOKEN": TOKEN}
    with (folder.path / "tls.log").open("w") as log:
        process = subprocess.Popen(argv, cwd=folder.path, env=environ, stderr=log, stdout=log)
    try:
        _await((folder.path / "tls.log"), "Ready")
        url, control = f"https://127.0.0.1:{port}", ("--control", "tls.control")
        trusted = {"SSL_CERT_FILE": str(authority.certificate)}
        plan = folder.json(url, *control, "GET", "/", **trusted)
        assert plan["measured"]["status"] == 200
        done = folder.explain(url, *control, "GET", "/")
        assert done.returncode == 2
        assert "is not trusted" in done.stderr
        assert "SSL_CERT_FILE" in done.stderr
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.slow
def test_in_development_no_token_is_needed(folder) -> None:
    with listener() as sock:
        port = sock.getsockname()[1]
    argv = [sys.executable, "-m", "enfilade", "dev", "app:application", "--no-reload",
            "--bind", f"127.0.0.1:{port}"]  # fmt: skip
    with running(argv, port, folder.path / "dev.log", cwd=folder.path) as server:
        plan = folder.json(server.url, "GET", "/", ENFILADE_TRACE_TOKEN="")
        elsewhere = {"ENFILADE_TRACE_TOKEN": "", "ENFILADE_CONTROL": "/of/another/server"}
        said = folder.explain(server.url, "GET", "/", **elsewhere)
        assert said.returncode == 0, said.stderr
        address = re.search(r"log lines are at (\S+)", " ".join(said.stdout.split()))
        assert address is not None
        assert address[1].startswith(f"{server.url}/-/enfilade/requests/")
        with urlopen(address[1]) as page:
            assert page.status == 200
    assert plan["entry"]["why"] == ["development"]
    assert "front" in labels(plan, executed=True)


@pytest.mark.slow
def test_the_profiler_of_production_has_the_record_too(folder) -> None:
    with listener() as sock:
        port = sock.getsockname()[1]
    address = f"127.0.0.1:{port}"
    with folder.serving("--profiler", address) as server:
        url = f"http://{address}"
        plan = folder.json(server.url, "--profiler", url, "GET", "/")
        assert plan["measured"]["status"] == 200
        shown = folder.explain(server.url, "--profiler", url, "GET", "/").stdout
        assert f"its log lines are at {url}/-/enfilade/requests/" in " ".join(shown.split())


def test_a_profiler_that_does_not_take_the_token_is_no_reason_to_make_the_request(folder) -> None:
    with listener() as sock:
        port = sock.getsockname()[1]
    with folder.serving("--profiler", f"127.0.0.1:{port}") as server:
        profiler = f"http://127.0.0.1:{port}"
        asked = (server.url, "--profiler", profiler, "--token", "a" * 16, "POST", "/deed/")
        assert "does not take the token" in refused(folder, *asked)
        request = Request(f"{profiler}/-/enfilade/", headers={"Authorization": "Bearer wrong"})
        for _ in range(9):
            with pytest.raises(HTTPError):
                urlopen(request)
        said = refused(folder, *asked)
        assert "was shown a wrong token too often" in said
        assert re.search(r"Ask again in \d+ seconds", said)
    assert not (folder.path / "deeds").exists()


# What goes wrong -----------------------------------------------------------------------------


def refused(folder: Folder, *arguments: str, **environ: str) -> str:
    done = folder.explain(*arguments, **environ)
    assert done.returncode == 2
    assert TOKEN not in done.stderr
    said: str = done.stderr
    return said


def test_a_wrong_token_is_told_as_what_it_may_be(folder, server, control) -> None:
    wrong = ("--token", "another-token-0123456789", *control)
    said = refused(folder, server.url, *wrong, "GET", "/")
    assert "has answered 200, and tells of no trace" in said
    assert "another --trace-token" in said
    assert "another-token" not in said


def test_a_missing_token_is_asked_for(folder, server, control) -> None:
    said = refused(folder, server.url, *control, "GET", "/", ENFILADE_TRACE_TOKEN="")
    assert "ENFILADE_TRACE_TOKEN" in said


def test_a_server_that_keeps_nothing_is_told(folder) -> None:
    with folder.serving("--no-recorder", "--control", "bare.control") as server:
        said = refused(folder, server.url, "--control", "bare.control", "GET", "/")
    assert "--no-recorder" in said


def test_nobody_at_the_address_is_told(folder) -> None:
    with listener() as sock:
        port = sock.getsockname()[1]
    said = refused(folder, f"http://127.0.0.1:{port}", "GET", "/")
    assert "Nobody answers at" in said
    assert "is no address of a server" in refused(folder, "127.0.0.1:80", "GET", "/")
    assert "Nobody answers" in refused(folder, "unix:/no/such.sock", "GET", "/")


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ((), "Name --control PATH"),
        (("--control", "/no/control"), "there is no socket"),
        (("--profiler", "http://127.0.0.1:1"), "Nobody answers at http://127.0.0.1:1"),
        (("--profiler", "THE SITE"), "There is no profiler at http://127.0.0.1"),
        (("--control", "control", "--html", "no/such.html"), "no/such.html cannot be written"),
        (("--control", "control", "--token", ""), "Who asks for a trace has to show the token"),
    ],
    ids=str,
)
def test_a_request_of_which_nothing_could_be_told_is_not_made(folder, server, named, said) -> None:
    named = [server.url if each == "THE SITE" else each for each in named]
    token = "" if "--token" in named else TOKEN
    asked = (server.url, *named, "POST", "/deed/")
    assert said in refused(folder, *asked, ENFILADE_TRACE_TOKEN=token)
    assert not (folder.path / "deeds").exists()


def test_a_request_that_kills_its_worker_is_told_apart_from_a_server_that_is_not_there(
    folder,
) -> None:
    with folder.serving("--control", "dying.control") as server:
        said = refused(folder, server.url, "--control", "dying.control", "GET", "/die/")
    assert f"{server.url} has closed the connection before the end of its answer" in said
    assert "--why lost" in said
    assert "Nobody" not in said


def test_an_address_with_a_path_is_refused(folder, server, control) -> None:
    said = refused(folder, f"{server.url}/articles", *control, "GET", "/")
    assert f"{server.url}/articles has a path, and the address of a server has none" in said
    assert "behind its method" in said
    assert folder.json(f"{server.url}/", *control, "GET", "/")["measured"]["status"] == 200


def test_an_entry_that_is_not_there_is_told(folder, server) -> None:
    with folder.serving("--control", "other.control"):
        said = refused(folder, server.url, "--control", "other.control", "GET", "/")
    assert "record of the request is not there" in said
    assert "--record-size" in said


def test_a_server_is_for_measuring(folder) -> None:
    def ask(*arguments: str) -> str:
        done = enfilade("explain", *arguments, "GET", "/", cwd=folder.path, env=surroundings())
        assert done.returncode == 2
        return str(done.stderr)

    assert "--server is for --analyze" in ask("--server", "http://127.0.0.1")
    assert "--token is for" in ask("--analyze", "--token", "a")
    assert "--profiler is for" in ask("--analyze", "--profiler", "http://127.0.0.1")
    both = ("--analyze", "--server", "http://127.0.0.1", "--diff", "a", "b")
    assert "save those of --server" in ask(*both)


def _await(file: Path, said: str) -> None:
    deadline = time.monotonic() + 20
    while said not in file.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert said in file.read_text()
