"""``enfilade walk``: printed, as JSON, and at a real terminal with real keys."""

import fcntl
import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import surroundings

PROMPT = "q quit"
STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PLACE = re.compile(r" (\d+) of (\d+)$", re.MULTILINE)


class Terminal:
    """A program in a terminal, and what it says there."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.master = master
        self.decode = getincrementaldecoder("utf-8")().decode

    def until(self, text: str) -> str:
        """What it says until that is *text*, without colours."""
        said, deadline = "", time.monotonic() + 40
        while text not in said:
            ready, _, _ = select.select([self.master], [], [], 0.5)
            if ready:
                said += STYLES.sub("", self.decode(os.read(self.master, 65536)))
            assert time.monotonic() < deadline, said
        return said.replace("\r", "")

    def press(self, keys: str) -> str:
        """Type *keys* and return what it says then, until it waits again."""
        os.write(self.master, keys.encode())
        return self.until(PROMPT)

    def end(self, keys: str) -> int:
        os.write(self.master, keys.encode())
        return self.process.wait(20)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl+C interrupts


@contextmanager
def terminal(folder: Path, *arguments: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "enfilade", *arguments],
        cwd=folder,
        env={**surroundings(), "TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=_take_terminal,
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def rooms(text: str) -> list[str]:
    return re.findall(r"^(?:━━|==) room (\d+)  ", text, re.MULTILINE)


def place(text: str) -> str:
    return PLACE.findall(text)[-1][0]


@pytest.mark.parametrize("plain", ["", "1"])
def test_prints_all_rooms_where_no_terminal_is(site, plain):
    text = site.output("walk", "GET", "/articles/2026/a-door/", ENFILADE_PLAIN=plain)
    assert rooms(text) == [*map(str, (1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 11, 12, 13))]
    for part in (
        "GET /articles/2026/a-door/   app:application",
        "     GET /articles/2026/a-door/ HTTP/1.1\n     Host: localhost",
        "SecurityMiddleware.process_request  enfilade/middleware/security.py:",
        "     year   2026\n     slug   'a-door'",
        "article  app.py:8\n       8  async def article(request, year, slug):",
        "to loop",
        "HTTP/1.1 200 OK\n",
        "+ Content-Length: 6",
        '"GET /articles/2026/a-door/ HTTP/1.1" 200 6 "-" "-"',
    ):
        assert part in text


def test_all_of_it_is_printed_if_that_is_asked_for(site):
    with terminal(site.path, "walk", "--all", "/") as walk:
        assert rooms(walk.until("kept for the next request"))[-1] == "13"
        assert walk.process.wait(20) == 0


def test_method_path_and_application_may_be_left_out(site):
    for arguments in ((), ("/",), ("GET",), ("app:application",), ("/", "app:application")):
        assert "GET /   app:application" in site.output("walk", *arguments)


def test_what_stands_behind_a_path_is_the_application(site):
    for arguments in (
        ("/post/", "app"),
        ("/post/", "app:application"),
        ("GET", "/post/", "app"),
        ("http://localhost/post/", "app"),
        ("GET", "http://localhost/post/", "app"),
    ):
        walked = site.json("walk", "--json", *arguments)
        assert walked["request"].startswith("GET ")
        assert walked["request"].endswith("/post/")
        assert walked["application"].startswith("app")


def test_a_module_alone_is_walked_through_from_its_front_page(site):
    (site.path / "shop").mkdir()
    (site.path / "app.py").rename(site.path / "shop" / "wsgi.py")
    walked = site.json("walk", "--json", "shop.wsgi")
    assert (walked["request"], walked["application"]) == ("GET /", "shop.wsgi")


def test_says_how_a_request_is_written_behind_its_own_name(site):
    ended = site.enfilade("walk", "G(T", "/")
    assert ended.returncode == 2
    assert "'G(T' is not a method." in ended.stderr
    assert "enfilade walk GET /path/" in ended.stderr
    ended = site.enfilade("walk", "/post/", "app", "more")
    assert ended.returncode == 2
    assert "app or more" in ended.stderr


def test_a_program_reads_it_as_json(site):
    walk = site.json("walk", "POST", "/post/", "--json", "--form", "password=lilac")
    assert (walk["application"], walk["request"]) == ("app:application", "POST /post/")
    steps = [station["step"] for station in walk["stations"]]
    assert steps == [1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 11, 12, 13]
    view = walk["stations"][9]
    assert view["title"] == "post"
    assert Path(view["file"]).name == "app.py"
    assert view["objects"]["called"] == ["post(request)"]
    assert "lilac" not in json.dumps(walk)


def test_says_what_was_not_entered(site):
    text = site.output("walk", "/articles/2026/a-door")
    assert "raised Resolver404" in text
    assert text.count("\n   not entered\n") == 2
    assert "\n   replaced\n" in text


def test_another_framework_is_a_closed_door(folder):
    folder.write("app.py", OTHERS)
    text = folder.output("walk", "/anywhere/", "app:application")
    assert rooms(text) == ["1", "2", "3", "4", "12", "13"]
    assert "a closed door  app.py:2" in text
    assert "not ours" in text


@pytest.mark.slow
@pytest.mark.parametrize("plain", ["", "1"])
def test_keys_lead_on_back_and_to_a_room(site, monkeypatch, plain):
    monkeypatch.setenv("ENFILADE_PLAIN", plain)
    with terminal(site.path, "walk", "GET", "/") as walk:
        first = walk.until(PROMPT)
        assert (rooms(first), place(first)) == (["1"], "1")
        assert "bytes that arrive" in first
        assert rooms(walk.press("\r")) == ["2"]
        assert rooms(walk.press("n")) == ["3"]
        assert rooms(walk.press("b")) == ["2"]
        assert rooms(walk.press("\x1b[D")) == ["1"]
        assert place(walk.press("b")) == "1"
        assert "room 9, Enter" in walk.press("9")
        view = walk.press("\r")
        assert rooms(view) == ["9"]
        assert "def front(request):" in view
        assert "room 1, Enter" in walk.press("1")
        assert "room 12, Enter" in walk.press("2")
        assert "front" in walk.press("\r")
        assert "room 3, Enter" in walk.press("3")
        assert rooms(walk.press("\r")) == ["3"]
        assert rooms(walk.press("x" + "\x1b[C")) == ["4"]
        assert walk.end("q") == 0


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["\x03", "\x04", "13\r\r"])
def test_the_walk_ends_behind_the_last_room_and_whenever_one_likes(site, keys):
    with terminal(site.path, "walk") as walk:
        walk.until(PROMPT)
        for key in keys[:-1]:
            walk.press(key)
        assert walk.end(keys[-1]) == 0


DJANGO = """
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

def order(request, number):
    return HttpResponse(f"order {number}")

urlpatterns = [path("orders/<int:number>/", order)]
settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware"],
)
application = get_wsgi_application()
"""


def test_a_site_of_django_is_walked_through_too(folder):
    folder.write("app.py", DJANGO)
    text = folder.output("walk", "/orders/7/", "app:application", columns=100)
    assert rooms(text) == [*map(str, range(1, 14))]
    for part in (
        "SecurityMiddleware  django/middleware/security.py:",
        "def process_response(self, request, response):",
        "/orders/7/  django/urls/resolvers.py:",
        "route   orders/<int:number>/",
        "order(request, number=7)",
        "+ X-Content-Type-Options: nosniff",
        "     order 7",
    ):
        assert part in text


STOCK = """
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

urlpatterns = [
    path("shown/", lambda request: HttpResponse("for all")),
    path("greeted/", lambda request: HttpResponse(f"for {request.user}")),
]
settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="walk",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
application = get_wsgi_application()
"""


@pytest.mark.parametrize("door", [(), ("--asgi",)], ids=["wsgi", "asgi"])
def test_to_look_at_djangos_lazy_user_does_not_touch_it(folder, door):
    folder.write("app.py", STOCK)
    shown = folder.output("walk", "/shown/", "app:application", *door)
    assert "+ user: not looked at yet" in shown
    assert "Vary" not in shown
    greeted = folder.output("walk", "/greeted/", "app:application", *door)
    assert "~ user: not looked at yet → <django.contrib.auth.models.AnonymousUser>" in greeted
    assert "Vary: Cookie" in greeted


OTHERS = """
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"not ours"]
"""
